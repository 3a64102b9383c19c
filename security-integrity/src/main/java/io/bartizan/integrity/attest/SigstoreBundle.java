package io.bartizan.integrity.attest;

import io.bartizan.core.VerificationException;
import io.bartizan.integrity.json.JsonFields;
import io.bartizan.integrity.json.JsonLimits;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A Sigstore bundle of version 0.2 or 0.3 that was signed by a key, as it was read; nothing in it
 * is verified. Log entries and timestamps in it are passed over: a pinned key needs no one's word.
 */
final class SigstoreBundle {

  static final int MAX_BYTES = 16 * 1024 * 1024;
  static final String MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json";

  private static final Set<String> VERSIONS =
      Set.of(
          MEDIA_TYPE,
          "application/vnd.dev.sigstore.bundle+json;version=0.3",
          "application/vnd.dev.sigstore.bundle+json;version=0.2");

  /** Of an attestation. */
  final @Nullable DsseEnvelope envelope;

  /** Of a blob. */
  final byte @Nullable [] messageSignature;

  private SigstoreBundle(@Nullable DsseEnvelope envelope, byte @Nullable [] messageSignature) {
    this.envelope = envelope;
    this.messageSignature = messageSignature;
  }

  static SigstoreBundle parse(byte[] json) {
    JsonLimits limits = JsonLimits.ofText(MAX_BYTES, json, 10_000);
    JsonFields bundle =
        JsonFields.parse(
            json, limits, AttestReason.MALFORMED, AttestReason.TOO_LARGE, "the bundle");
    String mediaType = bundle.text("mediaType");
    if (!VERSIONS.contains(mediaType)) {
      throw new VerificationException(
          AttestReason.VERSION_UNSUPPORTED,
          "the bundle's mediaType is \"" + mediaType + "\", versions 0.2 and 0.3 are accepted");
    }
    JsonFields material = bundle.object("verificationMaterial");
    if (material.has("certificate") || material.has("x509CertificateChain")) {
      throw new VerificationException(
          AttestReason.KEYLESS_UNSUPPORTED, "the bundle was signed by a certificate, not by a key");
    }
    if (!material.has("publicKey")) {
      throw material.refused("publicKey is missing");
    }
    JsonFields dsse = bundle.objectOrNull("dsseEnvelope");
    JsonFields message = bundle.objectOrNull("messageSignature");
    if ((dsse == null) == (message == null)) {
      throw bundle.refused("not exactly one of dsseEnvelope and messageSignature");
    }
    if (message != null) {
      return new SigstoreBundle(null, message.base64("signature"));
    }
    DsseEnvelope envelope = DsseEnvelope.read(bundle.object("dsseEnvelope"));
    if (envelope.signatures.size() != 1) {
      throw bundle.refused("the envelope of a bundle has exactly one signature");
    }
    return new SigstoreBundle(envelope, null);
  }

  DsseEnvelope requireEnvelope() {
    if (envelope == null) {
      throw new VerificationException(
          AttestReason.MALFORMED, "the bundle signs a blob, an attestation is expected");
    }
    return envelope;
  }

  byte[] requireMessageSignature() {
    if (messageSignature == null) {
      throw new VerificationException(
          AttestReason.MALFORMED,
          "the bundle holds an attestation, a blob's signature is expected");
    }
    return messageSignature;
  }
}
