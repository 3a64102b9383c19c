package io.bartizan.integrity.attest.sigstore;

import static io.bartizan.integrity.attest.sigstore.Outcomes.accepted;
import static io.bartizan.integrity.attest.sigstore.Outcomes.changed;
import static io.bartizan.integrity.attest.sigstore.Outcomes.refused;
import static io.bartizan.testkit.json.JsonTree.array;
import static io.bartizan.testkit.json.JsonTree.at;
import static io.bartizan.testkit.json.JsonTree.list;
import static io.bartizan.testkit.json.JsonTree.object;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.bartizan.core.Checked;
import io.bartizan.testkit.sigstore.draft.EntryDraft;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Entries B01 to B14 of the attack matrix. */
class BundleMatrixTest {

  private static final World WORLD = new World();
  private static final String OLD = "application/vnd.dev.sigstore.bundle+json;version=";

  private static Checked<?> text(String text) {
    return Draft.v1(WORLD).verifier().check(text.getBytes(UTF_8), Draft.ARTIFACT);
  }

  private static Consumer<Map<String, Object>> material(Consumer<Map<String, Object>> change) {
    return bundle -> change.accept(at(bundle, "verificationMaterial"));
  }

  private static Consumer<Map<String, Object>> entry(Consumer<Map<String, Object>> change) {
    return material(material -> change.accept(at(material, "tlogEntries", 0)));
  }

  @Test
  void B01_jsonThatIsNone_isRefused() {
    String good = new String(Draft.v1(WORLD).json(), UTF_8);
    accepted(text(good));
    for (String bad :
        new String[] {
          "", "{", "[]", "null", "\"x\"", good + "x", good.substring(1), good.substring(0, 500)
        }) {
      refused(text(bad), SigstoreReason.MALFORMED);
    }
  }

  @Test
  void B02_versionUnknown_isRefused() {
    for (String bad :
        new String[] {
          OLD + "0.4",
          OLD + "0.0",
          OLD + "0.3 ",
          OLD + " 0.3",
          OLD + "0.30",
          OLD.toUpperCase(java.util.Locale.ROOT) + "0.3",
          "application/vnd.dev.sigstore.bundle.v0.4+json",
          "application/vnd.dev.sigstore.bundle.V0.3+json",
          ""
        }) {
      refused(
          changed(Draft.v1(WORLD), b -> b.put("mediaType", bad)),
          SigstoreReason.VERSION_UNSUPPORTED);
    }
    refused(
        changed(Draft.v1(WORLD), b -> b.remove("mediaType")), SigstoreReason.VERSION_UNSUPPORTED);
  }

  @Test
  void B03_spellingsOfTheVersions_areAccepted() {
    for (String version : new String[] {"0.1", "0.2"}) {
      Draft draft = Draft.v1(WORLD);
      draft.chain = true;
      draft.mediaType = OLD + version;
      accepted(draft.check());
    }
    Draft draft = Draft.v1(WORLD);
    draft.mediaType = OLD + "0.3";
    accepted(draft.check());
    accepted(Draft.v1(WORLD).check());
  }

  @Test
  void B04_olderVersionWritten_doesNotSkipTheProof() {
    for (String version : new String[] {"0.1", "0.2"}) {
      Draft draft = Draft.v1(WORLD);
      draft.mediaType = OLD + version;
      draft.first().signedCheckpoint = checkpoint -> checkpoint.replace("\n7\n", "\n8\n");
      refused(draft.check(), SigstoreReason.PROOF_INVALID);
      refused(
          changed(
              Draft.v1(WORLD),
              b -> {
                b.put("mediaType", OLD + version);
                Collections.reverse(
                    list(
                        at(b, "verificationMaterial", "tlogEntries", 0, "inclusionProof"),
                        "hashes"));
              }),
          SigstoreReason.PROOF_INVALID);
    }
  }

  @Test
  void B05_whatTheVersionRequires_isRequired() {
    Draft draft = Draft.v1(WORLD);
    draft.mediaType = OLD + "0.1";
    draft.first().promise = false;
    draft.stamps.add(stamp -> {});
    refused(draft.check(), SigstoreReason.PROMISE_INVALID);
    draft = Draft.v1(WORLD);
    draft.mediaType = OLD + "0.1";
    draft.first().proof = false;
    accepted(draft.check());
    for (String version : new String[] {"0.2", "0.3"}) {
      draft = Draft.v1(WORLD);
      draft.mediaType = OLD + version;
      draft.first().proof = false;
      refused(draft.check(), SigstoreReason.PROOF_MISSING);
    }
  }

  @Test
  void B06_proofWithoutCheckpoint_isRefused() {
    for (String version : new String[] {"0.1", "0.2", "0.3"}) {
      Draft draft = Draft.v1(WORLD);
      draft.mediaType = OLD + version;
      draft.first().checkpoint = false;
      refused(draft.check(), SigstoreReason.PROOF_MISSING);
    }
  }

  @Test
  void B07_chainInVersion03_isRefused() {
    Draft draft = Draft.v1(WORLD);
    draft.chain = true;
    refused(draft.check(), SigstoreReason.MALFORMED);
  }

  @Test
  void B08_chain_beginsWithASignerAndHasNoRoot() {
    Draft draft = Draft.v1(WORLD);
    draft.chain = true;
    draft.mediaType = OLD + "0.2";
    accepted(changed(draft, chain(List.of(draft.certificate(), World.der(WORLD.intermediate)))));
    refused(changed(draft, chain(List.of())), SigstoreReason.MALFORMED);
    refused(
        changed(draft, chain(List.of(World.der(WORLD.intermediate), draft.certificate()))),
        SigstoreReason.CERTIFICATE_INVALID);
    refused(
        changed(
            draft,
            chain(
                List.of(
                    draft.certificate(), World.der(WORLD.intermediate), World.der(WORLD.root)))),
        SigstoreReason.MALFORMED);
  }

