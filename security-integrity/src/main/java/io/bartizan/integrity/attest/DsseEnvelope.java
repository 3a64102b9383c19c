package io.bartizan.integrity.attest;

import io.bartizan.core.VerificationException;
import io.bartizan.integrity.json.JsonFields;
import io.bartizan.integrity.json.JsonLimits;
import java.nio.charset.StandardCharsets;
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

  /** An envelope, or the one in a Sigstore bundle. */
  static DsseEnvelope parse(byte[] json, int maxBytes) {
    JsonLimits limits = JsonLimits.ofText(maxBytes, json, SigstoreBundle.MAX_VALUES);
    JsonFields fields =
        JsonFields.parse(
            json, limits, AttestReason.MALFORMED, AttestReason.TOO_LARGE, "the envelope");
    boolean bundle = fields.has("dsseEnvelope") || fields.has("verificationMaterial");
    if (bundle && (fields.has("payload") || fields.has("signatures"))) {
      throw fields.refused("both an envelope and a bundle");
    }
    return bundle ? SigstoreBundle.read(fields).requireEnvelope() : read(fields);
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

  /**
   * What is signed, with lengths in bytes: {@code DSSEv1 SP LEN(type) SP type SP LEN(body) SP
   * body}.
   */
  byte[] preAuthenticationEncoding() {
    byte[] type = payloadType.getBytes(StandardCharsets.UTF_8);
    byte[] head = ("DSSEv1 " + type.length + " ").getBytes(StandardCharsets.UTF_8);
    byte[] middle = (" " + payload.length + " ").getBytes(StandardCharsets.UTF_8);
    byte[] all = new byte[head.length + type.length + middle.length + payload.length];
    int at = 0;
    for (byte[] part : new byte[][] {head, type, middle, payload}) {
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
    }
    return all;
  }
}
