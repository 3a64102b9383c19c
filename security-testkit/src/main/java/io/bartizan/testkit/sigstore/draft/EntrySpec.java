package io.bartizan.testkit.sigstore.draft;

import static io.bartizan.testkit.json.JsonTree.array;
import static io.bartizan.testkit.json.JsonTree.object;
import static io.bartizan.testkit.sigstore.draft.Instance.base64;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.bartizan.core.Pem;
import java.util.HexFormat;
import java.util.Map;

/** The part of a log entry's body that says what was signed, by kind and version of the entry. */
final class EntrySpec {

  private final BundleDraft draft;

  private EntrySpec(BundleDraft draft) {
    this.draft = draft;
  }

  static Map<String, Object> of(EntryDraft entry, BundleDraft draft) {
    EntrySpec spec = new EntrySpec(draft);
    return switch (entry.kind + " " + entry.version) {
      case "hashedrekord 0.0.1" -> spec.hashedRekord1();
      case "dsse 0.0.1" -> spec.dsse1();
      case "intoto 0.0.2" -> spec.intoto2();
      case "dsse 0.0.2" -> spec.dsse2();
      default -> spec.hashedRekord2();
    };
  }

  private Map<String, Object> hashedRekord1() {
    return object(
        "data",
        object("hash", hex(draft.hashBits, draft.signed())),
        "signature",
        object("content", signature(), "publicKey", object("content", pem64())));
  }

  private Map<String, Object> dsse1() {
    return object(
        "envelopeHash",
        hex(256, new byte[0]),
        "payloadHash",
        hex(256, draft.payloadBytes()),
        "signatures",
        array(object("signature", signature(), "verifier", pem64())));
  }

  private Map<String, Object> intoto2() {
    Object signed =
        object("publicKey", pem64(), "sig", base64(signature().getBytes(UTF_8))); // encoded twice
    return object(
        "content",
        object(
            "envelope",
            object("payloadType", draft.payloadType, "signatures", array(signed)),
            "hash",
            hex(256, new byte[0]),
            "payloadHash",
            hex(256, draft.payloadBytes())));
  }

  private Map<String, Object> dsse2() {
    return object(
        "dsseV002",
        object(
            "payloadHash",
            object(
                "algorithm", "SHA2_256", "digest", base64(Instance.sha256(draft.payloadBytes()))),
            "signatures",
            array(object("content", signature(), "verifier", verifier()))));
  }

  private Map<String, Object> hashedRekord2() {
    return object(
        "hashedRekordV002",
        object(
            "data",
            draft.digest(draft.signed()),
            "signature",
            object("content", signature(), "verifier", verifier())));
  }

  private String signature() {
    return base64(draft.signature());
  }

  private String pem64() {
    String pem =
        draft.certified
            ? Pem.encode("CERTIFICATE", draft.certificate())
            : Pem.encode("PUBLIC KEY", draft.key.getPublic().getEncoded());
    return base64(pem.getBytes(UTF_8));
  }

  private Map<String, Object> verifier() {
    return draft.certified
        ? object(
            "keyDetails",
            draft.keyDetails,
            "x509Certificate",
            object("rawBytes", base64(draft.certificate())))
        : object(
            "keyDetails",
            draft.keyDetails,
            "publicKey",
            object("rawBytes", base64(draft.key.getPublic().getEncoded())));
  }

  private static Map<String, Object> hex(int bits, byte[] content) {
    return object(
        "algorithm",
        "sha" + bits,
        "value",
        HexFormat.of().formatHex(Instance.hash("SHA-" + bits, content)));
  }
}
