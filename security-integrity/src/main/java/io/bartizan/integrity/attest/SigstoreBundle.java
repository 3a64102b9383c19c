package io.bartizan.integrity.attest;

import io.bartizan.core.VerificationException;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.artifact.DigestAlgorithm;
import io.bartizan.integrity.attest.search.ImageSearch;
import io.bartizan.integrity.json.JsonFields;
import io.bartizan.integrity.json.JsonLimits;
import io.bartizan.integrity.json.StrictBase64;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A Sigstore bundle of version 0.2 or 0.3 that was signed by a key, as it was read, or what stands
 * for one: cosign's older bundle, a signature alone. Nothing in it is verified. Log entries and
 * timestamps in it are passed over: a pinned key needs no one's word.
 */
final class SigstoreBundle {

  static final int MAX_BYTES = 16 * 1024 * 1024;
  static final int MAX_VALUES = 10_000;
  private static final int MAX_SIGNATURE_BYTES = 16 * 1024;
  static final String MEDIA_TYPE = ImageSearch.BUNDLE;

  private static final Set<String> VERSIONS =
      Set.of(
          MEDIA_TYPE,
          "application/vnd.dev.sigstore.bundle+json;version=0.3",
          "application/vnd.dev.sigstore.bundle+json;version=0.2");

  /** Of an attestation. */
  final @Nullable DsseEnvelope envelope;

  /** Of a blob. */
  final byte @Nullable [] messageSignature;

  /** What a blob's signature says of the blob; null if it says nothing. */
  final @Nullable Digest messageDigest;

  private SigstoreBundle(
      @Nullable DsseEnvelope envelope,
      byte @Nullable [] messageSignature,
      @Nullable Digest messageDigest) {
    this.envelope = envelope;
    this.messageSignature = messageSignature;
    this.messageDigest = messageDigest;
  }

  static SigstoreBundle parse(byte[] json) {
    return read(fields(json));
  }

  /** What cosign writes beside a file that a key signs: a bundle of either kind, or base64. */
  static SigstoreBundle ofBlob(byte[] written) {
    if (!isJson(written)) {
      return alone(written);
    }
    JsonFields fields = fields(written);
    return fields.has(CosignKeyBundle.SIGNATURE)
        ? new SigstoreBundle(null, CosignKeyBundle.signature(fields), null)
        : read(fields);
  }

  private static JsonFields fields(byte[] json) {
    JsonLimits limits = JsonLimits.ofText(MAX_BYTES, json, MAX_VALUES);
    return JsonFields.parse(
        json, limits, AttestReason.MALFORMED, AttestReason.TOO_LARGE, "the bundle");
  }

  private static boolean isJson(byte[] written) {
    int at = 0;
    while (at < written.length && (written[at] <= ' ' && written[at] > 0)) {
      at++;
    }
    return at < written.length && written[at] == '{';
  }

  /** The text of {@code --output-signature}, which says nothing but the signature. */
  private static SigstoreBundle alone(byte[] written) {
    if (written.length > MAX_SIGNATURE_BYTES) {
      throw new VerificationException(
          AttestReason.TOO_LARGE,
          "no bundle, and as a signature more than " + MAX_SIGNATURE_BYTES + " bytes");
    }
    String text = new String(written, StandardCharsets.ISO_8859_1).strip();
    byte[] signature = text.isEmpty() ? null : StrictBase64.decodeStandard(text);
    if (signature == null) {
      throw new VerificationException(
          AttestReason.MALFORMED, "neither the JSON of a bundle nor a signature in base64");
    }
    return new SigstoreBundle(null, signature, null);
  }

  static SigstoreBundle read(JsonFields bundle) {
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
      return new SigstoreBundle(null, message.base64("signature"), digest(message));
    }
    DsseEnvelope envelope = DsseEnvelope.read(bundle.object("dsseEnvelope"));
    if (envelope.signatures.size() != 1) {
      throw bundle.refused("the envelope of a bundle has exactly one signature");
    }
    return new SigstoreBundle(envelope, null, null);
  }

  /**
   * Absent or empty says nothing; what it says must be true, though the signature does not cover
   * it.
   */
  private static @Nullable Digest digest(JsonFields message) {
    JsonFields said = message.objectOrNull("messageDigest");
    String value = said == null ? null : said.textOrNull("digest");
    if (said == null || value == null || value.isEmpty()) {
      return null;
    }
    String name = said.text("algorithm");
    DigestAlgorithm algorithm =
        switch (name) {
          case "SHA2_256" -> DigestAlgorithm.SHA_256;
          case "SHA2_384" -> DigestAlgorithm.SHA_384;
          case "SHA2_512" -> DigestAlgorithm.SHA_512;
          default -> throw said.refused("algorithm is \"" + name + "\", SHA2_256 to _512 are read");
        };
    byte[] bytes = said.base64("digest");
    if (bytes.length != algorithm.length()) {
      throw said.refused(
          "digest has " + bytes.length + " bytes, " + name + " has " + algorithm.length());
    }
    return Digest.ofValue(algorithm, bytes);
  }

  /** Refuses what the bundle says of other content. */
  void requireSame(Digest content) {
    if (messageDigest != null && !messageDigest.equals(content)) {
      throw new VerificationException(
          AttestReason.SUBJECT_MISMATCH,
          "the bundle's messageDigest is " + messageDigest + ", the content has " + content);
    }
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
