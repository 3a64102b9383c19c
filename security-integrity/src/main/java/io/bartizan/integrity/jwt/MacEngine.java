package io.bartizan.integrity.jwt;

import io.bartizan.core.SecretBytes;
import io.bartizan.integrity.mac.Hmac;
import io.bartizan.integrity.mac.HmacAlgorithm;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.Provider;
import java.util.function.Function;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** HMAC by our own {@link Hmac}, or by clones of a provider's keyed {@link Mac}. */
final class MacEngine implements SignatureEngine {

  private final Function<ByteBuffer, byte[]> mac;
  private final int length;
  private final String provider;

  private MacEngine(Function<ByteBuffer, byte[]> mac, int length, String provider) {
    this.mac = mac;
    this.length = length;
    this.provider = provider;
  }

  static MacEngine of(JwsAlgorithm algorithm, byte[] secret) {
    HmacAlgorithm hmac =
        switch (algorithm) {
          case HS256 -> HmacAlgorithm.SHA_256;
          case HS384 -> HmacAlgorithm.SHA_384;
          case HS512 -> HmacAlgorithm.SHA_512;
          default -> throw new IllegalArgumentException(algorithm + " is no HMAC");
        };
    try (SecretBytes key = SecretBytes.copyOf(secret)) {
      return new MacEngine(Hmac.of(hmac, key)::sign, algorithm.hashBytes, "Bartizan");
    }
  }

  static MacEngine of(JwsAlgorithm algorithm, byte[] secret, Provider provider)
      throws GeneralSecurityException {
    SecretKeySpec key = new SecretKeySpec(secret, algorithm.jca);
    Mac prototype = initialised(algorithm, key, provider);
    boolean cloneable = isCloneable(prototype);
    return new MacEngine(
        message -> {
          try {
            Mac mac = cloneable ? (Mac) prototype.clone() : initialised(algorithm, key, provider);
            mac.update(message);
            return mac.doFinal();
          } catch (CloneNotSupportedException | GeneralSecurityException e) {
            throw new IllegalStateException(provider.getName() + " no longer makes a Mac", e);
          }
        },
        algorithm.hashBytes,
        provider.getName());
  }

  private static Mac initialised(JwsAlgorithm algorithm, SecretKeySpec key, Provider provider)
      throws GeneralSecurityException {
    Mac mac = Mac.getInstance(algorithm.jca, provider);
    mac.init(key);
    return mac;
  }

  private static boolean isCloneable(Mac mac) {
    try {
      return mac.clone() != null;
    } catch (CloneNotSupportedException e) {
      return false;
    }
  }

  @Override
  public boolean verify(byte[] data, int messageLength, byte[] signature) {
    return signature.length == length
        && MessageDigest.isEqual(sign(data, messageLength), signature);
  }

  byte[] sign(byte[] data, int messageLength) {
    return mac.apply(ByteBuffer.wrap(data, 0, messageLength));
  }

  @Override
  public String provider() {
    return provider;
  }
}
