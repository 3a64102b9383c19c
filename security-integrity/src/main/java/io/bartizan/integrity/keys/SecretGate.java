package io.bartizan.integrity.keys;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Refuses secrets that are a public key in disguise (CVE-2016-10555 and its many successors): what
 * everyone may read would else sign.
 */
public final class SecretGate {

  /** id-ecPublicKey, rsaEncryption, id-Ed25519; DER with tag and length. */
  private static final List<String> KEY_OIDS =
      List.of("06072a8648ce3d0201", "06092a864886f70d010101", "06032b6570");

  private static final Pattern HEX = Pattern.compile("[0-9A-Fa-f]+");

  private SecretGate() {}

  /**
   * Refuses the text or the DER encoding of a key, also in base64 of either alphabet and in
   * hexadecimal digits, with or without line breaks.
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
    if (isKey(secret)) {
      throw new IllegalArgumentException("the secret is the DER encoding of a key");
    }
    String packed = text.replaceAll("[\\s:]", "");
    if (packed.length() % 2 == 0
        && HEX.matcher(packed).matches()
        && isKey(HexFormat.of().parseHex(packed))) {
      throw new IllegalArgumentException("the secret is the hexadecimal text of a key");
    }
    if (isKey(fromBase64(packed.replace('-', '+').replace('_', '/').replace("=", "")))) {
      throw new IllegalArgumentException("the secret is the base64 text of a key");
    }
  }

  private static byte[] fromBase64(String text) {
    try {
      return Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      return new byte[0];
    }
  }

  /** Whether it is DER of a public key, a private key or a certificate. */
  private static boolean isKey(byte[] der) {
    String hex = HexFormat.of().formatHex(der);
    return hex.startsWith("30") && KEY_OIDS.stream().anyMatch(hex::contains);
  }
}
