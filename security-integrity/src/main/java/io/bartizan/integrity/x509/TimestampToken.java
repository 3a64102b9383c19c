package io.bartizan.integrity.x509;

import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.artifact.DigestAlgorithm;
import io.bartizan.integrity.der.Der;
import io.bartizan.integrity.der.DerException;
import io.bartizan.integrity.keys.Hashes;
import io.bartizan.integrity.keys.KeyGate;
import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A response of a timestamp authority (RFC 3161) and the signed message in it (RFC 5652), as it was
 * read; nothing in it is verified. Its certificates are handed out as they are: whether one of them
 * counts is for the caller to say.
 */
public final class TimestampToken {

  private static final String SIGNED_DATA = "1.2.840.113549.1.7.2";
  private static final String TST_INFO = "1.2.840.113549.1.9.16.1.4";
  private static final String CONTENT_TYPE = "1.2.840.113549.1.9.3";
  private static final String MESSAGE_DIGEST = "1.2.840.113549.1.9.4";
  private static final String SIGNING_CERTIFICATE = "1.2.840.113549.1.9.16.2.12";
  private static final String SIGNING_CERTIFICATE_2 = "1.2.840.113549.1.9.16.2.47";

  private static final Map<String, DigestAlgorithm> SIGNED_WITH =
      Map.of(
          "1.2.840.10045.4.3.2", DigestAlgorithm.SHA_256,
          "1.2.840.10045.4.3.3", DigestAlgorithm.SHA_384,
          "1.2.840.10045.4.3.4", DigestAlgorithm.SHA_512,
          "1.2.840.113549.1.1.11", DigestAlgorithm.SHA_256,
          "1.2.840.113549.1.1.12", DigestAlgorithm.SHA_384,
          "1.2.840.113549.1.1.13", DigestAlgorithm.SHA_512);

  /** Whose hash the digest algorithm names: RSA and keys that say no hash. */
  private static final String RSA = "1.2.840.113549.1.1.1";

  private static final String ED25519 = "1.3.101.112";
  private static final int IMPLICIT_0 = 0x80;
  private static final int CONSTRUCTED_0 = 0xa0;
  private static final int CONSTRUCTED_1 = 0xa1;
  private static final int MAX_ATTRIBUTES = 16;
  private static final int MAX_CERTIFICATES = 64;
  private static final int GRANTED_WITH_MODS = 1;

  /** The authority's word: TSTInfo, the very bytes. */
  private byte[] info = new byte[0];

  private TimestampInfo read =
      new TimestampInfo(Digest.sha256Of(new byte[0]), Instant.EPOCH, Duration.ZERO);

  private byte @Nullable [] issuer;
  private @Nullable BigInteger serial;
  private byte @Nullable [] keyId;

  private DigestAlgorithm contentHash = DigestAlgorithm.SHA_256;
  private @Nullable DigestAlgorithm signatureHash;
  private byte[] attributes = new byte[0];
  private byte[] messageDigest = new byte[0];
  private String certificateHash = "";
  private byte[] certificateDigest = new byte[0];
  private byte[] signature = new byte[0];
  private final List<byte[]> certificates = new ArrayList<>();

  private TimestampToken() {}

  /**
   * Reads a response.
   *
   * @param response DER of a TimeStampResp
   * @return the token in it
   * @throws DerException if it is anything else, or was not granted
   */
  public static TimestampToken parse(byte[] response) throws DerException {
    Der outside = Der.whole(response, Der.SEQUENCE);
    Der status = outside.enter(Der.SEQUENCE);
    if (status.small(100) > GRANTED_WITH_MODS) {
      throw new DerException("the timestamp was not granted");
    }
    Der content = outside.enter(Der.SEQUENCE);
    outside.finish();
    return ofContent(content);
  }

  /**
   * Reads a token that lies alone, as Notation keeps it.
   *
   * @param token DER of a TimeStampToken
   * @return the same
   * @throws DerException if it is anything else
   */
  public static TimestampToken parseToken(byte[] token) throws DerException {
    return ofContent(Der.whole(token, Der.SEQUENCE));
  }

  private static TimestampToken ofContent(Der content) throws DerException {
    require(content.oid(), SIGNED_DATA);
    Der wrapper = content.enter(CONSTRUCTED_0);
    content.finish();
    TimestampToken token = new TimestampToken();
    token.signedData(wrapper.enter(Der.SEQUENCE));
    wrapper.finish();
    token.read = TimestampInfo.parse(token.info);
    return token;
  }

  private void signedData(Der data) throws DerException {
    if (data.small(5) != 3) {
      throw new DerException("the signed data is not of version 3");
    }
    data.skip(Der.SET);
    Der content = data.enter(Der.SEQUENCE);
    require(content.oid(), TST_INFO);
    Der wrapper = content.enter(CONSTRUCTED_0);
    content.finish();
    info = wrapper.content(Der.OCTET_STRING);
    wrapper.finish();
    if (data.isNext(CONSTRUCTED_0)) {
      Der bag = data.enter(CONSTRUCTED_0);
      while (bag.hasMore()) {
        certificates.add(bag.raw());
        if (certificates.size() > MAX_CERTIFICATES) {
          throw new DerException("there are more than " + MAX_CERTIFICATES + " certificates");
        }
      }
    }
    if (data.isNext(CONSTRUCTED_1)) {
      data.skip(CONSTRUCTED_1);
    }
    Der signers = data.enter(Der.SET);
    data.finish();
    signer(signers.enter(Der.SEQUENCE));
    signers.finish();
  }

