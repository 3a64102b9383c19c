package io.bartizan.integrity.jwt;

import java.security.GeneralSecurityException;
import java.security.Provider;
import java.security.Signature;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import org.jspecify.annotations.Nullable;

/** The {@link Signature} of an algorithm's row. */
final class JcaSignatures {

  private JcaSignatures() {}

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
