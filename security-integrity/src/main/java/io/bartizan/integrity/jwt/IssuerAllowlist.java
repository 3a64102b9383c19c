package io.bartizan.integrity.jwt;

import io.bartizan.core.Refusal;
import io.bartizan.core.SafeText;
import io.bartizan.core.VerificationException;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The issuers that may be asked for keys at run time; nothing of it is learned from a token.
 * Thread-safe.
 *
 * @param description what logs and metrics call all of them; never an issuer that a token named
 * @param sample an issuer that stands for all of them where settings are judged
 * @param members whether an issuer of the one plain spelling is one of them
 */
record IssuerAllowlist(String description, String sample, Predicate<String> members) {

  /** The longest issuer that is looked at. */
  static final int MAX_CHARS = 512;

  /** Stands in a template for the part that varies. */
  static final String TENANT = "{tenant}";

  /**
   * The one spelling of a URI that is looked at: no user, percent-encoding, query, fragment, empty
   * or dotted segment, no capital letter in scheme and host. Whatever else an application's
   * predicate may say yes to would be a second spelling of somebody, or somebody else's host.
   */
  private static final Pattern PLAIN =
      Pattern.compile(
          "https?://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[1-9][0-9]{0,4})?"
              + "(/(?!\\.{1,2}(/|$))[A-Za-z0-9._~-]+)*/?");

  private static final Logger LOG = LoggerFactory.getLogger(RemoteIssuers.class);
  private static final Refusal UNKNOWN =
      Refusal.of(JwtReason.KEYS_UNAVAILABLE, "the application could not say who is allowed");

  /**
   * Whether the issuer is one of them, compared character by character.
   *
   * @throws VerificationException if nobody can tell now
   */
  boolean allows(String issuer) {
    if (issuer.length() > MAX_CHARS || !PLAIN.matcher(issuer).matches()) {
      return false;
    }
    try {
      return members.test(issuer);
    } catch (Exception e) { // of Kotlin a checked one too
      LOG.debug("the application could not say who is allowed", e);
      throw new VerificationException(UNKNOWN);
    }
  }

  /** Those that the application says yes to at each moment. */
  static IssuerAllowlist of(Predicate<String> allowed) {
    return new IssuerAllowlist(
        "the application's issuers",
        "https://issuer.example",
        Objects.requireNonNull(allowed, "allowed"));
  }

  /** These and no others. */
  static IssuerAllowlist of(Set<String> issuers) {
    Set<String> copy = Set.copyOf(issuers);
    if (copy.isEmpty()) {
      throw new IllegalArgumentException("issuers is empty, at least one is needed");
    }
    for (String issuer : copy) {
      if (issuer.length() > MAX_CHARS || !PLAIN.matcher(issuer).matches()) {
        throw new IllegalArgumentException(
            "issuers holds "
                + SafeText.of(issuer)
                + ", a URI of scheme, host in small letters, port and plain path is accepted");
      }
    }
    return new IssuerAllowlist(
        copy.size() + " listed issuers", copy.iterator().next(), copy::contains);
  }

  /**
   * Those that a template makes, with one varying part: a whole segment of the path, or the first
   * label of the host. A tenant has 1 to 64 letters, digits, {@code -} and {@code _} and begins
   * with a letter or digit; in a host 1 to 63 small letters, digits and inner hyphens. So no tenant
   * makes another host, another path, or a second spelling of one issuer.
   */
  static IssuerAllowlist parse(String template) {
    int at = template.indexOf(TENANT);
    if (at < 0 || template.indexOf('{', at + 1) >= 0) {
      throw bad(template, "one with {tenant} once is accepted");
    }
    String before = template.substring(0, at);
    String after = template.substring(at + TENANT.length());
    boolean inHost = before.endsWith("://");
    if (inHost && !after.matches("(\\.[a-z0-9-]+){2,}(:[0-9]+)?(/.*)?")) {
      throw bad(template, "one whose {tenant} is the first of three labels of a host is accepted");
    }
    if (!inHost
        && !(before.matches("[a-z]+://[^/]+/(.*/)?")
            && (after.isEmpty() || after.startsWith("/")))) {
      throw bad(template, "a {tenant} that is a whole segment of the path is accepted");
    }
    String sample = before + "a" + after;
    if (sample.length() > MAX_CHARS - 64 || !PLAIN.matcher(sample).matches()) {
      throw bad(template, "scheme, host in small letters, port and plain path are accepted");
    }
    return new IssuerAllowlist(template, sample, issuer -> isMade(issuer, before, after, inHost));
  }

  private static IllegalArgumentException bad(String template, String accepted) {
    return new IllegalArgumentException("template is " + SafeText.of(template) + ", " + accepted);
  }

  private static boolean isMade(String issuer, String before, String after, boolean inHost) {
    int end = issuer.length() - after.length();
    int length = end - before.length();
    if (length < 1
        || length > (inHost ? 63 : 64)
        || !issuer.startsWith(before)
        || !issuer.endsWith(after)) {
      return false;
    }
    for (int i = before.length(); i < end; i++) {
      boolean edge = i == before.length() || (inHost && i == end - 1);
      if (!isTenant(issuer.charAt(i), inHost, edge)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isTenant(char c, boolean inHost, boolean edge) {
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
      return true;
    }
    if (inHost) {
      return c == '-' && !edge;
    }
    return (c >= 'A' && c <= 'Z') || ((c == '-' || c == '_') && !edge);
  }
}
