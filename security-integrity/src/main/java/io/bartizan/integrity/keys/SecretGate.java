package io.bartizan.integrity.keys;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.spec.ECPoint;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Refuses secrets that are a public key in disguise (CVE-2016-10555 and its many successors): what
 * everyone may read would else sign. And secrets that are filled up with zeros, which HMAC does
 * itself: to it, zeros alone are the empty secret, which is what forgers try first.
 */
public final class SecretGate {

  /** EC, RSA, RSASSA-PSS, DSA, Ed25519, Ed448, X25519, X448; DER with tag and length. */
  private static final List<String> KEY_OIDS =
      List.of(
          "06072a8648ce3d0201",
          "06092a864886f70d010101",
          "06092a864886f70d01010a",
          "06072a8648ce380401",
          "06032b6570",
          "06032b6571",
          "06032b656e",
          "06032b656f");

  /** A SEQUENCE of all that follows, whose first part is a modulus of 1024 bits or more. */
  private static final Pattern PKCS_1 = Pattern.compile("30(81..|82....)02(81[8-f].|82....)00.*");

  private static final Pattern HEX = Pattern.compile("(0x)?([0-9A-Fa-f]{2})+");
  private static final Pattern SSH =
      Pattern.compile("(?s)(ssh-|ecdsa-sha2-).*|(.*\\s)?(sk-)?(ssh-|ecdsa-sha2-)\\S+\\s+AAAA.*");
  private static final Pattern SSH_BLOB =
      Pattern.compile("(?s)\\x00{3}.(sk-)?(ssh-|ecdsa-sha2-).*");

  /** So many zeros no random secret ends with. */
  private static final int MAX_ZEROS = 15;

  /** With so many bytes before them, zeros are those of a secret filled up to HMAC's block. */
  private static final int LEAST_BEFORE_ZEROS = 16;

  private static final Pattern UTF_8_TEXT = Pattern.compile("\u00ef\u00bb\u00bf[\\x20-\\x7e\\s]+");
  private static final Pattern UTF_16_TEXT =
      Pattern.compile("\u00ff\u00fe([\\x20-\\x7e\\s]\\x00)+");

  /** Base64 of a PEM file is usual in environment variables, and that of base64 not unheard of. */
  private static final int MAX_LAYERS = 2;

  private SecretGate() {}

  /**
   * Refuses a secret of fewer than 16 bytes that was filled up with zeros to the length that is
   * asked for, and one of zeros alone. HMAC fills secrets up with zeros itself, so that to it they
   * are the short secret and the empty one, which forgers of tokens try first.
   *
   * @param secret the bytes that would be a secret; neither kept nor changed
   * @throws IllegalArgumentException if they are such; the message holds nothing of them
   */
  public static void checkLength(byte[] secret) {
    int end = secret.length;
    while (end > 0 && secret[end - 1] == 0) {
      end--;
    }
    if (secret.length - end > MAX_ZEROS && end < LEAST_BEFORE_ZEROS) {
      throw new IllegalArgumentException(
          "the secret has "
              + end
              + " bytes and then "
              + (secret.length - end)
              + " zero bytes; HMAC fills secrets up with zeros itself, so they add nothing");
    }
  }

  /**
   * Refuses a key as the text of a PEM, JWK, XML or SSH file, as DER and as an uncompressed point,
   * also in base64 of either alphabet and in hexadecimal digits, with or without line breaks and
   * quotation marks; and a text that begins with a byte order mark, which an editor wrote and
   * nobody else knows.
   *
   * @param secret the bytes that would be a secret; neither kept nor changed
   * @throws IllegalArgumentException if they are such; the message holds nothing of them
   */
  public static void check(byte[] secret) {
    if (isMarkedText(secret)) {
      throw new IllegalArgumentException(
          "the secret begins with a byte order mark, as editors of Windows write one; save the file"
              + " as plain ASCII");
    }
    String found = found(secret, MAX_LAYERS);
    if (found != null) {
      throw new IllegalArgumentException("the secret is the " + found);
    }
  }

  /** Text in UTF-8 or UTF-16, which no random bytes are. */
  private static boolean isMarkedText(byte[] secret) {
    String text = new String(secret, StandardCharsets.ISO_8859_1);
    return UTF_8_TEXT.matcher(text).matches() || UTF_16_TEXT.matcher(text).matches();
  }

  private static @Nullable String found(byte[] secret, int layers) {
    String text = new String(secret, StandardCharsets.ISO_8859_1);
    if (text.contains("---- BEGIN")
        || text.contains("-----BEGIN")
        || text.contains("BEGIN PUBLIC")) {
      return "text of a PEM file";
    }
    if (text.contains("{") && text.replace("\\", "").contains("\"kty\"")) {
      return "text of a JWK";
    }
    if (SSH.matcher(text.strip()).matches() || SSH_BLOB.matcher(text).matches()) {
      return "text of an SSH key";
    }
    if (text.contains("<RSAKeyValue>")) {
      return "text of an XML key";
    }
    if (isKey(secret) || isPoint(secret)) {
      return "DER encoding of a key";
    }
    if (layers == 0) {
      return null;
    }
    String packed = text.replace("\\n", "").replace("\\r", "").replaceAll("[\\s:\"'\\\\]", "");
    if (HEX.matcher(packed).matches()) {
      byte[] inner = HexFormat.of().parseHex(packed.substring(packed.startsWith("0x") ? 2 : 0));
      if (found(inner, layers - 1) != null) {
        return "hexadecimal text of a key";
      }
    }
    byte[] inner = fromBase64(packed.replace('-', '+').replace('_', '/').replace("=", ""));
    return inner.length > 0 && found(inner, layers - 1) != null ? "base64 text of a key" : null;
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
    return hex.startsWith("30")
        && (KEY_OIDS.stream().anyMatch(hex::contains) || PKCS_1.matcher(hex).matches());
  }

  /** Whether it is an uncompressed point of a known curve, which no random bytes are. */
  private static boolean isPoint(byte[] bytes) {
    for (String curve : List.of("P-256", "P-384", "P-521")) {
      int size = EcCurves.fieldBytes(EcCurves.get(curve));
      if (bytes.length == 1 + 2 * size && bytes[0] == 4) {
        BigInteger x = new BigInteger(1, Arrays.copyOfRange(bytes, 1, 1 + size));
        BigInteger y = new BigInteger(1, Arrays.copyOfRange(bytes, 1 + size, bytes.length));
        try {
          EcCurves.checkOnCurve(new ECPoint(x, y), EcCurves.get(curve));
          return true;
        } catch (IllegalArgumentException e) {
          return false;
        }
      }
    }
    return false;
  }
}
