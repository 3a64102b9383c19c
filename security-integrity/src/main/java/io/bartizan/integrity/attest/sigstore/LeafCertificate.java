package io.bartizan.integrity.attest.sigstore;

import io.bartizan.core.VerificationException;
import io.bartizan.integrity.der.Der;
import io.bartizan.integrity.der.DerException;
import io.bartizan.integrity.keys.KeyGate;
import io.bartizan.integrity.x509.Certificates;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The certificate that signed, read by ourselves where it says who signed, and by the JDK for its
 * path. That it is a signer's is judged here, that it is genuine is not.
 */
final class LeafCertificate {

  static final String FULCIO = "1.3.6.1.4.1.57264.1.";
  static final String SCT_LIST = "1.3.6.1.4.1.11129.2.4.2";

  /** Critical extensions that are read here: the list of SCTs may be marked so. */
  static final Set<String> KNOWN = Set.of(SCT_LIST);

  private static final String USERNAME = FULCIO + "7";
  private static final String SUBJECT_ALTERNATIVE_NAME = "2.5.29.17";
  private static final String CODE_SIGNING = "1.3.6.1.5.5.7.3.3";
  private static final int MAX_EXTENSIONS = 64;
  private static final int EXPLICIT_0 = 0xa0;
  private static final int EXPLICIT_3 = 0xa3;

  private final byte[] der;
  private final X509Certificate certificate;
  private final KeyGate.Passed key;
  private final Map<String, byte[]> extensions;
  private final SigningIdentity identity;

  private LeafCertificate(byte[] der, X509Certificate certificate, KeyGate.Passed key)
      throws DerException {
    this.der = der;
    this.certificate = certificate;
    this.key = key;
    this.extensions = extensions(der);
    this.identity = identity();
  }

  static LeafCertificate parse(byte[] der) {
    try {
      X509Certificate certificate = Certificates.read(der);
      LeafCertificate leaf =
          new LeafCertificate(der, certificate, KeyGate.pass(certificate.getPublicKey()));
      leaf.requireSigner();
      return leaf;
    } catch (DerException e) {
      throw new VerificationException(
          SigstoreReason.MALFORMED, "the certificate: " + e.getMessage());
    } catch (CertificateException e) {
      throw new VerificationException(
          SigstoreReason.CERTIFICATE_INVALID, "the certificate can't be read: " + e.getMessage());
    } catch (IllegalArgumentException e) {
      throw new VerificationException(
          SigstoreReason.CERTIFICATE_INVALID, "the certificate: " + e.getMessage());
    }
  }

  private void requireSigner() throws CertificateException {
    boolean[] usage = certificate.getKeyUsage();
    if (certificate.getBasicConstraints() >= 0) {
      throw invalid("is a certificate authority's");
    }
    if (usage == null || !usage[0]) {
      throw invalid("has no key usage digitalSignature");
    }
    if (!List.of(CODE_SIGNING).equals(certificate.getExtendedKeyUsage())) {
      throw invalid("has not exactly the extended key usage codeSigning");
    }
  }

  private static VerificationException invalid(String why) {
    return new VerificationException(SigstoreReason.CERTIFICATE_INVALID, "the certificate " + why);
  }

  /** The extensions by identifier, each at most once. */
  private static Map<String, byte[]> extensions(byte[] der) throws DerException {
    Map<String, byte[]> found = new LinkedHashMap<>();
    Der body = Der.whole(der, Der.SEQUENCE).enter(Der.SEQUENCE);
    while (body.hasMore() && !body.isNext(EXPLICIT_3)) {
      body.skip(body.tag());
    }
    if (body.hasMore()) {
      Der wrapper = body.enter(EXPLICIT_3);
      Der all = wrapper.enter(Der.SEQUENCE);
      wrapper.finish();
      body.finish();
      while (all.hasMore()) {
        Der one = all.enter(Der.SEQUENCE);
        String oid = one.oid();
        boolean critical = one.isNext(Der.BOOLEAN) && one.isTrue();
        byte[] value = one.content(Der.OCTET_STRING);
        one.finish();
        if (found.put(oid, value) != null) {
          throw new DerException("extension " + oid + " is there twice, critical " + critical);
        }
        if (found.size() > MAX_EXTENSIONS) {
          throw new DerException("more than " + MAX_EXTENSIONS + " extensions");
        }
      }
    }
    return found;
  }

