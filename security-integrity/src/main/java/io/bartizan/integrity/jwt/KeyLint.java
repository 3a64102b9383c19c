package io.bartizan.integrity.jwt;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.interfaces.ECKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPrivateKey;
import java.security.interfaces.RSAKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bouncycastle.math.ec.rfc8032.Ed25519;
import org.jspecify.annotations.Nullable;

/**
 * Refuses weak and misplaced keys when they are loaded, so that no token is ever checked with one.
 *
 * <p>RSA: 2048 to 8192 bits, odd exponent from 3 of at most 64 bits, no small factor, no ROCA
 * fingerprint (CVE-2017-15361). EC: exactly P-256, P-384 or P-521 and a point on it. Ed25519: a
 * canonical point that is not of small order. Secrets: nothing that is a public key in disguise
 * (CVE-2016-10555 and its many successors).
 */
final class KeyLint {

  /** What a key is, in the words of JWK. */
  record Kind(String kty, @Nullable String curve) {}

  private static final byte[] ED25519_SPKI = HexFormat.of().parseHex("302a300506032b6570032100");

  /** id-ecPublicKey, rsaEncryption, id-Ed25519; DER with tag and length. */
  private static final List<String> KEY_OIDS =
      List.of("06072a8648ce3d0201", "06092a864886f70d010101", "06032b6570");

  private static final int[] PRIMES = {
    3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97,
    101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167
  };
  private static final Map<String, ECParameterSpec> CURVES = curves();

  private KeyLint() {}

  static Kind check(PublicKey key) {
    if (key instanceof RSAPublicKey rsa) {
      checkRsa(rsa.getModulus(), rsa.getPublicExponent());
      return new Kind("RSA", null);
    }
    if (key instanceof ECPublicKey ec) {
      return new Kind("EC", checkEc(ec));
    }
    if (key.getAlgorithm().equals("EdDSA") || key.getAlgorithm().equals("Ed25519")) {
      byte[] point = ed25519Point(key);
      BouncyCastle.require(JwsAlgorithm.ED25519);
      if (!Ed25519.validatePublicKeyFull(point, 0)) {
        throw new IllegalArgumentException("the Ed25519 key is no point of full order");
      }
      return new Kind("OKP", "Ed25519");
    }
    throw new IllegalArgumentException(
        "keys of type " + key.getAlgorithm() + " verify no JWT; RSA, EC and Ed25519 do");
  }

  /** As far as the key tells; one inside a security module may not. */
  static void checkPrivate(JwsAlgorithm algorithm, PrivateKey key) {
    String kind = key.getAlgorithm();
    boolean fits =
        switch (algorithm.family) {
          case HMAC -> false;
          case RSA -> kind.equals("RSA");
          case PSS -> kind.equals("RSA") || kind.equals("RSASSA-PSS");
          case EC -> kind.equals("EC") || kind.equals("ECDSA");
          case ED25519 -> kind.equals("EdDSA") || kind.equals("Ed25519");
        };
    BouncyCastle.require(algorithm);
    if (!fits) {
      throw new IllegalArgumentException(
          algorithm + " can't sign with a private key of type " + kind);
    }
    if (key instanceof RSAKey rsa && rsa.getModulus().bitLength() < 2048) {
      throw new IllegalArgumentException(
          "the RSA key has " + rsa.getModulus().bitLength() + " bits, 2048 to 8192 are accepted");
    }
    ECParameterSpec curve = algorithm.curve == null ? null : CURVES.get(algorithm.curve);
    if (key instanceof ECKey ec
        && curve != null
        && !curve.getOrder().equals(ec.getParams().getOrder())) {
      throw new IllegalArgumentException(algorithm + " needs a key on " + algorithm.curve);
    }
    if (key instanceof EdECPrivateKey ed && !ed.getParams().getName().equals("Ed25519")) {
      throw new IllegalArgumentException("the private key is not for Ed25519");
    }
  }

  /** The 32 bytes of RFC 8032 inside the encoding of RFC 8410. */
  static byte[] ed25519Point(PublicKey key) {
    byte[] spki = key.getEncoded();
    int prefix = ED25519_SPKI.length;
    if (spki == null
        || spki.length != prefix + 32
        || !Arrays.equals(spki, 0, prefix, ED25519_SPKI, 0, prefix)) {
      throw new IllegalArgumentException("the EdDSA key is no Ed25519 key of RFC 8410");
    }
    return Arrays.copyOfRange(spki, prefix, spki.length);
  }

  static byte[] ed25519Spki(byte[] point) {
    byte[] spki = Arrays.copyOf(ED25519_SPKI, ED25519_SPKI.length + point.length);
    System.arraycopy(point, 0, spki, ED25519_SPKI.length, point.length);
    return spki;
  }

