package io.bartizan.integrity.replay;

import io.bartizan.core.house.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/**
 * The hash under which a guard remembers a scope and an id; for those who write a guard on another
 * store. Stateless.
 */
public final class ReplayId {

  private ReplayId() {}

  /**
   * SHA-256 over the salt and the scope, each after its length, and the id: fixed size whatever an
   * attacker sends, and no two scopes share an id.
   *
   * @param salt a guard's own bytes; random ones keep an attacker from choosing hashes that collide
   *     in its table
   * @param scope what gave the id
   * @param id any bytes
   * @return 32 bytes
   * @throws NullPointerException if an argument is null
   */
  public static byte[] hash(byte[] salt, String scope, byte[] id) {
    MessageDigest digest = Sha256.newDigest();
    update(digest, salt);
    update(digest, scope.getBytes(StandardCharsets.UTF_8));
    return digest.digest(id);
  }

  private static void update(MessageDigest digest, byte[] piece) {
    digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(piece.length).array());
    digest.update(piece);
  }
}
