package io.bartizan.mtls;

import io.bartizan.core.SafeText;
import io.bartizan.core.house.Span;
import io.bartizan.mtls.x509.Certificates;
import io.bartizan.mtls.x509.ChainPath;
import io.bartizan.mtls.x509.KeyTrial;
import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.EdECPublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A private key with its chain, leaf first; checked as a whole before anyone may use it.
 *
 * @param path of the chain what leads from the leaf upwards; see {@link ChainPath}
 * @param names for which server names it is shown; null for those of the certificate
 */
record KeyMaterial(
    String source,
    PrivateKey key,
    List<X509Certificate> chain,
    List<X509Certificate> path,
    @Nullable List<String> names) {

  private static final int DIGITAL_SIGNATURE = 0;

  KeyMaterial(String source, PrivateKey key, List<X509Certificate> chain) {
    this(source, key, chain, chain, null);
  }

  KeyMaterial withNames(List<String> given) {
    return new KeyMaterial(source, key, chain, path, given);
  }

  X509Certificate leaf() {
    return chain.get(0);
  }

  /** Refuses material that handshakes would fail with, each fault in its own sentence. */
  KeyMaterial checked(TlsSide side, Instant now) {
    if (chain.isEmpty()) {
      throw fault(MaterialReason.CERTIFICATE_MISSING, "holds no certificate");
    }
    if (!isKeyOfLeaf()) {
      for (X509Certificate later : chain.subList(1, chain.size())) {
        if (fits(key, later)) {
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
    List<X509Certificate> judged = ChainPath.of(chain, now);
    ChainPath.Disorder disorder = ChainPath.disorder(chain, judged);
    if (disorder != null) {
      throw disordered(disorder.subject(), disorder.issuer());
    }
    HandshakeSize.checkChain(source, chain);
    for (X509Certificate certificate : judged) {
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
    checkLeaf(side, judged);
    return new KeyMaterial(source, key, chain, judged, names);
  }

  /** What is sent beside the path, in a sentence; null if nothing is. */
  @Nullable String note() {
    return chain.size() == path.size()
        ? null
        : source
            + " sends "
            + (chain.size() - path.size())
            + " certificates that are no part of the path from "
            + Certificates.label(leaf())
            + " and are not judged, such as "
            + chain.stream()
                .filter(one -> !path.contains(one))
                .findFirst()
                .map(Certificates::label)
                .orElse("");
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

  private void checkLeaf(TlsSide side, List<X509Certificate> judged) {
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
    for (X509Certificate certificate : judged) {
      if (PathStrength.isWeak(certificate.getPublicKey())) {
        throw fault(MaterialReason.ALGORITHM_WEAK, "holds " + PathStrength.weakness(certificate));
      }
    }
  }

  private static boolean fits(PrivateKey key, X509Certificate certificate) {
    try {
      return KeyTrial.fits(key, certificate.getPublicKey());
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private boolean isKeyOfLeaf() {
    try {
      return KeyTrial.fits(key, leaf().getPublicKey());
    } catch (GeneralSecurityException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw fault(
          MaterialReason.KEY_CANT_SIGN,
          "holds a private key for "
              + Certificates.label(leaf())
              + " that can't sign: "
              + cause.getClass().getSimpleName()
              + ": "
              + SafeText.of(String.valueOf(cause.getMessage()), 120));
    }
  }

  /** When the first certificate of the path ends, and with it the whole. */
  Instant validUntil() {
    return path.stream()
        .map(X509Certificate::getNotAfter)
        .min(Date::compareTo)
        .map(Date::toInstant)
        .orElse(Instant.MAX);
  }

  /** When the last certificate of the path begins, and with it the whole. */
  Instant validFrom() {
    return path.stream()
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

  /**
   * An Edwards key in the shape that Bouncy Castle's TLS knows, any other as it is. Bouncy Castle
   * asks key and certificate for their algorithm's name and looks for {@code Ed25519} or {@code
   * Ed448}; the JDK's answer is {@code EdDSA} for both, so that its TLS finds neither signer nor
   * cipher suite.
   */
  KeyMaterial forBouncyCastle() {
    if (!(leaf().getPublicKey() instanceof EdECPublicKey edwards)) {
      return this;
    }
    byte[] pkcs8 = key.getEncoded();
    if (pkcs8 == null) {
      throw fault(
          MaterialReason.KEY_UNSUPPORTED,
          "holds an Edwards key that a device keeps, and Bouncy Castle's TLS uses its own only");
    }
    try {
      PrivateKey translated =
          KeyFactory.getInstance(edwards.getParams().getName(), PemMaterial.bouncyCastle())
              .generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
      CertificateFactory factory =
          CertificateFactory.getInstance("X.509", PemMaterial.bouncyCastle());
      List<X509Certificate> translatedChain = new ArrayList<>();
      for (X509Certificate certificate : chain) {
        translatedChain.add(
            (X509Certificate)
                factory.generateCertificate(new ByteArrayInputStream(certificate.getEncoded())));
      }
      return new KeyMaterial(source, translated, List.copyOf(translatedChain), path, names);
    } catch (GeneralSecurityException e) {
      throw fault(
          MaterialReason.KEY_UNSUPPORTED,
          "holds an Edwards key that Bouncy Castle's TLS can't use: " + e.getMessage());
    } finally {
      Arrays.fill(pkcs8, (byte) 0);
    }
  }
}
