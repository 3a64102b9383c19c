package io.bartizan.integrity.jwt;

import io.bartizan.integrity.keys.EcCurves;
import io.bartizan.integrity.keys.EcdsaForms;
import java.security.GeneralSecurityException;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Security;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.RSAKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Verification by {@link Signature} objects of a provider.
 *
 * <p>A {@code Signature} is neither thread-safe nor cloneable and costs a provider lookup and a key
 * schedule, so a few initialised ones are kept and lent; whoever finds none makes one. Nobody
 * waits.
 */
final class JcaEngine implements SignatureEngine {

  private static final int KEPT = 16;

  private final JwsAlgorithm algorithm;
  private final PublicKey key;
  private final @Nullable Provider provider;
  private final String providerName;
  private final int signatureBytes;
  private final AtomicReferenceArray<@Nullable Signature> kept = new AtomicReferenceArray<>(KEPT);

  /** Fails if the provider can't do it, so that {@link #verify} will not. */
  JcaEngine(JwsAlgorithm algorithm, PublicKey key, @Nullable Provider provider)
      throws GeneralSecurityException {
    this.algorithm = algorithm;
    this.key = key;
    this.provider = provider != null || !algorithm.family.isRsa() ? provider : sunRsaSign();
    this.signatureBytes =
        key instanceof RSAKey rsa ? (rsa.getModulus().bitLength() + 7) / 8 : 2 * algorithm.size;
    Signature first = initialised();
    this.providerName = first.getProvider().getName();
    kept.set(0, first);
  }

  /** Null where the platform has none by this name; then the first that offers it is taken. */
  private static @Nullable Provider sunRsaSign() {
    return Security.getProvider("SunRsaSign");
  }

  @Override
  public boolean verify(byte[] data, int length, byte[] signature) {
    if (signature.length != signatureBytes) {
      return false;
    }
    byte[] encoded = signature;
    if (algorithm.family == JwsAlgorithm.Family.EC) {
      if (!EcdsaForms.isInRange(signature, EcCurves.get(algorithm.curve).getOrder())) {
        return false;
      }
      encoded = EcdsaForms.toDer(signature);
    }
    int slot = (int) Thread.currentThread().getId() & (KEPT - 1);
    Signature lent = kept.getAndSet(slot, null);
    try {
      if (lent == null) {
        lent = initialised();
      }
      lent.update(data, 0, length);
      boolean valid = lent.verify(encoded);
      kept.set(slot, lent);
      return valid;
    } catch (SignatureException e) {
      return false; // the object may hold half a message: it is dropped
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(providerName + " no longer offers " + algorithm, e);
    }
  }

  private Signature initialised() throws GeneralSecurityException {
    Signature signature = instance(algorithm, provider);
    signature.initVerify(key);
    return signature;
  }

  @Override
  public String provider() {
    return providerName;
  }

  /** The {@link Signature} of an algorithm's row. */
  static Signature instance(JwsAlgorithm algorithm, @Nullable Provider provider)
      throws GeneralSecurityException {
    Signature signature =
        provider == null
            ? Signature.getInstance(algorithm.jca)
            : Signature.getInstance(algorithm.jca, provider);
    if (algorithm.family == JwsAlgorithm.Family.PSS) {
      MGF1ParameterSpec mask = new MGF1ParameterSpec(algorithm.hash);
      signature.setParameter(
          new PSSParameterSpec(algorithm.hash, "MGF1", mask, algorithm.hashBytes, 1));
    }
    return signature;
  }
}
