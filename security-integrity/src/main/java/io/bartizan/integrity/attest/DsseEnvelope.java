package io.bartizan.integrity.attest;

import io.bartizan.core.VerificationException;
import io.bartizan.integrity.json.DsseEncoding;
import io.bartizan.integrity.json.JsonFields;
import io.bartizan.integrity.json.JsonLimits;
import java.util.ArrayList;
import java.util.List;

/** A DSSE envelope as it was read; nothing in it is verified. */
final class DsseEnvelope {

  /** Room for a large SBOM. */
  static final int MAX_BYTES = 16 * 1024 * 1024;

  private static final int MAX_SIGNATURES = 8;

  final String payloadType;
  final byte[] payload;
  final List<byte[]> signatures;

  private DsseEnvelope(String payloadType, byte[] payload, List<byte[]> signatures) {
    this.payloadType = payloadType;
    this.payload = payload;
    this.signatures = signatures;
  }

  /** An envelope, or the one in a Sigstore bundle or in cosign's older one. */
  static DsseEnvelope parse(byte[] json, int maxBytes) {
    JsonFields fields = fields(json, maxBytes);
    if (fields.has(CosignKeyBundle.SIGNATURE)) {
      return read(fields(CosignKeyBundle.signature(fields), maxBytes));
    }
    boolean bundle = fields.has("dsseEnvelope") || fields.has("verificationMaterial");
    if (bundle && (fields.has("payload") || fields.has("signatures"))) {
      throw fields.refused("both an envelope and a bundle");
    }
    return bundle ? SigstoreBundle.read(fields).requireEnvelope() : read(fields);
  }

  private static JsonFields fields(byte[] json, int maxBytes) {
    JsonLimits limits = JsonLimits.ofText(maxBytes, json, SigstoreBundle.MAX_VALUES);
    return JsonFields.parse(
        json, limits, AttestReason.MALFORMED, AttestReason.TOO_LARGE, "the envelope");
  }

  /** Each signature is judged alone: one that can't be read hides no other. */
  static DsseEnvelope read(JsonFields fields) {
    List<byte[]> signatures = new ArrayList<>();
    VerificationException unreadable = null;
    for (JsonFields signature : fields.objects("signatures", MAX_SIGNATURES)) {
      try {
        signatures.add(signature.base64("sig"));
      } catch (VerificationException e) {
        unreadable = e;
      }
    }
    if (signatures.isEmpty()) {
      throw unreadable != null ? unreadable : fields.refused("there is no signature");
    }
    return new DsseEnvelope(fields.text("payloadType"), fields.base64("payload"), signatures);
  }

  void requireType(String expected) {
    if (!payloadType.equals(expected)) {
      throw new VerificationException(
          AttestReason.PAYLOAD_TYPE_MISMATCH,
          "payloadType is \"" + payloadType + "\", \"" + expected + "\" is expected");
    }
  }

  /** What the signatures are over. */
  byte[] preAuthenticationEncoding() {
    return DsseEncoding.signed(payloadType, payload);
  }
}