  private SigningIdentity identity() throws DerException {
    String issuer = text(FULCIO + "8");
    byte[] old = extensions.get(FULCIO + "1");
    if (old != null) {
      String raw = strictUtf8(old);
      if (issuer != null && !issuer.equals(raw)) {
        throw new VerificationException(
            SigstoreReason.CERTIFICATE_INVALID,
            "the certificate names two issuers, \"" + issuer + "\" and \"" + raw + "\"");
      }
      issuer = raw;
    }
    if (issuer == null) {
      throw invalid("does not say who issued the identity");
    }
    Map<WorkflowField, String> fields = new EnumMap<>(WorkflowField.class);
    for (WorkflowField each : WorkflowField.values()) {
      String value = text(each.oid());
      if (value != null) {
        fields.put(each, value);
      }
    }
    byte[] names = extensions.get(SUBJECT_ALTERNATIVE_NAME);
    if (names == null) {
      throw invalid("has no subject alternative name");
    }
    Der all = Der.whole(names, Der.SEQUENCE);
    SubjectKind kind = kind(all.tag());
    String subject =
        switch (kind) {
          case URI -> ascii(all.content(0x86));
          case EMAIL -> ascii(all.content(0x81));
          default -> {
            String name = username(all.enter(all.tag()));
            if (name.isEmpty()) {
              kind = SubjectKind.OTHER;
            } else {
              kind = SubjectKind.USERNAME;
            }
            yield name;
          }
        };
    if (all.hasMore()) {
      throw invalid("has several subject alternative names, and one leaf has one identity");
    }
    SigningIdentity signer = new SigningIdentity(issuer, kind, subject, fields);
    String contradiction = WorkflowRefs.contradiction(signer);
    if (contradiction != null) {
      throw invalid(contradiction);
    }
    return signer;
  }

  private static SubjectKind kind(int tag) {
    return tag == 0x86 ? SubjectKind.URI : tag == 0x81 ? SubjectKind.EMAIL : SubjectKind.OTHER;
  }

  /** Of an OtherName in Fulcio's form; empty if it is anything else. */
  private static String username(Der name) throws DerException {
    if (!name.isNext(Der.OID) || !name.oid().equals(USERNAME)) {
      return "";
    }
    Der value = name.enter(EXPLICIT_0);
    name.finish();
    String text = value.utf8();
    value.finish();
    return text;
  }

  private @Nullable String text(String oid) throws DerException {
    byte[] value = extensions.get(oid);
    if (value == null) {
      return null;
    }
    Der reader = Der.of(value);
    String text = reader.utf8();
    reader.finish();
    return text;
  }

  private static String strictUtf8(byte[] bytes) throws DerException {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new DerException("the issuer is not UTF-8");
    }
  }

  private static String ascii(byte[] bytes) throws DerException {
    for (byte each : bytes) {
      if (each <= 0) {
        throw new DerException("a subject alternative name is not ASCII");
      }
    }
    return new String(bytes, StandardCharsets.US_ASCII);
  }

  byte[] der() {
    return der;
  }

  X509Certificate certificate() {
    return certificate;
  }

  KeyGate.Passed key() {
    return key;
  }

  SigningIdentity whoSigned() {
    return identity;
  }

  /** The extension that lists SCTs; null if there is none. */
  byte @Nullable [] sctList() {
    return extensions.get(SCT_LIST);
  }
}
