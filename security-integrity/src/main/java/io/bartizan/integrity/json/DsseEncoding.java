package io.bartizan.integrity.json;

import java.nio.charset.StandardCharsets;

/** The encoding that the signatures of a DSSE envelope are over. */
public final class DsseEncoding {

  private DsseEncoding() {}

  /**
   * The pre-authentication encoding of DSSE 1.0, with lengths in bytes: {@code DSSEv1 SP LEN(type)
   * SP type SP LEN(body) SP body}.
   */
  public static byte[] signed(String payloadType, byte[] payload) {
    byte[] type = payloadType.getBytes(StandardCharsets.UTF_8);
    byte[] head = ("DSSEv1 " + type.length + " ").getBytes(StandardCharsets.UTF_8);
    byte[] middle = (" " + payload.length + " ").getBytes(StandardCharsets.UTF_8);
    byte[] all = new byte[head.length + type.length + middle.length + payload.length];
    int at = 0;
    for (byte[] part : new byte[][] {head, type, middle, payload}) {
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
    }
    return all;
  }
}
