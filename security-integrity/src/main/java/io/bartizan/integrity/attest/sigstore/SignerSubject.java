package io.bartizan.integrity.attest.sigstore;

import io.bartizan.core.SafeText;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * The subject that a certificate must have: of one kind, and compared character by character.
 *
 * <p>There are no patterns. {@link #uriStartingWith} is the one form that lets something vary, and
 * its prefix ends where a part of the URI ends, so that neither {@code org-evil} for {@code org}
 * nor a URI that holds the prefix further inside can pass. Immutable, thread-safe.
 *
 * <pre>{@code
 * SignerSubject release =
 *     SignerSubject.uriStartingWith(
 *         "https://github.com/acme/app/.github/workflows/release.yml@refs/tags/");
 * }</pre>
 */
public final class SignerSubject {

  private static final Pattern PREFIX = Pattern.compile("[a-z]+://[^/@]+/[^/@].*[/@]");
  private static final int MAX_CHARS = 2048;

  private final SubjectKind kind;
  private final String text;
  private final boolean prefix;

  private SignerSubject(SubjectKind kind, String text, boolean prefix) {
    this.kind = kind;
    this.text = plain("subject", text);
    this.prefix = prefix;
  }

  static String plain(String name, String text) {
    Objects.requireNonNull(text, name);
    if (text.isEmpty()
        || text.length() > MAX_CHARS
        || text.chars().anyMatch(c -> c <= ' ' || c == 0x7f)) {
      throw new IllegalArgumentException(
          name
              + " is \""
              + SafeText.of(text)
              + "\", 1 to "
              + MAX_CHARS
              + " characters without blanks and control characters are accepted");
    }
    return text;
  }

  /**
   * This URI and no other.
   *
   * @param uri such as {@code
   *     https://github.com/acme/app/.github/workflows/release.yml@refs/heads/main}
   * @return the subject
   * @throws NullPointerException if {@code uri} is null
   * @throws IllegalArgumentException if it is empty, or has blanks or control characters
   */
  public static SignerSubject uri(String uri) {
    return new SignerSubject(SubjectKind.URI, uri, false);
  }

  /**
   * Any URI that begins so.
   *
   * @param prefix scheme, host, something after it, and {@code /} or {@code @} at its end, such as
   *     {@code https://github.com/acme/app/}
   * @return the subject
   * @throws NullPointerException if {@code prefix} is null
   * @throws IllegalArgumentException if it is anything else
   */
  public static SignerSubject uriStartingWith(String prefix) {
    SignerSubject subject = new SignerSubject(SubjectKind.URI, prefix, true);
    if (!PREFIX.matcher(prefix).matches()) {
      throw new IllegalArgumentException(
          "prefix is \""
              + SafeText.of(prefix)
              + "\", accepted is scheme://host/something that ends with / or @");
    }
    return subject;
  }

  /**
   * This e-mail address and no other.
   *
   * @param address compared as it is, upper and lower case too
   * @return the subject
   * @throws NullPointerException if {@code address} is null
   * @throws IllegalArgumentException if it is empty, or has blanks or control characters
   */
  public static SignerSubject email(String address) {
    return new SignerSubject(SubjectKind.EMAIL, address, false);
  }

  /**
   * This user name and no other, in the form that Fulcio gives issuers without e-mail addresses.
   *
   * @param name such as {@code alice!example.com}
   * @return the subject
   * @throws NullPointerException if {@code name} is null
   * @throws IllegalArgumentException if it is empty, or has blanks or control characters
   */
  public static SignerSubject username(String name) {
    return new SignerSubject(SubjectKind.USERNAME, name, false);
  }

  boolean matches(SubjectKind otherKind, String other) {
    return kind == otherKind
        && kind != SubjectKind.OTHER
        && (prefix ? other.startsWith(text) && other.length() > text.length() : other.equals(text));
  }

  /** The kind and the text, with an asterisk where it may go on. */
  @Override
  public String toString() {
    return kind + " " + text + (prefix ? "*" : "");
  }
}
