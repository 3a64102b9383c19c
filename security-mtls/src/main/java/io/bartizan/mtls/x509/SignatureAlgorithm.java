package io.bartizan.mtls.x509;

import java.io.IOException;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Security;
import java.security.Signature;
import java.security.cert.X509CRL;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The algorithm of the signature of revocation data: a list, or an OCSP response. Immutable. */
public final class SignatureAlgorithm {

  private static final String PSS = "RSASSA-PSS";

  /** Whatever the JDK is told. */
  private static final List<String> BROKEN = List.of("MD2", "MD4", "MD5");

  private final String name;
  private final byte @Nullable [] parameters;

  /**
   * An algorithm.
   *
   * @param name such as {@code SHA256withRSA}, in any case
   * @param parameters of RSASSA-PSS, in DER; of others not looked at
   */
  public SignatureAlgorithm(String name, byte @Nullable [] parameters) {
    this.name = name;
    this.parameters = name.equals(PSS) ? parameters : null;
  }

  static SignatureAlgorithm of(X509CRL list) {
    return new SignatureAlgorithm(list.getSigAlgName(), list.getSigAlgParams());
  }

  /**
   * What it is called, if its digest is broken or the JDK is told to refuse it on paths whatever it
   * is used for; null if it may count.
   */
  public @Nullable String weakness() {
    List<String> refused = new ArrayList<>(BROKEN);
    String disabled = Security.getProperty("jdk.certpath.disabledAlgorithms");
    if (disabled != null) {
      // An entry with a condition behind it, such as a key's size, has a blank.
      refused.addAll(List.of(disabled.split(",", -1)));
    }
    String whole = withDigests();
    for (String part : whole.split("(?i)with|and", -1)) {
      if (refused.stream().anyMatch(one -> plain(one).equals(plain(part)))) {
        return whole;
      }
    }
    return null;
  }

  /** RSASSA-PSS has its digests in the parameters (RFC 8017 appendix A.2.3). */
  private String withDigests() {
    if (!name.equals(PSS)) {
      return name;
    }
    try {
      PSSParameterSpec spec = pss();
      String digest = spec == null ? "SHA1" : spec.getDigestAlgorithm();
      return spec != null && spec.getMGFParameters() instanceof MGF1ParameterSpec mask
          ? digest + "with" + PSS + "and" + mask.getDigestAlgorithm()
          : digest + "with" + PSS;
    } catch (GeneralSecurityException | IOException e) {
      return PSS; // no signature verifies by such parameters
    }
  }

  private @Nullable PSSParameterSpec pss() throws GeneralSecurityException, IOException {
    if (parameters == null) {
      return null;
    }
    AlgorithmParameters read = Platform.pssParameters();
    read.init(parameters);
    return read.getParameterSpec(PSSParameterSpec.class);
  }

  /** SHA-1 is SHA1, in any case. */
  private static String plain(String algorithm) {
    return algorithm.strip().replace("-", "").toUpperCase(Locale.ROOT);
  }

  /**
   * Whether a signature over a part of an array is a key's; false also for a key of another kind.
   *
   * @param from the index of its first byte
   * @param to the index after its last byte
   */
  public boolean isBy(PublicKey key, byte[] data, int from, int to, byte[] signature) {
    try {
      Signature engine = Signature.getInstance(name);
      engine.initVerify(key);
      PSSParameterSpec pss = pss();
      if (pss != null) {
        engine.setParameter(pss);
      }
      engine.update(data, from, to - from);
      return engine.verify(signature);
    } catch (GeneralSecurityException | IOException | RuntimeException e) {
      return false; // providers throw any of them for what they do not know
    }
  }
}
