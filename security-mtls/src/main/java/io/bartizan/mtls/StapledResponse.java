package io.bartizan.mtls;

import io.bartizan.mtls.x509.Certificates;
import io.bartizan.mtls.x509.PeerPath;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.ocsp.BasicOCSPResp;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.cert.ocsp.SingleResp;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;

/**
 * The OCSP response that a server stapled for its own certificate (RFC 6960, RFC 6066 section 8).
 * Its signer is the certificate's issuer or was delegated by it; nothing is fetched.
 */
final class StapledResponse {

  private static final String TLS_FEATURE = "1.3.6.1.5.5.7.1.24";
  private static final byte[] STATUS_REQUEST = {2, 1, 5};

  /** Clocks differ; a response is often as new as the connection. */
  private static final Duration SKEW = Duration.ofMinutes(5);

  private final boolean required;
  private final Duration grace;

  StapledResponse(boolean required, Duration grace) {
    this.required = required;
    this.grace = grace;
  }

  void check(PeerPath path, Instant now, List<byte[]> stapled) throws PeerRejectedException {
    X509Certificate leaf = path.certificates().get(0);
    if (stapled.isEmpty() || stapled.get(0).length == 0) {
      if (required || demandsStaple(leaf)) {
        throw new PeerRejectedException(
            PeerReason.REVOCATION_UNKNOWN,
            Certificates.label(leaf) + " came without the OCSP response that is required");
      }
      return;
    }
    try {
      judge(leaf, path.issuerOf(0), now, stapled.get(0));
    } catch (PeerRejectedException e) {
      throw e;
    } catch (IOException
        | GeneralSecurityException
        | OCSPException
        | OperatorCreationException
        | RuntimeException e) {
      throw unknown(leaf, "can't be verified: " + e.getClass().getSimpleName());
    }
  }

  private void judge(X509Certificate leaf, X509Certificate issuer, Instant now, byte[] response)
      throws PeerRejectedException,
          IOException,
          GeneralSecurityException,
          OCSPException,
          OperatorCreationException {
    OCSPResp outer = new OCSPResp(response);
    if (outer.getStatus() != OCSPResp.SUCCESSFUL
        || !(outer.getResponseObject() instanceof BasicOCSPResp basic)) {
      throw unknown(leaf, "has the status " + outer.getStatus());
    }
    if (!isSignedFor(basic, issuer, now)) {
      throw unknown(leaf, "is not signed by the issuer or its delegate");
    }
    X509CertificateHolder issuerHolder = new JcaX509CertificateHolder(issuer);
    var digests = new JcaDigestCalculatorProviderBuilder().build();
    for (SingleResp single : basic.getResponses()) {
      if (single.getCertID().getSerialNumber().equals(leaf.getSerialNumber())
          && single.getCertID().matchesIssuer(issuerHolder, digests)) {
        if (single.getCertStatus() instanceof RevokedStatus) {
          throw new PeerRejectedException(
              PeerReason.REVOKED, Certificates.label(leaf) + " is revoked by its stapled response");
        }
        Date end = single.getNextUpdate();
        boolean fresh =
            end != null
                && !now.isAfter(end.toInstant().plus(grace))
                && !now.plus(SKEW).isBefore(single.getThisUpdate().toInstant());
        if (single.getCertStatus() != CertificateStatus.GOOD || !fresh) {
          throw unknown(leaf, fresh ? "does not know it" : "is not valid now");
        }
        return;
      }
    }
    throw unknown(leaf, "is about another certificate");
  }

  private static boolean isSignedFor(BasicOCSPResp basic, X509Certificate issuer, Instant now)
      throws GeneralSecurityException, OCSPException, OperatorCreationException {
    var verifiers = new JcaContentVerifierProviderBuilder();
    if (basic.isSignatureValid(verifiers.build(issuer.getPublicKey()))) {
      return true;
    }
    for (X509CertificateHolder holder : basic.getCerts()) {
      ExtendedKeyUsage usage = ExtendedKeyUsage.fromExtensions(holder.getExtensions());
      X509Certificate delegate = new JcaX509CertificateConverter().getCertificate(holder);
      if (usage != null
          && usage.hasKeyPurposeId(KeyPurposeId.id_kp_OCSPSigning)
          && holder.isValidOn(Date.from(now))
          && delegate.getIssuerX500Principal().equals(issuer.getSubjectX500Principal())) {
        delegate.verify(issuer.getPublicKey());
        return basic.isSignatureValid(verifiers.build(delegate.getPublicKey()));
      }
    }
    return false;
  }

  private static boolean demandsStaple(X509Certificate leaf) {
    byte[] feature = leaf.getExtensionValue(TLS_FEATURE);
    if (feature == null) {
      return false;
    }
    for (int i = 0; i + STATUS_REQUEST.length <= feature.length; i++) {
      if (Arrays.equals(Arrays.copyOfRange(feature, i, i + 3), STATUS_REQUEST)) {
        return true;
      }
    }
    return false;
  }

  private static PeerRejectedException unknown(X509Certificate leaf, String what) {
    return new PeerRejectedException(
        PeerReason.REVOCATION_UNKNOWN,
        "the OCSP response stapled for " + Certificates.label(leaf) + " " + what);
  }
}
