package io.bartizan.integrity.keys;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;

/**
 * Refuses secrets that are a public key in disguise (CVE-2016-10555 and its many successors): what
 * everyone may read would else sign.
 */
public final class SecretGate {

  /** id-ecPublicKey, rsaEncryption, id-Ed25519; DER with tag and length. */
  private static final List<String> KEY_OIDS =
      List.of("06072a8648ce3d0201", "06092a864886f70d010101", "06032b6570");

  private SecretGate() {}

  /**
   * Refuses the text or the DER encoding of a key.
   *
   * @param secret the bytes that would be a secret; neither kept nor changed
   * @throws IllegalArgumentException if they are a key; the message holds nothing of them
   */
  public static void check(byte[] secret) {
    String text = new String(secret, StandardCharsets.ISO_8859_1);
    String trimmed = text.strip();
    if (text.contains("-----BEGIN") || text.contains("BEGIN PUBLIC")) {
      throw new IllegalArgumentException("the secret is the text of a PEM file");
    }
    if (trimmed.startsWith("{") && trimmed.contains("\"kty\"")) {
      throw new IllegalArgumentException("the secret is the text of a JWK");
    }
    if (trimmed.startsWith("ssh-") || trimmed.startsWith("ecdsa-sha2-")) {
      throw new IllegalArgumentException("the secret is the text of an SSH key");
    }
    String hex = HexFormat.of().formatHex(secret);
    if (hex.startsWith("30") && KEY_OIDS.stream().anyMatch(hex::contains)) {
      throw new IllegalArgumentException("the secret is the DER encoding of a key");
    }
  }
}
