package io.bartizan.integrity.jwt;

import io.bartizan.core.Pem;
import io.bartizan.core.SecretBytes;
import io.bartizan.integrity.json.JsonException;
import io.bartizan.integrity.json.JsonLiteral;
import io.bartizan.integrity.json.JsonObject;
import io.bartizan.integrity.keys.BouncyCastle;
import io.bartizan.integrity.keys.EcCurves;
import io.bartizan.integrity.keys.EdwardsPoint;
import io.bartizan.integrity.keys.KeyGate;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.interfaces.ECKey;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.EdECPrivateKey;
import java.security.interfaces.RSAKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPrivateKeySpec;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.RSAPrivateCrtKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.math.ec.FixedPointCombMultiplier;
import org.bouncycastle.math.ec.rfc8032.Ed25519;
import org.jspecify.annotations.Nullable;

/**
 * A private key with the public one that belongs to it, as far as it is told.
 *
 * @param key what signs
 * @param publicKey what verifies; null if the key is inside a module that keeps it to itself
 * @param keyId the {@code kid} of the JWK that it was
 */
record SigningPair(PrivateKey key, @Nullable PublicKey publicKey, @Nullable String keyId) {

  private static final byte[] ED25519_PKCS8 =
      HexFormat.of().parseHex("302e020100300506032b657004220420");

  static SigningPair of(JwsAlgorithm algorithm, PrivateKey key) {
    checkPrivate(algorithm, key);
    return new SigningPair(key, publicKey(key), null);
  }

  /** As far as the key tells; one inside a security module may not. */
  private static void checkPrivate(JwsAlgorithm algorithm, PrivateKey key) {
    String kind = key.getAlgorithm();
    boolean fits =
        switch (algorithm.family) {
          case HMAC -> false;
          case RSA -> kind.equals("RSA");
          case PSS -> kind.equals("RSA") || kind.equals("RSASSA-PSS");
          case EC -> kind.equals("EC") || kind.equals("ECDSA");
          case ED25519 -> kind.equals("EdDSA") || kind.equals("Ed25519");
        };
    if (!fits) {
      throw new IllegalArgumentException(
          algorithm + " can't sign with a private key of type " + kind);
    }
    if (key instanceof RSAKey rsa) {
      KeyGate.checkRsaBits(rsa.getModulus());
    }
    if (key instanceof ECKey ec
        && algorithm.family == JwsAlgorithm.Family.EC
        && !EcCurves.get(algorithm.curve).getOrder().equals(ec.getParams().getOrder())) {
      throw new IllegalArgumentException(algorithm + " needs a key on " + algorithm.curve);
    }
    if (key instanceof EdECPrivateKey ed && !ed.getParams().getName().equals("Ed25519")) {
      throw new IllegalArgumentException("the private key is not for Ed25519");
    }
  }

  /** One {@code PRIVATE KEY} block, which is PKCS#8. */
  static SigningPair pem(JwsAlgorithm algorithm, SecretBytes pem) {
    List<Pem> blocks = Pem.parse(pem.lend(bytes -> new String(bytes, StandardCharsets.UTF_8)));
    if (blocks.size() != 1 || !blocks.get(0).label().equals("PRIVATE KEY")) {
      throw new IllegalArgumentException(
          "the PEM text has the blocks "
              + blocks.stream().map(Pem::label).toList()
              + ", one PRIVATE KEY (PKCS#8) is accepted;"
              + " openssl pkcs8 -topk8 -nocrypt makes one of other private keys");
    }
    byte[] der = blocks.get(0).content();
    try {
      KeyFactory factory = JwtKeys.keyFactory(algorithm, der);
      return of(algorithm, factory.generatePrivate(new PKCS8EncodedKeySpec(der)));
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException(
          "the PEM block holds no private key for " + algorithm + JwtKeys.formOf(algorithm));
    } finally {
      Arrays.fill(der, (byte) 0);
    }
  }

