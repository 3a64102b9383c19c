package io.bartizan.integrity.attest.notation;

import io.bartizan.core.VerificationException;
import io.bartizan.integrity.x509.Certificates;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An envelope as it was read; nothing in it is verified.
 *
 * @param signed the bytes that were signed
 * @param timestamp a token of RFC 3161, null if there is none
 */
@SuppressWarnings("ArrayRecordComponent") // inside this package, compared by nobody
record Envelope(
    SignedAttributes attributes,
    byte[] payload,
    byte[] signed,
    byte[] signature,
    List<X509Certificate> chain,
    byte @Nullable [] timestamp) {

  static final String JWS = "application/jose+json";
  static final String COSE = "application/cose";
  static final String PAYLOAD_TYPE = "application/vnd.cncf.notary.payload.v1+json";
  static final int MAX_BYTES = 1024 * 1024;
  private static final int MAX_CHAIN = 10;

  static Envelope parse(byte[] envelope, String mediaType) {
    if (envelope.length > MAX_BYTES) {
      throw new VerificationException(
          NotationReason.TOO_LARGE,
          "the envelope has " + envelope.length + " bytes, " + MAX_BYTES + " are read");
    }
    return switch (mediaType) {
      case JWS -> JwsEnvelope.parse(envelope);
      case COSE -> CoseEnvelope.parse(envelope);
      default ->
          throw new VerificationException(
              NotationReason.ENVELOPE_UNSUPPORTED,
              "the envelope is of media type \""
                  + mediaType
                  + "\", "
                  + JWS
                  + " and "
                  + COSE
                  + " are read");
    };
  }

  /** The certificates, leaf first. */
  static List<X509Certificate> certificates(List<byte[]> all) {
    if (all.isEmpty() || all.size() > MAX_CHAIN) {
      throw malformed("the chain has " + all.size() + " certificates, not 1 to " + MAX_CHAIN);
    }
    List<X509Certificate> chain = new ArrayList<>();
    for (byte[] each : all) {
      try {
        chain.add(Certificates.read(each));
      } catch (CertificateException e) {
        throw new VerificationException(
            NotationReason.CERTIFICATE_INVALID, String.valueOf(e.getMessage()));
      }
    }
    return List.copyOf(chain);
  }

  static VerificationException malformed(String why) {
    return new VerificationException(NotationReason.MALFORMED, "the envelope: " + why);
  }
}
