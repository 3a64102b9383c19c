package io.bartizan.integrity.jwt;

import io.bartizan.integrity.json.StrictBase64;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The three parts of a compact JWS (RFC 7515 section 7.1), found without splitting. */
final class CompactToken {

  final byte[] bytes;
  final int headerEnd;
  final int payloadEnd;

  private CompactToken(byte[] bytes, int headerEnd, int payloadEnd) {
    this.bytes = bytes;
    this.headerEnd = headerEnd;
    this.payloadEnd = payloadEnd;
  }

  /** A character outside Latin-1 becomes '?', which is in no alphabet. */
  static byte[] bytes(String token) {
    return token.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Null unless there are exactly two dots. */
  static @Nullable CompactToken split(String token) {
    int headerEnd = token.indexOf('.');
    int payloadEnd = token.indexOf('.', headerEnd + 1);
    return headerEnd < 0 || payloadEnd <= headerEnd || token.indexOf('.', payloadEnd + 1) >= 0
        ? null
        : new CompactToken(bytes(token), headerEnd, payloadEnd);
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
}