  static void checkRsa(BigInteger modulus, BigInteger exponent) {
    int bits = modulus.bitLength();
    if (bits < 2048 || bits > 8192) {
      throw new IllegalArgumentException(
          "the RSA key has " + bits + " bits, 2048 to 8192 are accepted");
    }
    if (!exponent.testBit(0) || exponent.bitLength() < 2 || exponent.bitLength() > 64) {
      throw new IllegalArgumentException(
          "the RSA key's exponent is even, 1 or longer than 64 bits");
    }
    if (!modulus.testBit(0) || hasSmallFactor(modulus)) {
      throw new IllegalArgumentException("the RSA key's modulus has a small factor");
    }
    if (isRoca(modulus)) {
      throw new IllegalArgumentException(
          "the RSA key has the fingerprint of ROCA (CVE-2017-15361) and can be factored");
    }
  }

  private static boolean hasSmallFactor(BigInteger modulus) {
    for (int prime : PRIMES) {
      if (modulus.mod(BigInteger.valueOf(prime)).signum() == 0) {
        return true;
      }
    }
    return false;
  }

  /** Infineon's primes are powers of 65537 modulo every small prime, and so is their product. */
  private static boolean isRoca(BigInteger modulus) {
    for (int prime : PRIMES) {
      int rest = modulus.mod(BigInteger.valueOf(prime)).intValue();
      int power = 1;
      boolean reached = false;
      for (int i = 0; i < prime && !reached; i++) {
        reached = power == rest;
        power = power * (65537 % prime) % prime;
      }
      if (!reached) {
        return false;
      }
    }
    return true;
  }

  private static String checkEc(ECPublicKey key) {
    ECParameterSpec given = key.getParams();
    for (Map.Entry<String, ECParameterSpec> curve : CURVES.entrySet()) {
      ECParameterSpec known = curve.getValue();
      if (known.getCurve().getField().equals(given.getCurve().getField())
          && known.getCurve().getA().equals(given.getCurve().getA())
          && known.getCurve().getB().equals(given.getCurve().getB())
          && known.getGenerator().equals(given.getGenerator())
          && known.getOrder().equals(given.getOrder())) {
        checkOnCurve(key.getW(), known);
        return curve.getKey();
      }
    }
    throw new IllegalArgumentException(
        "the EC key's curve is not P-256, P-384 or P-521 with its standard generator");
  }

  /** The three curves have cofactor 1, so a point on the curve is a point of the group. */
  private static void checkOnCurve(ECPoint point, ECParameterSpec curve) {
    BigInteger p = ((java.security.spec.ECFieldFp) curve.getCurve().getField()).getP();
    BigInteger x = point.getAffineX();
    BigInteger y = point.getAffineY();
    boolean valid = x != null && y != null && isField(x, p) && isField(y, p);
    if (valid) {
      BigInteger right =
          x.multiply(x).add(curve.getCurve().getA()).multiply(x).add(curve.getCurve().getB());
      valid = y.multiply(y).subtract(right).mod(p).signum() == 0;
    }
    if (!valid) {
      throw new IllegalArgumentException("the EC key is no point of its curve");
    }
  }

  private static boolean isField(BigInteger value, BigInteger p) {
    return value.signum() >= 0 && value.compareTo(p) < 0;
  }

  /** The parameters of {@code P-256}, {@code P-384} or {@code P-521}; null for another name. */
  static @Nullable ECParameterSpec curve(String name) {
    return CURVES.get(name);
  }

  /** How many points the curve of an ECDSA algorithm has. */
  static BigInteger order(JwsAlgorithm algorithm) {
    ECParameterSpec curve = CURVES.get(String.valueOf(algorithm.curve));
    if (curve == null) {
      throw new IllegalArgumentException(algorithm + " has no such curve");
    }
    return curve.getOrder();
  }

  private static Map<String, ECParameterSpec> curves() {
    Map<String, ECParameterSpec> curves = new LinkedHashMap<>();
    try {
      for (String bits : new String[] {"256", "384", "521"}) {
        AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
        parameters.init(new ECGenParameterSpec("secp" + bits + "r1"));
        curves.put("P-" + bits, parameters.getParameterSpec(ECParameterSpec.class));
      }
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has the curves of FIPS 186", e);
    }
    return curves;
  }

  /** A secret whose bytes are a key file, so that what everyone may read would sign tokens. */
  static void checkSecret(byte[] secret) {
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
    boolean der = hex.startsWith("30") && KEY_OIDS.stream().anyMatch(hex::contains);
    if (der) {
      throw new IllegalArgumentException("the secret is the DER encoding of a key");
    }
  }
}
