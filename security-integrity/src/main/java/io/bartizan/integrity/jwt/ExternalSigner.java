package io.bartizan.integrity.jwt;

/**
 * A private key that signs elsewhere: in a key management service (KMS) or a signing server, which
 * never gives it away. {@link SigningKey#external} makes it the key of a {@link JwtSigner}.
 *
 * <p>Implementations are thread-safe.
 *
 * <pre>{@code
 * SigningKey key =
 *     SigningKey.external(JwsAlgorithm.ES256, publicKey, message -> kms.sign("alias/jwt", message));
 * }</pre>
 */
@FunctionalInterface
public interface ExternalSigner {

  /**
   * Signs a message with the algorithm that {@link SigningKey#external} was told. Called on the
   * thread that calls {@link JwtSigner#sign}; it bounds its own waiting.
   *
   * @param message the bytes to sign, which the service hashes; a new array
   * @return the signature: for ECDSA {@code r || s} (RFC 7518 section 3.4) or DER, the same form
   *     each time; for RSA and Ed25519 the bytes of the JCA
   * @throws Exception if it can't sign now
   */
  byte[] sign(byte[] message) throws Exception;
}
