package io.bartizan.integrity.mac;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Pre-authentication encoding (PASETO, Common.md): the number of pieces, then each piece after its
 * length, all as little-endian 64-bit numbers. No two lists of pieces have the same encoding.
 */
final class Pae {

  private Pae() {}

  static byte[] encode(byte[]... pieces) {
    int length = Long.BYTES;
    for (byte[] piece : pieces) {
      length = Math.addExact(length, Math.addExact(Long.BYTES, piece.length));
    }
    ByteBuffer out = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    out.putLong(pieces.length);
    for (byte[] piece : pieces) {
      out.putLong(piece.length).put(piece);
    }
    return out.array();
  }
}
