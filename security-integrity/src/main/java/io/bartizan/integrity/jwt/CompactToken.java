package io.bartizan.integrity.jwt;

import io.bartizan.integrity.json.StrictBase64;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The three parts of a compact JWS (RFC 7515 section 7.1), found without splitting. */
final class CompactToken {

  /** Above it the JDK's decoder makes up for an array of its own. */
  static final int SHORT_CHARS = 2048;

  final byte[] bytes;
  final int headerEnd;
  final int payloadEnd;

  private CompactToken(byte[] bytes, int headerEnd, int payloadEnd) {
    this.bytes = bytes;
    this.headerEnd = headerEnd;
    this.payloadEnd = payloadEnd;
  }

  /** A character outside Latin-1 becomes '?', which is in no alphabet; a surrogate pair one. */
  static byte[] bytes(String token) {
    return token.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Null unless there are exactly two dots, and a byte for each character. */
  static @Nullable CompactToken split(String token) {
    int headerEnd = token.indexOf('.');
    int payloadEnd = token.indexOf('.', headerEnd + 1);
    if (headerEnd < 0 || payloadEnd <= headerEnd || token.indexOf('.', payloadEnd + 1) >= 0) {
      return null;
    }
    byte[] bytes = bytes(token);
    return bytes.length == token.length() ? new CompactToken(bytes, headerEnd, payloadEnd) : null;
  }

  /** Null if it is empty or not canonical. */
  byte @Nullable [] signature() {
    byte[] signature = StrictBase64.decodeUrl(bytes, payloadEnd + 1, bytes.length);
    return signature == null || signature.length == 0 ? null : signature;
  }

  /** Null if it is not canonical. */
  byte @Nullable [] payload() {
    return StrictBase64.decodeUrl(bytes, headerEnd + 1, payloadEnd);
  }

  /**
   * Decodes the payload in the place of its text, where {@link #payloadStart} is; for a token whose
   * signature needs no second look. Nothing but the header is left beside it, so that whoever keeps
   * the claims keeps no token that somebody could use.
   *
   * @return the index after it, or -1 if it is not canonical
   */
  int takePayload() {
    int end = StrictBase64.decodeUrlInPlace(bytes, payloadStart(), payloadEnd);
    Arrays.fill(bytes, Math.max(end, payloadStart()), bytes.length, (byte) 0);
    return end;
  }

  boolean hasShortPayload() {
    return payloadEnd - payloadStart() <= SHORT_CHARS;
  }

  int payloadStart() {
    return headerEnd + 1;
  }
}
