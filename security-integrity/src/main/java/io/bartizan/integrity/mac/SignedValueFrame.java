package io.bartizan.integrity.mac;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * The header of a signed value: version, key id, times in seconds since 1970, and for single use a
 * nonce; big-endian, as {@code docs/design/token-format.md} gives it.
 */
final class SignedValueFrame {

  static final byte REUSABLE = 1;
  static final byte SINGLE_USE = 2;
  static final int NONCE_LENGTH = 16;
  static final int TAG_LENGTH = 32;
  static final long NEVER = Long.MAX_VALUE;
  private static final int FIXED_LENGTH = 1 + Integer.BYTES + 2 * Long.BYTES;

  private final int keyId;
  private final long issuedAt;
  private final long expiresAt;
  private final byte[] nonce;

  SignedValueFrame(int keyId, long issuedAt, long expiresAt, byte[] nonce) {
    this.keyId = keyId;
    this.issuedAt = issuedAt;
    this.expiresAt = expiresAt;
    this.nonce = nonce;
  }

  int keyId() {
    return keyId;
  }

  long issuedAt() {
    return issuedAt;
  }

  long expiresAt() {
    return expiresAt;
  }

  byte[] nonce() {
    return nonce;
  }

  byte[] header() {
    return ByteBuffer.allocate(FIXED_LENGTH + nonce.length)
        .put(nonce.length == 0 ? REUSABLE : SINGLE_USE)
        .putInt(keyId)
        .putLong(issuedAt)
        .putLong(expiresAt)
        .put(nonce)
        .array();
  }

  static int headerLength(boolean singleUse) {
    return FIXED_LENGTH + (singleUse ? NONCE_LENGTH : 0);
  }

  /** The longest text for a payload of so many bytes. */
  static int textLength(int maxPayload, boolean singleUse) {
    long bytes = (long) headerLength(singleUse) + maxPayload + TAG_LENGTH;
    return Math.toIntExact((bytes * 4 + 2) / 3);
  }

  /** Header, payload and tag as text. */
  static String encode(byte[] header, byte[] payload, byte[] tag) {
    byte[] all = Arrays.copyOf(header, header.length + payload.length + tag.length);
    System.arraycopy(payload, 0, all, header.length, payload.length);
    System.arraycopy(tag, 0, all, header.length + payload.length, tag.length);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(all);
  }

  /** The header of decoded bytes, or null if they are no signed value of this kind. */
  static @Nullable SignedValueFrame read(byte[] bytes, boolean singleUse) {
    if (bytes.length < headerLength(singleUse) + TAG_LENGTH
        || bytes[0] != (singleUse ? SINGLE_USE : REUSABLE)) {
      return null;
    }
    ByteBuffer in = ByteBuffer.wrap(bytes, 1, bytes.length - 1);
    int keyId = in.getInt();
    long issuedAt = in.getLong();
    long expiresAt = in.getLong();
    byte[] nonce = new byte[singleUse ? NONCE_LENGTH : 0];
    in.get(nonce);
    return new SignedValueFrame(keyId, issuedAt, expiresAt, nonce);
  }
}
