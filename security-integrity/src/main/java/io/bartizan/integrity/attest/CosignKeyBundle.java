package io.bartizan.integrity.attest;

import io.bartizan.core.VerificationException;
import io.bartizan.integrity.json.JsonFields;
import io.bartizan.integrity.json.StrictBase64;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The bundle that cosign wrote before there were Sigstore bundles, and still writes with {@code
 * --new-bundle-format=false}: of a file its signature, of an attestation its DSSE envelope. What it
 * says of its key and of the log is passed over.
 */
final class CosignKeyBundle {

  /** The member that no other format has. */
  static final String SIGNATURE = "base64Signature";

  /** Members that say what is signed in the other formats: with them it would be two in one. */
  private static final List<String> OTHERS =
      List.of(
          "mediaType",
          "verificationMaterial",
          "dsseEnvelope",
          "messageSignature",
          "payload",
          "payloadType",
          "signatures");

  private CosignKeyBundle() {}

  /**
   * The signature of a file, or the envelope.
   *
   * @throws VerificationException if a certificate signed it, or it is no such bundle
   */
  static byte[] signature(JsonFields bundle) {
    for (String other : OTHERS) {
      if (bundle.has(other)) {
        throw bundle.refused("both " + SIGNATURE + " and " + other);
      }
    }
    String cert = bundle.textOrNull("cert");
    if (cert != null && isCertificate(bundle, cert)) {
      throw new VerificationException(
          AttestReason.KEYLESS_UNSUPPORTED, "the bundle was signed by a certificate, not by a key");
    }
    byte[] signature = bundle.base64(SIGNATURE);
    if (signature.length == 0) {
      throw bundle.refused(SIGNATURE + " is empty");
    }
    return signature;
  }

  /** PEM, or base64 of PEM; a public key is there too, or nothing. */
  private static boolean isCertificate(JsonFields bundle, String cert) {
    byte[] pem =
        cert.startsWith("-----")
            ? cert.getBytes(StandardCharsets.UTF_8)
            : StrictBase64.decodeStandard(cert);
    if (pem == null) {
      throw bundle.refused("cert is not canonical base64");
    }
    return new String(pem, StandardCharsets.ISO_8859_1).contains("BEGIN CERTIFICATE");
  }
}
