package io.bartizan.mtls;

import io.bartizan.mtls.x509.Certificates;
import io.bartizan.mtls.x509.PeerPath;
import io.bartizan.mtls.x509.Platform;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.DSAKey;
import java.security.interfaces.ECKey;
import java.security.interfaces.RSAKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.List;
import java.util.Locale;

/**
 * What the JDK lets pass on a path and we don't: short keys, SHA-1, certificates without usage for
 * their role, authorities posing as peers.
 */
final class PathStrength {

  private static final String EKU_OID = "2.5.29.37";
  private static final String NAME_CONSTRAINTS_OID = "2.5.29.30";
  private static final String ANY_USAGE = "2.5.29.37.0";
  private static final int MIN_RSA_BITS = 2048;
  private static final int MIN_EC_BITS = 256;

  private PathStrength() {}

  static void check(PeerPath path, TlsSide peer) throws PeerRejectedException {
    X509Certificate leaf = path.certificates().get(0);
    if (leaf.getVersion() != 3) {
      throw new PeerRejectedException(
          PeerReason.CHAIN_INVALID,
          Certificates.label(leaf) + " has version " + leaf.getVersion() + ", 3 is needed");
    }
    if (leaf.getBasicConstraints() >= 0) {
      throw new PeerRejectedException(
          PeerReason.LEAF_IS_CA,
          Certificates.label(leaf) + " is a certificate authority, not a peer");
    }
    if (leaf.getExtensionValue(NAME_CONSTRAINTS_OID) != null) {
      throw new PeerRejectedException(
          PeerReason.CHAIN_INVALID,
          Certificates.label(leaf) + " has name constraints, which only authorities may have");
    }
    checkUsage(leaf, peer, false);
    for (int i = 0; i < path.certificates().size(); i++) {
      X509Certificate certificate = path.certificates().get(i);
      if (i > 0) {
        checkUsage(certificate, peer, true);
      }
      checkKey(certificate);
      checkSignature(certificate);
    }
    checkKey(path.anchor());
  }

  /**
   * An absent usage allows all (RFC 5280 section 4.2.1.12); anyExtendedKeyUsage is for CAs only,
   * and a peer's certificate that has it, beside whatever else, is refused.
   */
  private static void checkUsage(X509Certificate certificate, TlsSide peer, boolean authority)
      throws PeerRejectedException {
    List<String> usages;
    try {
      usages = certificate.getExtendedKeyUsage();
    } catch (CertificateParsingException e) {
      usages = List.of();
    }
    if (usages == null && certificate.getExtensionValue(EKU_OID) == null) {
      return;
    }
    if (!authority && usages != null && usages.contains(ANY_USAGE)) {
      throw new PeerRejectedException(
          PeerReason.USAGE_WRONG,
          Certificates.label(certificate) + " has an extended key usage for any purpose");
    }
    boolean allowed =
        usages != null && (usages.contains(peer.ownUsage()) || usages.contains(ANY_USAGE));
    if (!allowed) {
      throw new PeerRejectedException(
          PeerReason.USAGE_WRONG,
          Certificates.label(certificate)
              + " has an extended key usage without "
              + (peer == TlsSide.SERVER ? "serverAuth" : "clientAuth"));
    }
  }

  /** Refuses a weak key. */
  static void checkKey(X509Certificate certificate) throws PeerRejectedException {
    if (isWeak(certificate.getPublicKey())) {
      throw new PeerRejectedException(PeerReason.ALGORITHM_WEAK, weakness(certificate));
    }
  }

  static boolean isWeak(PublicKey key) {
    return key instanceof DSAKey
        || (key instanceof RSAKey rsa && rsa.getModulus().bitLength() < MIN_RSA_BITS)
        || (key instanceof ECKey ec && ec.getParams().getOrder().bitLength() < MIN_EC_BITS);
  }

  /** A sentence about a certificate whose key is weak. */
  static String weakness(X509Certificate certificate) {
    return Certificates.label(certificate)
        + ", whose key is weak; RSA from "
        + MIN_RSA_BITS
        + " and EC from "
        + MIN_EC_BITS
        + " bits are accepted";
  }

  /** Refuses a signature whose digest, or whose mask's digest, is too old. */
  static void checkSignature(X509Certificate certificate) throws PeerRejectedException {
    String name = certificate.getSigAlgName().toUpperCase(Locale.ROOT).replace("-", "");
    boolean weak = name.startsWith("SHA1") || name.startsWith("MD") || pssDigestIsWeak(certificate);
    if (weak) {
      throw new PeerRejectedException(
          PeerReason.ALGORITHM_WEAK,
          Certificates.label(certificate) + " is signed with " + certificate.getSigAlgName());
    }
  }

  private static boolean pssDigestIsWeak(X509Certificate certificate) {
    byte[] encoded = certificate.getSigAlgParams();
    if (!certificate.getSigAlgName().equals("RSASSA-PSS")) {
      return false;
    }
    if (encoded == null) {
      return true;
    }
    try {
      AlgorithmParameters parameters = Platform.pssParameters();
      parameters.init(encoded);
      PSSParameterSpec spec = parameters.getParameterSpec(PSSParameterSpec.class);
      return isWeakDigest(spec.getDigestAlgorithm())
          || !(spec.getMGFParameters() instanceof MGF1ParameterSpec mask)
          || isWeakDigest(mask.getDigestAlgorithm());
    } catch (GeneralSecurityException | java.io.IOException e) {
      return true;
    }
  }

  private static boolean isWeakDigest(String digest) {
    return digest.equals("SHA-1") || digest.startsWith("MD");
  }
}
