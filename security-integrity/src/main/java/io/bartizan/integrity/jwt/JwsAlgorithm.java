package io.bartizan.integrity.jwt;

import io.bartizan.integrity.keys.BouncyCastle;
import org.jspecify.annotations.Nullable;

/**
 * The signature algorithms that a JWT verifier can allow; {@code none} is not one of them.
 *
 * <p>Each row holds all there is to know about an algorithm (RFC 7518 section 3.1, RFC 9864): a key
 * is bound to one row when it is loaded, and the row decides what kind, curve and size of key and
 * what length of signature is acceptable.
 */
public enum JwsAlgorithm {
  /** HMAC with SHA-256; keys of 32 to 1024 bytes. */
  HS256("HS256", Family.HMAC, "HmacSHA256", "SHA-256", 32, 64, null),
  /** HMAC with SHA-384; keys of 48 to 1024 bytes. */
  HS384("HS384", Family.HMAC, "HmacSHA384", "SHA-384", 48, 128, null),
  /** HMAC with SHA-512; keys of 64 to 1024 bytes. */
  HS512("HS512", Family.HMAC, "HmacSHA512", "SHA-512", 64, 128, null),
  /** RSASSA-PKCS1-v1_5 with SHA-256; keys of 2048 to 8192 bits. */
  RS256("RS256", Family.RSA, "SHA256withRSA", "SHA-256", 32, 0, null),
  /** RSASSA-PKCS1-v1_5 with SHA-384; keys of 2048 to 8192 bits. */
  RS384("RS384", Family.RSA, "SHA384withRSA", "SHA-384", 48, 0, null),
  /** RSASSA-PKCS1-v1_5 with SHA-512; keys of 2048 to 8192 bits. */
  RS512("RS512", Family.RSA, "SHA512withRSA", "SHA-512", 64, 0, null),
  /** RSASSA-PSS with SHA-256, MGF1 with the same hash and a salt of 32 bytes. */
  PS256("PS256", Family.PSS, "RSASSA-PSS", "SHA-256", 32, 0, null),
  /** RSASSA-PSS with SHA-384, MGF1 with the same hash and a salt of 48 bytes. */
  PS384("PS384", Family.PSS, "RSASSA-PSS", "SHA-384", 48, 0, null),
  /** RSASSA-PSS with SHA-512, MGF1 with the same hash and a salt of 64 bytes. */
  PS512("PS512", Family.PSS, "RSASSA-PSS", "SHA-512", 64, 0, null),
  /** ECDSA on P-256 with SHA-256. */
  ES256("ES256", Family.EC, "SHA256withECDSA", "SHA-256", 32, 32, "P-256"),
  /** ECDSA on P-384 with SHA-384. */
  ES384("ES384", Family.EC, "SHA384withECDSA", "SHA-384", 48, 48, "P-384"),
  /** ECDSA on P-521 with SHA-512. */
  ES512("ES512", Family.EC, "SHA512withECDSA", "SHA-512", 64, 66, "P-521"),
  /**
   * Ed25519 by the name of RFC 9864; the older and wider name {@code EdDSA} is understood only
   * where {@link TrustedIssuer#withEdDsaAlias()} says so.
   */
  ED25519("Ed25519", Family.ED25519, "Ed25519", "SHA-512", 64, 32, "Ed25519");

  /** The kinds of key. */
  enum Family {
    HMAC("oct"),
    RSA("RSA"),
    PSS("RSA"),
    EC("EC"),
    ED25519("OKP");

    /** The JWK key type, RFC 7518 section 6.1. */
    final String kty;

    Family(String kty) {
      this.kty = kty;
    }

    boolean isRsa() {
      return kty.equals("RSA");
    }
  }

  private final String headerName;
  final Family family;
  final String jca;
  final String hash;

  /** Bytes of the hash, which is also the salt of PSS, the MAC and the shortest HMAC key. */
  final int hashBytes;

  /** HMAC: the hash's block, above which a key is hashed. EC and Ed25519: half a signature. */
  final int size;

  /** The JWK {@code crv} of EC and OKP keys. */
  final @Nullable String curve;

  JwsAlgorithm(
      String headerName,
      Family family,
      String jca,
      String hash,
      int hashBytes,
      int size,
      @Nullable String curve) {
    this.headerName = headerName;
    this.family = family;
    this.jca = jca;
    this.hash = hash;
    this.hashBytes = hashBytes;
    this.size = size;
    this.curve = curve;
  }

  /**
   * The name in a token's {@code alg} header.
   *
   * @return case-sensitive, such as {@code ES256} or {@code Ed25519}
   */
  public String headerName() {
    return headerName;
  }

  boolean isSymmetric() {
    return family == Family.HMAC;
  }

  /** Refuses to be configured where it can't be computed. */
  void requireBouncyCastle() {
    if (family == Family.EC || family == Family.ED25519) {
      BouncyCastle.requireFor(this);
    }
  }

  static @Nullable JwsAlgorithm ofHeaderName(String name) {
    for (JwsAlgorithm algorithm : ALL) {
      if (algorithm.headerName.equals(name)) {
        return algorithm;
      }
    }
    return null;
  }

  private static final JwsAlgorithm[] ALL = values();
}