  private void signer(Der signer) throws DerException {
    int version = signer.small(3);
    if (version == 1) {
      Der name = signer.enter(Der.SEQUENCE);
      issuer = name.raw();
      serial = name.integer();
      name.finish();
    } else if (version == 3) {
      keyId = signer.content(IMPLICIT_0);
    } else {
      throw new DerException("the signer is not of version 1 or 3");
    }
    contentHash = TimestampInfo.hash(signer.enter(Der.SEQUENCE).oid());
    attributes = signer.raw();
    attributes(Der.whole(attributes, CONSTRUCTED_0));
    attributes[0] = Der.SET; // what is signed (RFC 5652 section 5.4)
    String algorithm = signer.enter(Der.SEQUENCE).oid();
    signatureHash =
        algorithm.equals(RSA)
            ? contentHash
            : algorithm.equals(ED25519) ? null : SIGNED_WITH.get(algorithm);
    if (signatureHash == null && !algorithm.equals(ED25519)) {
      throw new DerException("the signature algorithm is " + algorithm);
    }
    signature = signer.content(Der.OCTET_STRING);
    if (signer.isNext(CONSTRUCTED_1)) {
      signer.skip(CONSTRUCTED_1);
    }
    signer.finish();
  }

  private void attributes(Der all) throws DerException {
    Map<String, Der> found = new HashMap<>();
    byte[] last = new byte[0];
    while (all.hasMore()) {
      byte[] raw = all.raw();
      if (Arrays.compareUnsigned(last, raw) >= 0) {
        throw new DerException("the signed attributes are not sorted");
      }
      last = raw;
      Der one = Der.whole(raw, Der.SEQUENCE);
      String oid = one.oid();
      Der values = one.enter(Der.SET);
      one.finish();
      if (found.put(oid, values) != null || found.size() > MAX_ATTRIBUTES) {
        throw new DerException("a signed attribute is there twice, or there are too many");
      }
    }
    Der type = found.get(CONTENT_TYPE);
    Der digest = found.get(MESSAGE_DIGEST);
    Der first = found.get(SIGNING_CERTIFICATE);
    Der second = found.get(SIGNING_CERTIFICATE_2);
    if (type == null || digest == null || (first == null && second == null)) {
      throw new DerException("a signed attribute is missing: type, digest or certificate");
    }
    require(type.oid(), TST_INFO);
    type.finish();
    messageDigest = digest.content(Der.OCTET_STRING);
    digest.finish();
    if (second != null) {
      certificate2(firstOf(second));
    } else if (first != null) {
      certificateHash = "SHA-1"; // RFC 3161; it chooses no key, for the certificate is trusted
      certificateDigest = firstOf(first).content(Der.OCTET_STRING);
    }
  }

  /** The first ESSCertID of the list. */
  private static Der firstOf(Der values) throws DerException {
    Der signing = values.enter(Der.SEQUENCE);
    values.finish();
    return signing.enter(Der.SEQUENCE).enter(Der.SEQUENCE);
  }

  private void certificate2(Der id) throws DerException {
    DigestAlgorithm hash =
        id.isNext(Der.SEQUENCE)
            ? TimestampInfo.hash(id.enter(Der.SEQUENCE).oid())
            : DigestAlgorithm.SHA_256;
    certificateHash = Hashes.standardName(hash.label());
    certificateDigest = id.content(Der.OCTET_STRING);
  }

  private static void require(String oid, String wanted) throws DerException {
    if (!oid.equals(wanted)) {
      throw new DerException("the type is " + oid + ", " + wanted + " is expected");
    }
  }

  /**
   * The digest of what was stamped.
   *
   * @return as the token says it
   */
  public Digest imprint() {
    return read.imprint();
  }

  /**
   * The moment.
   *
   * @return as the token says it
   */
  public Instant time() {
    return read.time();
  }

  /**
   * How far the moment may be off.
   *
   * @return zero if the token does not say it
   */
  public Duration accuracy() {
    return read.accuracy();
  }

  /**
   * The certificates inside, of which none is verified.
   *
   * @return DER, in the token's order
   */
  public List<byte[]> certificates() {
    return certificates;
  }

  /**
   * Whether it names a certificate as its signer's.
   *
   * @param certificate the certificate
   * @return whether it does
   */
  public boolean isSaidToBeBy(X509Certificate certificate) {
    return keyId != null
        ? Arrays.equals(keyId, Certificates.keyId(certificate))
        : Arrays.equals(issuer, certificate.getIssuerX500Principal().getEncoded())
            && certificate.getSerialNumber().equals(serial);
  }

  /**
   * Whether the signed attributes name this certificate.
   *
   * @param der the certificate
   * @return whether they do
   */
  public boolean namesCertificate(byte[] der) {
    return Arrays.equals(certificateDigest, Hashes.named(certificateHash).digest(der));
  }

  /**
   * Whether the signed attributes are about the TSTInfo that was read.
   *
   * @return whether they are
   */
  public boolean isAboutItsContent() {
    return Arrays.equals(messageDigest, Hashes.ofLabel(contentHash.label()).digest(info));
  }

  /**
   * Whether a key signed it.
   *
   * @param key the key
   * @return whether it did
   */
  public boolean isSignedBy(KeyGate.Passed key) {
    if (Signatures.isEd25519(key) != (signatureHash == null)) {
      return false;
    }
    return signatureHash == null
        ? Signatures.matches(key, attributes, signature)
        : Signatures.matches(key, signatureHash, attributes, signature);
  }
}
