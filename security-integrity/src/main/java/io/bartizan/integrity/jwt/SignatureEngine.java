package io.bartizan.integrity.jwt;

import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/** One key under one algorithm, ready to verify. Thread-safe. */
interface SignatureEngine {

  /**
   * Whether the signature fits the first {@code length} bytes.
   *
   * @param data holds the message from its start
   * @param length bytes of the message
   * @param signature the decoded signature, of any length
   * @return false for every wrong signature; never throws for one
   */
  boolean verify(byte[] data, int length, byte[] signature);

  /** Where the arithmetic comes from, such as {@code SunRsaSign}. */
  String provider();

  /** Ed25519 verification (RFC 8032 section 5.1.7) by Bouncy Castle, key decoded once. */
  final class Ed25519Engine implements SignatureEngine {

    private final Ed25519PublicKeyParameters key;

    Ed25519Engine(byte[] encodedPoint) {
      this.key = new Ed25519PublicKeyParameters(encodedPoint, 0);
    }

    @Override
    public boolean verify(byte[] data, int length, byte[] signature) {
      return signature.length == Ed25519.SIGNATURE_SIZE
          && key.verify(Ed25519.Algorithm.Ed25519, null, data, 0, length, signature, 0);
    }

    @Override
    public String provider() {
      return "Bouncy Castle";
    }
  }
}
