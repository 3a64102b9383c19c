package io.bartizan.mtls;

import io.bartizan.mtls.x509.Certificates;
import io.bartizan.mtls.x509.PeerPath;
import io.bartizan.mtls.x509.SignatureAlgorithm;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
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
import org.bouncycastle.operator.DefaultSignatureNameFinder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.jspecify.annotations.Nullable;

/**
 * The OCSP response that a server stapled for its own certificate (RFC 6960, RFC 6066 section 8).
 * Its signer is the certificate's issuer or was delegated by it; nothing is fetched.
 */
final class StapledResponse {

  private static final String TLS_FEATURE = "1.3.6.1.5.5.7.1.24";
  private static final byte[] STATUS_REQUEST = {2, 1, 5};

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
    refuseWeakDigest(leaf, basic);
    if (!isSignedFor(basic, issuer, now)) {
      throw unknown(leaf, "is not signed by the issuer or its delegate");
    }
    X509CertificateHolder issuerHolder = new JcaX509CertificateHolder(issuer);
    var digests = new JcaDigestCalculatorProviderBuilder().build();
    boolean good = false;
    String problem = null;
    for (SingleResp single : basic.getResponses()) {
      if (single.getCertID().getSerialNumber().equals(leaf.getSerialNumber())
          && single.getCertID().matchesIssuer(issuerHolder, digests)) {
        if (single.getCertStatus() instanceof RevokedStatus) {
          throw new PeerRejectedException(
              PeerReason.REVOKED, Certificates.label(leaf) + " is revoked by its stapled response");
        }
        boolean fresh = isFresh(single, now);
        good |= fresh && single.getCertStatus() == CertificateStatus.GOOD;
        problem =
            fresh
                ? "does not know it"
                : single.getNextUpdate() == null
                    ? "has no nextUpdate, so nobody knows when it is stale"
                    : "is not valid now";
      }
    }
    if (!good) {
      throw unknown(leaf, problem == null ? "is about another certificate" : problem);
    }
  }

  private boolean isFresh(SingleResp single, Instant now) {
    Date end = single.getNextUpdate();
    return end != null
        && !now.isAfter(end.toInstant().plus(grace))
        && !now.plus(Revocation.SKEW).isBefore(single.getThisUpdate().toInstant());
  }

  /**
   * By the issuer, or by a responder that it made one. The two may have keys of different kinds,
   * and certificates of other responders may stand before the right one's.
   */
  private static boolean isSignedFor(BasicOCSPResp basic, X509Certificate issuer, Instant now)
      throws PeerRejectedException, IOException {
    if (isSignedBy(basic, issuer.getPublicKey())) {
      return true;
    }
    for (X509CertificateHolder holder : basic.getCerts()) {
      X509Certificate delegate = delegate(holder, issuer, now);
      if (delegate != null && isSignedBy(basic, delegate.getPublicKey())) {
        PathStrength.checkSignature(delegate);
        PathStrength.checkKey(delegate);
        return true;
      }
    }
    return false;
  }

  /** Null if the issuer did not make it a responder (RFC 6960 section 4.2.2.2). */
  private static @Nullable X509Certificate delegate(
      X509CertificateHolder holder, X509Certificate issuer, Instant now) {
    ExtendedKeyUsage usage = ExtendedKeyUsage.fromExtensions(holder.getExtensions());
    if (usage == null
        || !usage.hasKeyPurposeId(KeyPurposeId.id_kp_OCSPSigning)
        || !holder.isValidOn(Date.from(now))) {
      return null;
    }
    try {
      X509Certificate delegate = new JcaX509CertificateConverter().getCertificate(holder);
      if (!delegate.getIssuerX500Principal().equals(issuer.getSubjectX500Principal())) {
        return null;
      }
      delegate.verify(issuer.getPublicKey());
      return delegate;
    } catch (GeneralSecurityException | RuntimeException e) {
      return null;
    }
  }

  /** By the JVM's engines: Bouncy Castle's operators find none of RSASSA-PSS among the JDK's. */
  private static boolean isSignedBy(BasicOCSPResp basic, PublicKey key) throws IOException {
    byte[] signed = basic.getTBSResponseData();
    return algorithm(basic).isBy(key, signed, 0, signed.length, basic.getSignature());
  }

  private static SignatureAlgorithm algorithm(BasicOCSPResp basic) throws IOException {
    AlgorithmIdentifier algorithm = basic.getSignatureAlgorithmID();
    ASN1Encodable parameters = algorithm.getParameters();
    return new SignatureAlgorithm(
        new DefaultSignatureNameFinder().getAlgorithmName(algorithm.getAlgorithm()),
        parameters == null ? null : parameters.toASN1Primitive().getEncoded());
  }

  private static void refuseWeakDigest(X509Certificate leaf, BasicOCSPResp basic)
      throws PeerRejectedException, IOException {
    String weakness = algorithm(basic).weakness();
    if (weakness != null) {
      throw new PeerRejectedException(
          PeerReason.ALGORITHM_WEAK,
          "the OCSP response stapled for "
              + Certificates.label(leaf)
              + " is signed with "
              + weakness
              + ", which anyone can forge");
    }
  }

  /**
   * When what was stapled ends, for a session whose full handshake verified it.
   *
   * @return null if nothing was stapled
   */
  @Nullable Instant end(X509Certificate leaf, List<byte[]> stapled) {
    if (stapled.isEmpty() || stapled.get(0).length == 0) {
      return null;
    }
    Instant end = Instant.MIN;
    try {
      if (new OCSPResp(stapled.get(0)).getResponseObject() instanceof BasicOCSPResp basic) {
        for (SingleResp single : basic.getResponses()) {
          Date next = single.getNextUpdate();
          if (next != null
              && single.getCertID().getSerialNumber().equals(leaf.getSerialNumber())
              && next.toInstant().plus(grace).isAfter(end)) {
            end = next.toInstant().plus(grace);
          }
        }
      }
    } catch (IOException | OCSPException | RuntimeException e) {
      return Instant.MIN; // another provider's session
    }
    return end;
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
