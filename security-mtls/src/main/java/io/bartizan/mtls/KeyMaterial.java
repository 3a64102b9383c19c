package io.bartizan.mtls;

import io.bartizan.core.house.Span;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.time.Instant;
import java.util.Date;
import java.util.List;

/** A private key with its chain, leaf first; checked as a whole before anyone may use it. */
record KeyMaterial(String source, PrivateKey key, List<X509Certificate> chain) {

  private static final int DIGITAL_SIGNATURE = 0;

  X509Certificate leaf() {
    return chain.get(0);
  }

  /** Refuses material that handshakes would fail with, each fault in its own sentence. */
  KeyMaterial checked(TlsSide side, Instant now) {
    if (chain.isEmpty()) {
      throw fault(MaterialReason.CERTIFICATE_MISSING, "holds no certificate");
    }
    if (!isKeyOf(leaf())) {
      for (X509Certificate later : chain.subList(1, chain.size())) {
        if (isKeyOf(later)) {
          throw fault(
              MaterialReason.CHAIN_DISORDERED,
              "begins with "
                  + Certificates.label(leaf())
                  + ", but the private key is the one of "
                  + Certificates.label(later)
                  + "; the order is leaf first, then each issuer");
        }
      }
      throw fault(
          MaterialReason.KEY_MISMATCH,
          "holds a private key that is not the one of " + Certificates.label(leaf()));
    }
    checkOrder();
    for (X509Certificate certificate : chain) {
      if (now.isAfter(certificate.getNotAfter().toInstant())) {
        throw fault(
            MaterialReason.EXPIRED,
            "holds "
                + Certificates.label(certificate)
                + ", which expired at "
                + certificate.getNotAfter().toInstant(),
            " (" + Span.ago(certificate.getNotAfter().toInstant(), now) + ")");
      }
      if (now.isBefore(certificate.getNotBefore().toInstant())) {
        throw fault(
            MaterialReason.NOT_YET_VALID,
            "holds "
                + Certificates.label(certificate)
                + ", which is valid from "
                + certificate.getNotBefore().toInstant(),
            " (" + Span.until(certificate.getNotBefore().toInstant(), now) + ")");
      }
    }
    checkLeaf(side);
    return this;
  }

  private void checkOrder() {
    for (int i = 0; i + 1 < chain.size(); i++) {
      X509Certificate subject = chain.get(i);
      X509Certificate issuer = chain.get(i + 1);
      try {
        if (!subject.getIssuerX500Principal().equals(issuer.getSubjectX500Principal())) {
          throw disordered(subject, issuer);
        }
        subject.verify(issuer.getPublicKey());
      } catch (GeneralSecurityException e) {
        throw disordered(subject, issuer);
      }
    }
  }

  private TlsMaterialException disordered(X509Certificate subject, X509Certificate issuer) {
    return fault(
        MaterialReason.CHAIN_DISORDERED,
        "has "
            + Certificates.label(issuer)
            + " after "
            + Certificates.label(subject)
            + ", which it did not issue; the order is leaf first, then each issuer");
  }

  private void checkLeaf(TlsSide side) {
    if (leaf().getBasicConstraints() >= 0) {
      throw fault(
          MaterialReason.LEAF_IS_CA,
          "begins with the certificate authority " + Certificates.label(leaf()));
    }
    try {
      List<String> usages = leaf().getExtendedKeyUsage();
      if (usages != null && !usages.contains(side.ownUsage())) {
        throw fault(
            MaterialReason.USAGE_WRONG,
            "begins with "
                + Certificates.label(leaf())
                + ", whose extended key usage lacks "
                + (side == TlsSide.SERVER ? "serverAuth" : "clientAuth"));
      }
    } catch (CertificateParsingException e) {
      throw fault(MaterialReason.FILE_MALFORMED, "has an extended key usage that can't be parsed");
    }
    boolean[] usage = leaf().getKeyUsage();
    if (usage != null && !usage[DIGITAL_SIGNATURE]) {
      throw fault(
          MaterialReason.USAGE_WRONG,
          "begins with " + Certificates.label(leaf()) + ", whose key usage lacks digitalSignature");
    }
    for (X509Certificate certificate : chain) {
      if (PathStrength.isWeak(certificate.getPublicKey())) {
        throw fault(MaterialReason.ALGORITHM_WEAK, "holds " + PathStrength.weakness(certificate));
      }
    }
  }

  /** Signs and verifies, since the key may sit in a device that shows nothing else. */
  private boolean isKeyOf(X509Certificate certificate) {
    PublicKey publicKey = certificate.getPublicKey();
    if (!family(key).equals(family(publicKey))) {
      return false;
    }
    try {
      byte[] challenge =
          "bartizan: does this key belong to this certificate?"
              .getBytes(java.nio.charset.StandardCharsets.US_ASCII);
      Signature signer = signature(family(key));
      signer.initSign(key);
      signer.update(challenge);
      byte[] signed = signer.sign();
      Signature verifier = signature(family(key));
      verifier.initVerify(publicKey);
      verifier.update(challenge);
      return verifier.verify(signed);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static Signature signature(String family) throws GeneralSecurityException {
    return switch (family) {
      case "RSA" -> Signature.getInstance("SHA256withRSA");
      case "EC" -> Signature.getInstance("SHA256withECDSA");
      case "RSASSA-PSS" -> {
        Signature pss = Signature.getInstance("RSASSA-PSS");
        pss.setParameter(new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
        yield pss;
      }
      default -> Signature.getInstance(family);
    };
  }

  /** The key's kind in one spelling; the JDK says EdDSA where others say Ed25519. */
  static String family(Key key) {
    return switch (key.getAlgorithm()) {
      case "Ed25519", "Ed448", "EdDSA" -> "EdDSA";
      case "ECDSA", "EC" -> "EC";
      default -> key.getAlgorithm();
    };
  }

  /** When the first certificate of the chain ends, and with it the whole. */
  Instant validUntil() {
    return chain.stream()
        .map(X509Certificate::getNotAfter)
        .min(Date::compareTo)
        .map(Date::toInstant)
        .orElse(Instant.MIN);
  }

  /** When the last certificate of the chain begins, and with it the whole. */
  Instant validFrom() {
    return chain.stream()
        .map(X509Certificate::getNotBefore)
        .max(Date::compareTo)
        .map(Date::toInstant)
        .orElse(Instant.MIN);
  }

  private TlsMaterialException fault(MaterialReason reason, String what) {
    return fault(reason, what, "");
  }

  private TlsMaterialException fault(MaterialReason reason, String what, String changing) {
    return new TlsMaterialException(reason, source, what, changing);
  }

  /** The source and the leaf; never the key. */
  @Override
  public String toString() {
    return source + (chain.isEmpty() ? "" : " " + Certificates.label(leaf()));
  }
}
