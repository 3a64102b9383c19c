package io.bartizan.testkit.sigstore;

import static io.bartizan.testkit.json.JsonTree.at;
import static io.bartizan.testkit.json.JsonTree.object;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.bartizan.testkit.json.JsonTree;
import io.bartizan.testkit.sigstore.draft.BundleDraft;
import io.bartizan.testkit.sigstore.draft.Instance;
import io.bartizan.testkit.sigstore.draft.Tree;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;

/** Faults of the signature and of the bundle around it. */
final class FormFaults {

  /** How many log entries, and how many timestamps, a bundle may have. */
  static final int MOST = 32;

  private static final int MOST_CERTIFICATES = 10;
  private static final int MOST_BYTES = 16 * 1024 * 1024;
  private static final int DEPTH = 10_000;
  private static final String MATERIAL = "verificationMaterial";

  private FormFaults() {}

  /** An older version, in which a chain may follow the certificate. */
  static void version(BundleDraft draft, String version) {
    draft.mediaType = "application/vnd.dev.sigstore.bundle+json;version=" + version;
    draft.chain = true;
  }

  static void withoutPromise(BundleDraft draft) {
    version(draft, "0.1");
    draft.first().promise = false;
  }

  static void lowered(BundleDraft draft) {
    version(draft, "0.1");
    Spoilers.proofChanged(draft);
  }

  static void withoutCheckpoint(BundleDraft draft) {
    version(draft, "0.1");
    draft.first().checkpoint = false;
  }

  static void withoutProof(BundleDraft draft) {
    version(draft, "0.2");
    draft.first().proof = false;
  }

  static void chainEmpty(BundleDraft draft) {
    version(draft, "0.2");
    draft.members =
        bundle ->
            JsonTree.list(at(bundle, MATERIAL, "x509CertificateChain"), "certificates").clear();
  }

  static void chainWithRoot(BundleDraft draft) {
    version(draft, "0.2");
    draft.issuers.add(Instance.der(draft.instance.intermediate));
    draft.issuers.add(Instance.der(draft.instance.root));
  }

  static void authorityFirst(BundleDraft draft) {
    version(draft, "0.2");
    byte[] leaf = draft.certificate();
    String first = Instance.base64(Instance.der(draft.instance.intermediate));
    draft.members =
        bundle ->
            at(bundle, MATERIAL, "x509CertificateChain", "certificates", 0).put("rawBytes", first);
    draft.issuers.add(leaf);
  }

  static void tooManyCertificates(BundleDraft draft) {
    version(draft, "0.2");
    while (draft.issuers.size() < MOST_CERTIFICATES) {
      draft.issuers.add(Instance.der(draft.instance.intermediate));
    }
  }

  static void noSigner(BundleDraft draft) {
    draft.members = bundle -> at(bundle, MATERIAL).remove("certificate");
  }

  static String signerNull(String json) {
    return json.replace("\"certificate\":{", "\"certificate\":null,\"certificate1\":{");
  }

  private static void certificateText(BundleDraft draft, UnaryOperator<String> change) {
    draft.members =
        bundle ->
            at(bundle, MATERIAL, "certificate")
                .compute("rawBytes", (name, old) -> change.apply(String.valueOf(old)));
  }

  static void certificateNoBase64(BundleDraft draft) {
    certificateText(draft, text -> "!" + text.substring(1));
  }

  static void certificateInUrlAlphabet(BundleDraft draft) {
    certificateText(draft, text -> text.replace('+', '-').replace('/', '_'));
  }

  static void materialInAList(BundleDraft draft) {
    draft.members =
        bundle ->
            bundle.put(MATERIAL, JsonTree.array(Objects.requireNonNull(bundle.get(MATERIAL))));
  }

  static String entryNull(String json) {
    return json.replace("\"tlogEntries\":[", "\"tlogEntries\":[null,");
  }

  static String otherSpelling(String json) {
    return json.replace(
        "\"verificationMaterial\":{", "\"verification_material\":{},\"verificationMaterial\":{");
  }

  static String nestedDeeply(String json) {
    String nested = "[".repeat(DEPTH) + "]".repeat(DEPTH);
    return json.replaceFirst("\\{", "{\"further\":" + nested + ",");
  }

  static String tooLarge(String json) {
    return json + " ".repeat(MOST_BYTES);
  }

  /** The other content beside the right one. */
  static void bothContents(BundleDraft draft) {
    draft.members =
        bundle -> {
          if (draft.payload == null) {
            bundle.put("dsseEnvelope", envelope(draft));
          } else {
            bundle.put("messageSignature", message(draft));
          }
        };
  }

  private static Map<String, Object> message(BundleDraft draft) {
    return object("signature", Instance.base64(draft.signature()));
  }

  private static Map<String, Object> envelope(BundleDraft draft) {
    return object(
        "payload",
        Instance.base64("{}".getBytes(UTF_8)),
        "payloadType",
        draft.payloadType,
        "signatures",
        JsonTree.array(object("sig", Instance.base64(draft.signature()))));
  }

  static void noContent(BundleDraft draft) {
    draft.members =
        bundle -> {
          bundle.remove("dsseEnvelope");
          bundle.remove("messageSignature");
        };
  }

  /** A good bundle of the other kind: an attestation, or an artifact's signature. */
  static void otherContent(BundleDraft draft) {
    draft.payload =
        draft.payload == null ? draft.aboutArtifact("https://example.com/built/v1", "{}") : null;
    if (!draft.first().v2) {
      draft.first().kind = draft.payload == null ? "hashedrekord" : "dsse";
    }
  }

  /** What the bundle says beside a signature of the right artifact. */
  static void digestOfAnother(BundleDraft draft) {
    byte[] another = "another".getBytes(UTF_8);
    if (draft.payload == null) {
      String digest = Instance.base64(Instance.hash("SHA-" + draft.hashBits, another));
      draft.members =
          bundle -> at(bundle, "messageSignature", "messageDigest").put("digest", digest);
    } else {
      byte[] content = draft.content;
      Spoilers.wholly(draft, "another");
      draft.content = content;
    }
  }

  static void signatureCut(BundleDraft draft) {
    byte[] whole = draft.signature();
    draft.signature = Arrays.copyOf(whole, whole.length - 1);
  }

  static void signatureWithBytesAfter(BundleDraft draft) {
    draft.signature = Tree.join(draft.signature(), new byte[1]);
  }

  /** The sequence and its first number, each a byte longer. */
  static void signatureNotDer(BundleDraft draft) {
    byte[] der = draft.signature();
    byte[] head = {der[0], (byte) (der[1] + 1), der[2], (byte) (der[3] + 1), 0};
    draft.signature = Tree.join(head, Arrays.copyOfRange(der, 4, der.length));
  }

  static void signatureEmpty(BundleDraft draft) {
    draft.members =
        bundle -> {
          if (draft.payload == null) {
            at(bundle, "messageSignature").put("signature", "");
          } else {
            at(bundle, "dsseEnvelope", "signatures", 0).put("sig", "");
          }
        };
  }

  private static void signedWith(BundleDraft draft, String algorithm, byte[] content) {
    draft.signature = Instance.sign(algorithm, draft.key.getPrivate(), content);
  }

  static void signatureOfTwoNumbers(BundleDraft draft) {
    signedWith(draft, "SHA256withECDSAinP1363Format", draft.signed());
  }

  static void signatureOverTheDigest(BundleDraft draft) {
    signedWith(draft, draft.signedWith, Instance.sha256(draft.signed()));
  }

  static void signatureOfAnotherHash(BundleDraft draft) {
    signedWith(draft, "SHA512withECDSA", draft.signed());
  }
}
