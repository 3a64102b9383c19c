package io.bartizan.integrity.jwt;

import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

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
