package io.bartizan.integrity.attest.sigstore;

import io.bartizan.core.Pem;
import io.bartizan.integrity.json.StrictBase64;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@code cosign sign-blob --bundle} wrote before there were Sigstore bundles: signature,
 * certificate and the log's promise, of an artifact and never of a statement.
 */
final class CosignBundle {

  private CosignBundle() {}

  static Bundle read(ProtoFields fields) {
    ProtoFields rekor = fields.object("rekorBundle");
    ProtoFields payload = rekor.object("Payload");
    byte[] body = payload.bytes("body");
    RekorBody.KindVersion kind = RekorBody.kindOf(body);
    LogEntry entry =
        new LogEntry(
            id(payload),
            payload.number("logIndex"),
            payload.number("integratedTime"),
            kind.kind(),
            kind.version(),
            rekor.bytes("SignedEntryTimestamp"),
            null,
            body);
    return new Bundle(
        Bundle.Version.COSIGN,
        certificate(fields),
        new SignedContent.Message(null, fields.bytes("base64Signature")),
        List.of(entry),
        List.of());
  }

  private static byte[] id(ProtoFields payload) {
    try {
      return HexFormat.of().parseHex(payload.text("logID"));
    } catch (IllegalArgumentException e) {
      throw payload.refused("logID is not hexadecimal");
    }
  }

  /** PEM, or base64 of PEM; null if it is a public key, or there is none. */
  private static byte @Nullable [] certificate(ProtoFields fields) {
    String text = fields.textOrEmpty("cert");
    if (text.isEmpty()) {
      return null;
    }
    byte[] decoded = text.startsWith("-----") ? null : StrictBase64.decodeStandard(text);
    String pem = decoded == null ? text : new String(decoded, StandardCharsets.UTF_8);
    try {
      List<Pem> blocks = Pem.parse(pem);
      if (blocks.size() == 1 && blocks.get(0).label().equals("CERTIFICATE")) {
        return blocks.get(0).content();
      }
      if (blocks.size() == 1 && blocks.get(0).label().equals("PUBLIC KEY")) {
        return null;
      }
    } catch (IllegalArgumentException e) {
      // told below
    }
    throw fields.refused("cert is not PEM of one certificate or public key");
  }
}
