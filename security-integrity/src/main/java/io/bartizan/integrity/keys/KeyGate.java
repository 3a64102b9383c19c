package io.bartizan.integrity.keys;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.NoSuchProviderException;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The one check that every public key of this module passes: weak and misplaced keys are refused
 * when they are loaded, so that nothing is ever verified with one.
 *
 * <p>RSA: the numbers of {@link RsaNumbers}. EC: exactly P-256, P-384 or P-521 and a point on it.
 * Ed25519: a canonical point of full order. How it works: the numbers are read once, judged by this
 * package's own arithmetic, written in the one DER form and made a key anew by the JDK's own
 * provider where there is one. So the verdict and the {@link Passed#spki() encoding} depend neither
 * on who made the key object nor on the order of the JVM's providers, and what verifies is what was
 * judged. Works without Bouncy Castle.
 */
public final class KeyGate {

  private static final byte[] RSA_ALGORITHM =
      HexFormat.of().parseHex("300d06092a864886f70d0101010500");
  private static final Map<String, byte[]> EC_ALGORITHMS =
      Map.of(
          "P-256", HexFormat.of().parseHex("301306072a8648ce3d020106082a8648ce3d030107"),
          "P-384", HexFormat.of().parseHex("301006072a8648ce3d020106052b81040022"),
          "P-521", HexFormat.of().parseHex("301006072a8648ce3d020106052b81040023"));

  private KeyGate() {}

  /** A key that was accepted, in the words of JWK, made anew from its numbers. Thread-safe. */
  @SuppressWarnings("serial") // PublicKey is serializable, and nobody writes one
  public static final class Passed implements PublicKey {

    private final String kty;
    private final @Nullable String curve;
    private final PublicKey key;
    private final byte[] spki;
    private volatile @Nullable EcdsaKey ecdsa;

    private Passed(String kty, @Nullable String curve, PublicKey key, byte[] spki) {
      this.kty = kty;
      this.curve = curve;
      this.key = key;
      this.spki = spki;
    }

    /** {@code RSA}, {@code EC} or {@code OKP}. */
    public String kty() {
      return kty;
    }

    /** {@code P-256}, {@code P-384}, {@code P-521} or {@code Ed25519}; null for RSA. */
    public @Nullable String curve() {
      return curve;
    }

    /** The key of the platform. */
    public PublicKey key() {
      return key;
    }

    /** Its SubjectPublicKeyInfo in the one DER form; not to be changed. */
    public byte[] spki() {
      return spki;
    }

    /** An EC key for our own arithmetic, which needs Bouncy Castle. */
    public EcdsaKey ecdsa() {
      EcdsaKey made = ecdsa;
      if (made == null) {
        made = EcdsaKey.of(String.valueOf(curve), (ECPublicKey) key);
        ecdsa = made;
      }
      return made;
    }

    @Override
    public String getAlgorithm() {
      return key.getAlgorithm();
    }

    @Override
    public String getFormat() {
      return "X.509";
    }

    @Override
    public byte[] getEncoded() {
      return spki.clone();
    }

    @Override
    public String toString() {
      return kty + (curve == null ? "" : " " + curve);
    }
  }

  /**
   * A key of any provider.
   *
   * @param key RSA, EC or Ed25519
   * @return what it is
   * @throws IllegalArgumentException if it is another kind, weak or malformed
   */
  public static Passed pass(PublicKey key) {
    if (key instanceof Passed passed) {
      return passed;
    }
    if (key instanceof RSAPublicKey rsa) {
      return rsa(rsa.getModulus(), rsa.getPublicExponent());
    }
    if (key instanceof ECPublicKey ec) {
      String curve = ec.getParams() == null ? null : EcCurves.nameOf(ec.getParams());
      if (curve == null) {
        throw new IllegalArgumentException(
            "the EC key's curve is not P-256, P-384 or P-521 with its standard generator");
      }
      return ec(curve, ec.getW());
    }
    String algorithm = String.valueOf(key.getAlgorithm());
    if (algorithm.equals("EdDSA") || algorithm.equals("Ed25519")) {
      return ed25519(EdwardsPoint.of(key));
    }
    throw new IllegalArgumentException(
        "keys of type " + algorithm + " are not accepted; RSA, EC and Ed25519 are");
  }

  /**
   * For a key that is loaded once and believed from then on: also refuses an RSA modulus whose
   * factors anybody can find, because it is a prime, a square, or the product of two primes close
   * together (CVE-2022-26320).
   *
   * <p>It costs one exponentiation and 100 square roots, some 10 ms for 2048 bits, 50 ms for 4096
   * and 0.3 s for 8192: not for a key that comes with a request, whose sender it would belong to
   * anyway.
   *
   * @param key a key that passed
   * @return the same
   * @throws IllegalArgumentException if its modulus is such a number
   */
  public static Passed lasting(Passed key) {
    if (key.key() instanceof RSAPublicKey rsa) {
      RsaNumbers.checkFactors(rsa.getModulus());
    }
    return key;
  }

  /**
   * A key to be pinned: {@link #pass} and {@link #lasting}; what passed is taken as it is.
   *
   * <p>So a package of this module that judged a key can have it pinned untried, and decides itself
   * whether the key is believed enough to be tried.
   *
   * @param key RSA, EC or Ed25519, or a {@link Passed}
   * @return what it is
   * @throws IllegalArgumentException if it is another kind, weak or malformed
   */
  public static Passed pinned(PublicKey key) {
    return key instanceof Passed passed ? passed : lasting(pass(key));
  }

  /**
   * A key from its SubjectPublicKeyInfo.
   *
   * @param spki DER
   * @return what it is
   * @throws IllegalArgumentException if it is another kind, weak or malformed
   */
  public static Passed ofSpki(byte[] spki) {
    byte[] point = EdwardsPoint.ofSpki(spki);
    if (point != null) {
      return ed25519(point);
    }
    for (String family : new String[] {"EC", "RSA"}) {
      PublicKey key;
      try {
        key = factory(family).generatePublic(new X509EncodedKeySpec(spki));
      } catch (InvalidKeySpecException e) {
        continue; // not of this family
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("this JVM reads no " + family + " keys", e);
      }
      return pass(key);
    }
    throw new IllegalArgumentException("no Ed25519, EC or RSA key");
  }

  /**
   * An RSA key.
   *
   * @param modulus n
   * @param exponent e
   * @return the key
   * @throws IllegalArgumentException if it is weak
   */
  public static Passed rsa(BigInteger modulus, BigInteger exponent) {
    RsaNumbers.check(modulus, exponent);
    byte[] numbers = der(0x30, der(2, modulus.toByteArray()), der(2, exponent.toByteArray()));
    byte[] spki = der(0x30, RSA_ALGORITHM, der(3, new byte[1], numbers));
    return new Passed("RSA", null, made("RSA", spki), spki);
  }

  /**
   * An EC key.
   *
   * @param curve {@code P-256}, {@code P-384} or {@code P-521}
   * @param point the public point
   * @return the key
   * @throws IllegalArgumentException if the curve is another, or the point not on it
   */
  public static Passed ec(String curve, ECPoint point) {
    ECParameterSpec parameters = EcCurves.get(curve);
    EcCurves.checkOnCurve(point, parameters);
    int size = EcCurves.fieldBytes(parameters);
    byte[] bits = new byte[2 + 2 * size];
    bits[1] = 4; // uncompressed
    copyRight(point.getAffineX(), bits, 2 + size);
    copyRight(point.getAffineY(), bits, 2 + 2 * size);
    byte[] spki = der(0x30, EC_ALGORITHMS.getOrDefault(curve, new byte[0]), der(3, bits));
    return new Passed("EC", curve, made("EC", spki), spki);
  }

  /**
   * An Ed25519 key.
   *
   * @param point the 32 bytes of RFC 8032
   * @return the key
   * @throws IllegalArgumentException if they are no canonical point of full order
   */
  public static Passed ed25519(byte[] point) {
    byte[] judged = point.clone();
    EdwardsPoint.check(judged);
    byte[] spki = EdwardsPoint.spki(judged);
    return new Passed("OKP", "Ed25519", made("Ed25519", spki), spki);
  }

  /**
   * As much of an RSA key as its private half tells.
   *
   * @param modulus n
   * @throws IllegalArgumentException if it is too short or too long
   */
  public static void checkRsaBits(BigInteger modulus) {
    RsaNumbers.checkBits(modulus);
  }

  private static PublicKey made(String family, byte[] spki) {
    try {
      return factory(family).generatePublic(new X509EncodedKeySpec(spki));
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException(
          "this JVM makes no " + family + " key of these numbers", e);
    }
  }

  /** The JDK's own provider whatever stands before it; the first that offers it on other JVMs. */
  private static KeyFactory factory(String family) throws NoSuchAlgorithmException {
    try {
      return KeyFactory.getInstance(family, family.equals("RSA") ? "SunRsaSign" : "SunEC");
    } catch (NoSuchProviderException | NoSuchAlgorithmException e) {
      return KeyFactory.getInstance(family);
    }
  }

  private static void copyRight(BigInteger value, byte[] to, int end) {
    byte[] bytes = value.toByteArray();
    int skip = bytes[0] == 0 ? 1 : 0;
    System.arraycopy(bytes, skip, to, end - bytes.length + skip, bytes.length - skip);
  }

  private static byte[] der(int tag, byte[]... parts) {
    int length = 0;
    for (byte[] part : parts) {
      length += part.length;
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream(length + 4);
    out.write(tag);
    if (length > 255) {
      out.write(0x82);
      out.write(length >> 8);
    } else if (length > 127) {
      out.write(0x81);
    }
    out.write(length);
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }
}