  /** A private JWK; its public members are checked against the private ones when a signer tries. */
  static SigningPair jwk(JwsAlgorithm algorithm, SecretBytes json) {
    try {
      JsonObject jwk = json.lend(bytes -> JwkReader.parse(bytes, JwkReader.MAX_BYTES));
      String use = JwkReader.text(jwk, "use");
      List<String> operations =
          jwk.get("key_ops") == JsonLiteral.NULL ? null : jwk.strings("key_ops");
      String name = JwkReader.text(jwk, "alg");
      String kty = jwk.string("kty");
      if ((use != null && !use.equals("sig"))
          || (operations != null && !operations.contains("sign"))) {
        throw new IllegalArgumentException("the JWK is not for signing, says its use or key_ops");
      }
      if (name != null && !name.equals(algorithm.headerName()) && !isOldName(algorithm, name)) {
        throw new IllegalArgumentException("the JWK is for another algorithm than " + algorithm);
      }
      if (kty == null
          || !algorithm.family.kty.equals(kty)
          || algorithm.isSymmetric()
          || !jwk.has("d")) {
        throw new IllegalArgumentException("the JWK is no private key for " + algorithm);
      }
      KeyGate.Passed publicKey = JwkReader.publicKey(kty, jwk);
      PrivateKey key = privateKey(algorithm, jwk);
      checkPrivate(algorithm, key);
      if (publicKey == null) {
        throw new IllegalArgumentException("the JWK is no private key for " + algorithm);
      }
      return new SigningPair(key, publicKey.key(), JwkReader.text(jwk, "kid"));
    } catch (JsonException e) {
      throw new IllegalArgumentException("a JWK's member has the wrong type");
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("a JWK's values make no private key");
    }
  }

  private static boolean isOldName(JwsAlgorithm algorithm, String name) {
    return algorithm == JwsAlgorithm.ED25519 && name.equals("EdDSA");
  }

  private static PrivateKey privateKey(JwsAlgorithm algorithm, JsonObject jwk)
      throws JsonException, GeneralSecurityException {
    KeyFactory factory = KeyFactory.getInstance(JwtKeys.keyFactory(algorithm));
    if (algorithm.family.isRsa()) {
      return factory.generatePrivate(
          new RSAPrivateCrtKeySpec(
              JwkReader.number(jwk, "n"),
              JwkReader.number(jwk, "e"),
              JwkReader.number(jwk, "d"),
              JwkReader.number(jwk, "p"),
              JwkReader.number(jwk, "q"),
              JwkReader.number(jwk, "dp"),
              JwkReader.number(jwk, "dq"),
              JwkReader.number(jwk, "qi")));
    }
    byte[] seed = JwkReader.bytes(jwk, "d");
    if (seed.length != algorithm.size) {
      throw new IllegalArgumentException("a JWK's \"d\" has not the curve's length");
    }
    if (algorithm.family == JwsAlgorithm.Family.ED25519) {
      byte[] der = Arrays.copyOf(ED25519_PKCS8, ED25519_PKCS8.length + seed.length);
      System.arraycopy(seed, 0, der, ED25519_PKCS8.length, seed.length);
      return factory.generatePrivate(new PKCS8EncodedKeySpec(der));
    }
    BigInteger d = new BigInteger(1, seed);
    ECParameterSpec curve = EcCurves.get(algorithm.curve);
    if (d.signum() == 0 || d.compareTo(curve.getOrder()) >= 0) {
      throw new IllegalArgumentException("a JWK's \"d\" is out of the curve's range");
    }
    return factory.generatePrivate(new ECPrivateKeySpec(d, curve));
  }

  private static @Nullable PublicKey publicKey(PrivateKey key) {
    try {
      if (key instanceof RSAPrivateCrtKey rsa && rsa.getPublicExponent() != null) {
        return KeyFactory.getInstance("RSA")
            .generatePublic(new RSAPublicKeySpec(rsa.getModulus(), rsa.getPublicExponent()));
      }
      if (!BouncyCastle.isPresent()) {
        return null; // withPublicKey may tell it
      }
      if (key instanceof ECPrivateKey ec && ec.getS() != null) {
        return KeyFactory.getInstance("EC")
            .generatePublic(new ECPublicKeySpec(point(ec), ec.getParams()));
      }
      byte[] seed = key instanceof EdECPrivateKey ed ? ed.getBytes().orElse(null) : null;
      if (seed == null) {
        return null;
      }
      byte[] point = new byte[Ed25519.PUBLIC_KEY_SIZE];
      Ed25519.generatePublicKey(seed, 0, point, 0);
      return KeyFactory.getInstance("Ed25519")
          .generatePublic(new X509EncodedKeySpec(EdwardsPoint.spki(point)));
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("the private key has no public key", e);
    }
  }

  /** The curve was checked to be one of the three. */
  private static ECPoint point(ECPrivateKey key) {
    int bits = key.getParams().getCurve().getField().getFieldSize();
    org.bouncycastle.math.ec.ECPoint point =
        new FixedPointCombMultiplier()
            .multiply(CustomNamedCurves.getByName("secp" + bits + "r1").getG(), key.getS())
            .normalize();
    return new ECPoint(
        point.getAffineXCoord().toBigInteger(), point.getAffineYCoord().toBigInteger());
  }
}
