package io.bartizan.mtls;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.ocsp.BasicOCSPRespBuilder;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPRespBuilder;
import org.bouncycastle.cert.ocsp.RespID;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.jspecify.annotations.Nullable;

/** What a responder says about a certificate. */
final class OcspAnswer {

  private OcspAnswer() {}

  static byte[] of(
      X509Certificate about,
      X509Certificate issuer,
      PrivateKey signer,
      CertificateStatus status,
      Instant now,
      @Nullable Date nextUpdate)
      throws Exception {
    var digests = new JcaDigestCalculatorProviderBuilder().build();
    var holder = new JcaX509CertificateHolder(issuer);
    CertificateID id =
        new CertificateID(digests.get(CertificateID.HASH_SHA1), holder, about.getSerialNumber());
    BasicOCSPRespBuilder builder = new BasicOCSPRespBuilder(new RespID(holder.getSubject()));
    builder.addResponse(id, status, Date.from(now.minusSeconds(600)), nextUpdate, null);
    var signed =
        builder.build(
            new JcaContentSignerBuilder("SHA256withECDSA").build(signer), null, Date.from(now));
    return new OCSPRespBuilder().build(OCSPRespBuilder.SUCCESSFUL, signed).getEncoded();
  }
}
