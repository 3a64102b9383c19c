package io.bartizan.integrity.x509;

import io.bartizan.integrity.der.Der;
import io.bartizan.integrity.der.DerException;
import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXCertPathChecker;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** X.509 by the JDK: reading one certificate, and a path at a moment (RFC 5280 section 6). */
public final class Certificates {

  /** ECDSA and RSA (PKCS #1 v1.5) with SHA-2, Ed25519. */
  private static final Set<String> SIGNED_WITH =
      Set.of(
          "1.2.840.10045.4.3.2",
          "1.2.840.10045.4.3.3",
          "1.2.840.10045.4.3.4",
          "1.2.840.113549.1.1.11",
          "1.2.840.113549.1.1.12",
          "1.2.840.113549.1.1.13",
          "1.3.101.112");

  private static final String TIME_STAMPING = "1.3.6.1.5.5.7.3.8";
  private static final String EXTENDED_KEY_USAGE = "2.5.29.37";
  private static final String SUBJECT_KEY_ID = "2.5.29.14";
  private static final int MAX_BYTES = 64 * 1024;

  private Certificates() {}

  /**
   * Reads DER that is one certificate and nothing more.
   *
   * @param der at most 64 KiB
   * @return the certificate, of version 3
   * @throws CertificateException if it is anything else, or signed with a weak hash, or its
   *     signature claims unused bits, so that one certificate would have several spellings
   */
  public static X509Certificate read(byte[] der) throws CertificateException {
    if (der.length > MAX_BYTES) {
      throw new CertificateException("a certificate has more than " + MAX_BYTES + " bytes");
    }
    X509Certificate certificate;
    try {
      Der inside = Der.whole(der, Der.SEQUENCE);
      inside.skip(Der.SEQUENCE);
      inside.skip(Der.SEQUENCE);
      byte[] signature = inside.content(Der.BIT_STRING);
      inside.finish();
      if (signature.length == 0 || signature[0] != 0) { // which the JDK passes over
        throw new CertificateException("a certificate's signature claims unused bits");
      }
      certificate =
          (X509Certificate)
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(new ByteArrayInputStream(der));
    } catch (DerException e) {
      throw new CertificateException(e.getMessage(), e);
    } catch (RuntimeException e) {
      throw new CertificateException("the JDK can't read a certificate", e);
    }
    if (certificate.getVersion() != 3) {
      throw new CertificateException("a certificate is not of version 3");
    }
    if (!SIGNED_WITH.contains(certificate.getSigAlgOID())) {
      throw new CertificateException(
          "a certificate is signed with the algorithm " + certificate.getSigAlgOID());
    }
    return certificate;
  }

  /**
   * Whether a certificate names another as its issuer and is signed by its key.
   *
   * @param certificate the one
   * @param issuer the other
   * @return whether it is
   */
  public static boolean isSignedBy(X509Certificate certificate, X509Certificate issuer) {
    if (!certificate.getIssuerX500Principal().equals(issuer.getSubjectX500Principal())) {
      return false;
    }
    try {
      certificate.verify(issuer.getPublicKey());
      return true;
    } catch (GeneralSecurityException | RuntimeException e) {
      return false;
    }
  }

  /**
   * Judges the path from a leaf to the last of its issuers at a time.
   *
   * @param leaf the first certificate
   * @param issuers the others, the trusted one last
   * @param time when it must hold
   * @param known critical extensions that the caller has read
   * @return null if it holds, else why not
   */
  public static @Nullable String whyNot(
      X509Certificate leaf, List<X509Certificate> issuers, Instant time, Set<String> known) {
    X509Certificate root = issuers.get(issuers.size() - 1);
    try {
      root.checkValidity(Date.from(time));
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      CertPath path =
          factory.generateCertPath(
              Stream.concat(Stream.of(leaf), issuers.subList(0, issuers.size() - 1).stream())
                  .toList());
      for (Certificate each : path.getCertificates()) {
        String why = PolicyBounds.whyNot((X509Certificate) each);
        if (why != null) {
          return why;
        }
      }
      PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(root, null)));
      parameters.setRevocationEnabled(false);
      parameters.setPolicyMappingInhibited(true);
      parameters.setDate(Date.from(time));
      parameters.addCertPathChecker(new Known(known));
      CertPathValidator.getInstance("PKIX").validate(path, parameters);
      return null;
    } catch (CertPathValidatorException e) {
      return String.valueOf(e.getReason()).replace('_', ' ').toLowerCase(Locale.ROOT);
    } catch (CertificateException e) {
      return "the root certificate is not valid then";
    } catch (InvalidAlgorithmParameterException e) {
      throw new IllegalStateException("one anchor was given", e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has PKIX", e);
    } catch (RuntimeException e) { // of the JDK's constraints for names that it can't compare
      return "the path can't be validated";
    }
  }

  /**
   * Whether a certificate may sign timestamps: that is its one purpose, and critical (RFC 3161
   * section 2.3).
   *
   * @param certificate the certificate
   * @return whether it may
   */
  public static boolean isTimestampAuthority(X509Certificate certificate) {
    try {
      return List.of(TIME_STAMPING).equals(certificate.getExtendedKeyUsage())
          && certificate.getCriticalExtensionOIDs().contains(EXTENDED_KEY_USAGE);
    } catch (CertificateException e) {
      return false;
    }
  }

  static byte @Nullable [] keyId(X509Certificate certificate) {
    byte[] extension = certificate.getExtensionValue(SUBJECT_KEY_ID);
    try {
      return extension == null
          ? null
          : Der.of(Der.of(extension).content(Der.OCTET_STRING)).content(Der.OCTET_STRING);
    } catch (DerException e) {
      return null;
    }
  }

  /** Passes critical extensions that the caller has read. */
  private static final class Known extends PKIXCertPathChecker {

    private final Set<String> extensions;

    private Known(Set<String> extensions) {
      this.extensions = extensions;
    }

    @Override
    public void init(boolean forward) {}

    @Override
    public boolean isForwardCheckingSupported() {
      return true;
    }

    @Override
    public Set<String> getSupportedExtensions() {
      return extensions;
    }

    @Override
    public void check(Certificate certificate, Collection<String> unresolved) {
      unresolved.removeAll(extensions);
    }
  }
}