  private static Consumer<Map<String, Object>> chain(List<byte[]> certificates) {
    return material(
        m ->
            m.put(
                "x509CertificateChain",
                object(
                    "certificates",
                    new ArrayList<>(
                        certificates.stream()
                            .map(each -> object("rawBytes", World.base64(each)))
                            .toList()))));
  }

  @Test
  void B09_keyAndCertificate_isExactlyOne() {
    refused(
        changed(Draft.v1(WORLD), material(m -> m.put("publicKey", object("hint", "x")))),
        SigstoreReason.MALFORMED);
    refused(
        changed(Draft.v1(WORLD), material(m -> m.remove("certificate"))), SigstoreReason.MALFORMED);
    refused(
        changed(Draft.v1(WORLD), material(m -> m.put("certificate", null))),
        SigstoreReason.MALFORMED);
    refused(
        changed(
            Draft.v1(WORLD),
            material(
                m -> {
                  m.remove("certificate");
                  m.put("publicKey", null);
                })),
        SigstoreReason.MALFORMED);
  }

  @Test
  void B10_messageAndEnvelope_isExactlyOne() {
    Draft statement = Draft.v1(WORLD).statement();
    refused(
        changed(Draft.v1(WORLD), b -> b.put("dsseEnvelope", statement.build().get("dsseEnvelope"))),
        SigstoreReason.MALFORMED);
    refused(changed(Draft.v1(WORLD), b -> b.remove("messageSignature")), SigstoreReason.MALFORMED);
  }

  @Test
  void B11_base64_hasOneSpelling() {
    Draft draft = Draft.v1(WORLD);
    byte[] bytes = new byte[] {(byte) 0xfb, (byte) 0xff, (byte) 0xfe};
    for (String bad :
        new String[] {
          "!!!!", "-__-", "+//", "+//+=", " +//+", "+//+\n", "", World.base64(bytes) + "="
        }) {
      refused(
          changed(draft, b -> at(b, "messageSignature").put("signature", bad)),
          SigstoreReason.MALFORMED);
    }
  }

  @Test
  void B12_numbersOf64Bits_arePlainDecimals() {
    accepted(changed(Draft.v1(WORLD), entry(e -> e.put("logIndex", 1000))));
    for (Object bad :
        new Object[] {
          " 1000",
          "1000 ",
          "+1000",
          "01000",
          "-1",
          -1,
          "9223372036854775808",
          "1e3",
          "",
          "0x10",
          1.5,
          true,
          9007199254740992L,
          "99999999999999999999",
          array(),
          object()
        }) {
      refused(
          changed(Draft.v1(WORLD), entry(e -> e.put("logIndex", bad))), SigstoreReason.MALFORMED);
      refused(
          changed(Draft.v1(WORLD), entry(e -> e.put("integratedTime", bad))),
          SigstoreReason.MALFORMED);
    }
  }

  @Test
  void B13_tooMuchOfAnything_isRefused() {
    refused(
        changed(
            Draft.v1(WORLD),
            material(m -> m.put("tlogEntries", Collections.nCopies(33, at(m, "tlogEntries", 0))))),
        SigstoreReason.TOO_LARGE);
    refused(
        changed(
            Draft.v2(WORLD),
            material(
                m ->
                    at(m, "timestampVerificationData")
                        .put(
                            "rfc3161Timestamps",
                            Collections.nCopies(33, object("signedTimestamp", "AAAA"))))),
        SigstoreReason.TOO_LARGE);
    refused(
        changed(
            Draft.v1(WORLD),
            entry(
                e ->
                    at(e, "inclusionProof")
                        .put("hashes", Collections.nCopies(65, World.base64(new byte[32]))))),
        SigstoreReason.TOO_LARGE);
    StringBuilder subjects = new StringBuilder();
    for (int i = 0; i < 1025; i++) {
      subjects.append("{\"digest\":{\"sha256\":\"").append("00".repeat(32)).append("\"}},");
    }
    Draft statement = Draft.v1(WORLD).statement();
    statement.payload = statement.payload.replace("\"subject\":[", "\"subject\":[" + subjects);
    refused(statement.check(), SigstoreReason.TOO_LARGE);
    Draft signatures = Draft.v1(WORLD);
    signatures.first().note =
        note -> note + EntryDraft.noteLine("witness", new byte[4], new byte[64]).repeat(20);
    refused(signatures.check(), SigstoreReason.CHECKPOINT_INVALID);
    SigstoreVerifier small =
        SigstoreVerifier.builder(WORLD.trusted(), Draft.policy()).withMaxBundleBytes(1000).build();
    refused(Draft.v1(WORLD).check(small), SigstoreReason.TOO_LARGE);
  }

  @Test
  void B14_otherTypesThanDue_areMalformed() {
    for (Object bad : new Object[] {null, array(), "x", 1, true}) {
      for (String name : new String[] {"verificationMaterial", "messageSignature"}) {
        refused(changed(Draft.v1(WORLD), b -> b.put(name, bad)), SigstoreReason.MALFORMED);
      }
      for (String name : new String[] {"logId", "kindVersion"}) {
        refused(changed(Draft.v1(WORLD), entry(e -> e.put(name, bad))), SigstoreReason.MALFORMED);
      }
      if (bad != null) {
        refused(
            changed(Draft.v1(WORLD), entry(e -> e.put("inclusionPromise", bad))),
            SigstoreReason.MALFORMED);
      }
    }
    refused(text("{\"a\":".repeat(10_000)), SigstoreReason.TOO_LARGE);
    refused(text("[".repeat(10_000)), SigstoreReason.MALFORMED);
  }
}
