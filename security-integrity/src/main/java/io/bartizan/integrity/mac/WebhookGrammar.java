package io.bartizan.integrity.mac;

import io.bartizan.core.VerificationException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The grammar of one provider's headers: Standard Webhooks, or what a {@link WebhookFormat}
 * declares.
 *
 * <p>Signatures of other versions are not looked at, so that a sender may add one; they count for
 * the cap all the same. Tags are compared as text with the one canonical form, which is why nothing
 * is decoded here.
 */
abstract sealed class WebhookGrammar permits StandardGrammar, DeclaredGrammar {

  static final int MAX_HEADER_CHARS = 4096;
  static final int MAX_SIGNATURES = 8;
  static final int MAX_ED25519 = 2;
  static final int MAX_TIME_DIGITS = 12;

  private final String provider;
  private final String signatureHeader;
  private final WebhookEncoding encoding;

  WebhookGrammar(String provider, String signatureHeader, WebhookEncoding encoding) {
    this.provider = provider;
    this.signatureHeader = signatureHeader;
    this.encoding = encoding;
  }

  /** Its name for metrics. */
  final String provider() {
    return provider;
  }

  final String signatureHeader() {
    return signatureHeader;
  }

  /** Whether a time is signed. */
  abstract boolean signsTime();

  /**
   * Whether no other event has this body, so that a repeat signed at another time is known by it.
   */
  boolean isUnique(byte[] body) {
    return false;
  }

  /**
   * Reads the headers in linear time, or refuses.
   *
   * @param target the request's path and query, where its address is signed
   */
  abstract WebhookHeaders read(Function<String, @Nullable String> headers, @Nullable String target);

  /** Whether the address of each request is signed. */
  boolean signsTarget() {
    return false;
  }

  /** What is signed of a body, or refuses. */
  SignedBody signed(byte[] body, @Nullable String target) {
    return new SignedBody(body, Map.of());
  }

  /**
   * What is signed of a body.
   *
   * @param bytes between what stands before and after it
   * @param form its parameters, where these are signed
   */
  @SuppressWarnings("ArrayRecordComponent") // inside this package, compared by nobody
  record SignedBody(byte[] bytes, Map<String, String> form) {}

  /** The one form in which a tag is written. */
  final byte[] encodedBytes(byte[] tag) {
    return encoding.encode(tag).getBytes(StandardCharsets.US_ASCII);
  }

  static String header(Function<String, @Nullable String> headers, String name) {
    String value = headers.apply(name);
    if (value == null || value.isEmpty()) {
      throw malformed("the header " + name + " is absent");
    }
    if (value.length() > MAX_HEADER_CHARS) {
      throw new VerificationException(
          MacReason.TOO_LARGE,
          "the header "
              + name
              + " has "
              + value.length()
              + " characters, at most "
              + MAX_HEADER_CHARS
              + " are read");
    }
    return value;
  }

  static List<String> split(String value, char separator, int max) {
    List<String> entries = new ArrayList<>();
    for (int start = 0; start <= value.length(); ) {
      int end = value.indexOf(separator, start);
      end = end < 0 ? value.length() : end;
      if (entries.size() == max) {
        throw new VerificationException(
            MacReason.TOO_MANY_SIGNATURES, "more than " + MAX_SIGNATURES + " signatures");
      }
      entries.add(value.substring(start, end));
      start = end + 1;
    }
    return entries;
  }

  static boolean isWord(String text) {
    return text.length() <= 256 && text.chars().allMatch(c -> c > 0x20 && c < 0x7f);
  }

  /** Decimal digits without sign or leading zero, at most 12 of them. */
  static long timestamp(String text) {
    return number(text, MAX_TIME_DIGITS);
  }

  /** Decimal digits without sign or leading zero. */
  static long number(String text, int maxDigits) {
    boolean canonical =
        text.length() <= maxDigits
            && !text.isEmpty()
            && text.chars().allMatch(c -> c >= '0' && c <= '9')
            && (text.length() == 1 || text.charAt(0) != '0');
    if (!canonical) {
      throw malformed("the time is not a number of seconds");
    }
    return Long.parseLong(text);
  }

  static VerificationException malformed(String detail) {
    return new VerificationException(MacReason.MALFORMED, detail);
  }

  @Override
  public String toString() {
    return provider.toUpperCase(Locale.ROOT);
  }
}
