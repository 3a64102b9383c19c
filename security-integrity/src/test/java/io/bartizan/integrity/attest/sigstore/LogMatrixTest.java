package io.bartizan.integrity.attest.sigstore;

import static io.bartizan.integrity.attest.sigstore.Outcomes.accepted;
import static io.bartizan.integrity.attest.sigstore.Outcomes.byRoot;
import static io.bartizan.integrity.attest.sigstore.Outcomes.changed;
import static io.bartizan.integrity.attest.sigstore.Outcomes.refused;
import static io.bartizan.testkit.json.JsonTree.at;
import static io.bartizan.testkit.json.JsonTree.list;
import static io.bartizan.testkit.json.JsonTree.object;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.bartizan.core.Pem;
import io.bartizan.core.house.Sha256;
import io.bartizan.integrity.artifact.DigestAlgorithm;
import io.bartizan.testkit.json.JsonTree;
import io.bartizan.testkit.sigstore.draft.EntryDraft;
import java.security.KeyPair;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Entries R01 to R18 and V01 to V07 of the attack matrix. */
class LogMatrixTest {

  private static final World WORLD = new World();

  private static Consumer<Map<String, Object>> entry(Consumer<Map<String, Object>> change) {
    return bundle -> change.accept(at(bundle, "verificationMaterial", "tlogEntries", 0));
  }

  /** A genuine entry of one bundle in the place of another's. */
  private static Consumer<Map<String, Object>> entryOf(Draft other) {
    Object entry = at(other.build(), "verificationMaterial", "tlogEntries", 0);
    return bundle -> list(at(bundle, "verificationMaterial"), "tlogEntries").set(0, entry);
  }

  private static Draft body(UnaryOperator<String> change) {
    Draft draft = Draft.v1(WORLD);
    draft.first().body = change;
    return draft;
  }

  @Test
  void R01_entryOfAnotherArtifact_isRefused() {
    Draft other = Draft.v1(WORLD);
    other.content = "another".getBytes(UTF_8);
    Draft draft = Draft.v1(WORLD);
    other.key = draft.key;
    other.certificate = draft.certificate();
    refused(changed(draft, entryOf(other)), SigstoreReason.LOG_ENTRY_MISMATCH);
    other.signature = draft.signature();
    refused(changed(draft, entryOf(other)), SigstoreReason.LOG_ENTRY_MISMATCH);
    Draft statement = Draft.v1(WORLD).statement();
    Draft second =
        Draft.v1(WORLD).statement(statement.payload.replace("\"artifact\"", "\"b.jar\""));
    second.key = statement.key;
    second.certificate = statement.certificate();
    second.signature = statement.signature();
    refused(changed(statement, entryOf(second)), SigstoreReason.LOG_ENTRY_MISMATCH);
  }

  @Test
  void R02_entryOfAnotherSigner_isRefused() {
    Draft draft = Draft.v1(WORLD);
    Draft other = Draft.v1(WORLD);
    other.signature = draft.signature();
    refused(changed(draft, entryOf(other)), SigstoreReason.LOG_ENTRY_MISMATCH);
    Draft sameKey = Draft.v1(WORLD);
    sameKey.key = draft.key;
    sameKey.signature = draft.signature();
    sameKey.leaf.to = World.SIGNED.plusSeconds(299);
    refused(changed(draft, entryOf(sameKey)), SigstoreReason.LOG_ENTRY_MISMATCH);
    Draft keyed = Draft.v1(WORLD);
    keyed.key = draft.key;
    keyed.signature = draft.signature();
    keyed.certified = false;
    refused(changed(draft, entryOf(keyed)), SigstoreReason.LOG_ENTRY_MISMATCH);
    Draft otherKey = Draft.v1(WORLD);
    otherKey.certified = false;
    refused(
        otherKey.check(SigstoreVerifier.of(WORLD.trusted(), KeyPolicy.of(draft.key.getPublic()))),
        SigstoreReason.LOG_ENTRY_MISMATCH);
  }

  @Test
  void R03_entryOfAnotherSignatureOfTheSameKey_isRefused() {
    for (boolean statement : new boolean[] {false, true}) {
      Draft draft = statement ? Draft.v1(WORLD).statement() : Draft.v1(WORLD);
      Draft again = statement ? Draft.v1(WORLD).statement() : Draft.v1(WORLD);
      again.key = draft.key;
      again.certificate = draft.certificate();
      refused(changed(draft, entryOf(again)), SigstoreReason.LOG_ENTRY_MISMATCH);
    }
  }

  @Test
  void R04_entryOfAnotherEnvelope_isRefused() {
    for (String kind : new String[] {"dsse", "intoto"}) {
      Draft draft = Draft.v1(WORLD).statement();
      draft.first().kind = kind;
      draft.first().version = kind.equals("dsse") ? "0.0.1" : "0.0.2";
      String hash =
          io.bartizan.integrity.artifact.Digest.sha256Of(draft.payload.getBytes(UTF_8)).hex();
      draft.first().body = text -> text.replace(hash, "00".repeat(32));
      refused(draft.check(), SigstoreReason.LOG_ENTRY_MISMATCH);
    }
    Draft type = Draft.v1(WORLD).statement();
    type.first().kind = "intoto";
    type.first().version = "0.0.2";
    type.first().body = text -> text.replace("vnd.in-toto+json", "vnd.other+json");
    refused(type.check(), SigstoreReason.LOG_ENTRY_MISMATCH);
  }

  @Test
  void R05_kindOfTheEntry_isTheBodysAndFitsTheContent() {
    refused(
        changed(Draft.v1(WORLD), entry(e -> at(e, "kindVersion").put("kind", "dsse"))),
        SigstoreReason.LOG_ENTRY_MISMATCH);
    refused(
        changed(Draft.v1(WORLD), entry(e -> at(e, "kindVersion").put("version", "0.0.2"))),
        SigstoreReason.LOG_ENTRY_MISMATCH);
    Draft message = Draft.v1(WORLD);
    Draft statement = Draft.v1(WORLD).statement();
    statement.key = message.key;
    statement.certificate = message.certificate();
    statement.signature = message.signature();
    refused(changed(message, entryOf(statement)), SigstoreReason.LOG_ENTRY_MISMATCH);
    Draft hashed = Draft.v1(WORLD).statement();
    hashed.first().kind = "hashedrekord";
    refused(hashed.check(), SigstoreReason.LOG_ENTRY_MISMATCH);
  }

  @Test
  void R05_certificateThatTheEntryCallsAKey_isRefused() {
    Draft draft = Draft.v1(WORLD);
    String right = World.base64(Pem.encode("CERTIFICATE", draft.certificate()).getBytes(UTF_8));
    String wrong = World.base64(Pem.encode("PUBLIC KEY", draft.certificate()).getBytes(UTF_8));
    draft.first().body = text -> text.replace(right, wrong);
    refused(draft.check(), SigstoreReason.LOG_ENTRY_MISMATCH);
    Draft v2 = Draft.v2(WORLD);
    v2.first().body = text -> text.replace("x509Certificate", "publicKey");
    refused(v2.check(), SigstoreReason.LOG_ENTRY_MISMATCH);
  }

  @Test
  void R05_signatureThatIsNotEncodedTwice_isMalformed() {
    Draft draft = Draft.v1(WORLD).statement();
    draft.first().kind = "intoto";
    draft.first().version = "0.0.2";
    accepted(draft.check());
    String right = World.base64(World.base64(draft.signature()).getBytes(UTF_8));
    for (String once : new String[] {World.base64(draft.signature()), World.base64(new byte[9])}) {
      draft.first().body = text -> text.replace(right, once);
      refused(draft.check(), SigstoreReason.MALFORMED);
    }
  }

  @Test
  void R09_version01WithoutPromise_isRefusedThoughItsProofHolds() {
    for (String version : new String[] {"0.1", "0.2"}) {
      Draft draft = Draft.v1(WORLD);
      draft.mediaType = "application/vnd.dev.sigstore.bundle+json;version=" + version;
      draft.first().promise = false;
      draft.stamps.add(stamp -> {});
      if (version.equals("0.2")) {
        accepted(draft.check());
      } else {
        refused(draft.check(), SigstoreReason.PROMISE_INVALID);
      }
    }
  }

  @Test
  void V02_promiseOfALogOfVersion2_isRefused() {
    Draft draft = Draft.v2(WORLD);
    draft.first().promise = true; // rightly signed by the log's own key
    draft.first().time = World.SIGNED;
    draft.first().globalIndex = draft.first().index;
    refused(draft.check(), SigstoreReason.PROMISE_INVALID);
    draft.first().promise = false;
    accepted(draft.check());
  }

  @Test
  void R06_bodyThatReadersCouldReadInTwoWays_isRefused() {
    refused(
        body(text -> text.replace("{\"apiVersion\"", "{\"kind\":\"dsse\",\"apiVersion\"")).check(),
        SigstoreReason.MALFORMED);
    refused(body(text -> text + "{}").check(), SigstoreReason.MALFORMED);
    refused(body(text -> text.replace("\"spec\"", "\"Spec\"")).check(), SigstoreReason.MALFORMED);
    refused(body(text -> "x").check(), SigstoreReason.MALFORMED);
    accepted(body(text -> " " + text + "\n").check()); // hashed as it is
    refused(
        changed(
            Draft.v1(WORLD),
            entry(
                e ->
                    e.put(
                        "canonicalizedBody",
                        World.base64(
                            (" "
                                    + new String(
                                        Base64.getDecoder()
                                            .decode((String) e.get("canonicalizedBody")),
                                        UTF_8))
                                .getBytes(UTF_8))))),
        SigstoreReason.PROOF_INVALID);
  }

  @Test
  void R07_promiseOverSomethingElse_isRefused() {
    for (UnaryOperator<String> change :
        java.util.List.<UnaryOperator<String>>of(
            text -> text.replace("\"logIndex\":1000", "\"logIndex\":1001"),
            text -> text.replace("\"integratedTime\":", "\"integratedTime\":1"),
            text -> text.replace("\"logID\":\"", "\"logID\":\"0"),
            text -> text.replaceFirst("\"body\":\"....", "\"body\":\"AAAA"),
            text -> text + " ",
            text -> "")) {
      Draft draft = Draft.v1(WORLD);
      draft.first().promised = change;
      refused(draft.check(), SigstoreReason.PROMISE_INVALID);
    }
    refused(
        changed(Draft.v1(WORLD), entry(e -> e.put("logIndex", "1001"))),
        SigstoreReason.PROMISE_INVALID);
    refused(
        changed(
            Draft.v1(WORLD),
            entry(e -> e.put("integratedTime", Long.toString(World.SIGNED.getEpochSecond() + 1)))),
        SigstoreReason.PROMISE_INVALID);
  }

  @Test
  void R08_timeOutsideTheLeaf_isRefused() {
    for (long seconds : new long[] {-301, 301, 1_000_000_000, -1_000_000}) {
      Draft draft = Draft.v1(WORLD);
      draft.first().time = World.SIGNED.plusSeconds(seconds);
      refused(draft.check(), SigstoreReason.CERTIFICATE_NOT_VALID_AT_TIME);
    }
  }

  @Test
  void R09_timeWithoutPromise_countsForNothing() {
    Draft draft = Draft.v1(WORLD);
    draft.first().promise = false;
    refused(draft.check(), SigstoreReason.TIME_MISSING);
    draft = Draft.v1(WORLD);
    draft.first().promise = false;
    draft.stamps.add(stamp -> {});
    accepted(draft.check());
    draft = Draft.v1(WORLD);
    draft.first().promise = false;
    draft.first().time = World.SIGNED.plusSeconds(1_000_000);
    draft.stamps.add(stamp -> {});
    accepted(draft.check()); // nobody signed that time, and nobody looks at it
  }

  @Test
  void R10_wrongPromiseBesideAGoodProof_isRefused() {
    Draft draft = Draft.v1(WORLD);
    draft.stamps.add(stamp -> {});
    draft.first().promised = text -> text + "x";
    refused(draft.check(), SigstoreReason.PROMISE_INVALID);
  }

  @Test
  void R11_logOutsideItsSpan_isRefused() {
    refused(
        byRoot(
            Draft.v1(WORLD),
            r ->
                at(r, "tlogs", 0, "publicKey")
                    .put("validFor", object("start", World.SIGNED.plusSeconds(1).toString()))),
        SigstoreReason.LOG_NOT_VALID_AT_TIME);
  }

  /** A second log of Rekor v1 that the trusted root has or has not. */
  private static EntryDraft of(Draft draft, KeyPair log, String host) {
    EntryDraft entry = draft.entry1();
    entry.logKey = log;
    entry.host = host;
    entry.origin = host + " - 1";
    entry.hint = java.util.Arrays.copyOf(Sha256.of(log.getPublic().getEncoded()), 4);
    return entry;
  }

  @Test
  void R12_entryOfAnUnknownLog_countsForNothing() {
    KeyPair log = World.ec("secp256r1");
    Draft only = Draft.v1(WORLD);
    only.entries.set(0, of(only, log, "other.example"));
    refused(only.check(), SigstoreReason.LOG_ENTRY_MISSING);
    Draft beside = Draft.v1(WORLD);
    beside.entries.add(0, of(beside, log, "other.example"));
    beside.entries.get(0).body = text -> "anything";
    accepted(beside.check());
    Draft none = Draft.v1(WORLD);
    none.entries.clear();
    none.stamps.add(stamp -> {});
    refused(none.check(), SigstoreReason.LOG_ENTRY_MISSING);
    accepted(
        none.check(
            SigstoreVerifier.builder(WORLD.trusted(), Draft.policy())
                .ignoreTransparencyLog()
                .build()));
  }

  @Test
  void R13_oneLogTwice_countsOnce() {
    KeyPair log = World.ec("secp256r1");
    Map<String, Object> root = WORLD.trustedRoot();
    list(root, "tlogs")
        .add(
            World.log(
                "https://second.example",
                log.getPublic(),
                "PKIX_ECDSA_P256_SHA_256",
                Sha256.of(log.getPublic().getEncoded())));
    SigstoreVerifier two =
        SigstoreVerifier.builder(World.read(root), Draft.policy()).withTransparencyLogs(2).build();
    Draft twice = Draft.v1(WORLD);
    twice.entries.add(twice.first());
    accepted(twice.check());
    refused(twice.check(two), SigstoreReason.LOG_ENTRY_MISSING);
    Draft otherPlace = Draft.v1(WORLD);
    EntryDraft again = otherPlace.entry1();
    again.index = 5;
    again.globalIndex = 2_000;
    otherPlace.entries.add(again);
    refused(otherPlace.check(two), SigstoreReason.LOG_ENTRY_MISSING);
    Draft both = Draft.v1(WORLD);
    both.entries.add(of(both, log, "second.example"));
    accepted(both.check(two));
  }

  @Test
  void R14_indexOfTheLogAndOfTheShard_areEachInTheirPlace() {
    refused(
        changed(
            Draft.v1(WORLD),
            entry(
                e -> {
                  Object global = e.get("logIndex");
                  e.put("logIndex", at(e, "inclusionProof").get("logIndex"));
                  at(e, "inclusionProof").put("logIndex", global);
                })),
        SigstoreReason.PROOF_INVALID);
    refused(
        changed(
            Draft.v1(WORLD),
            entry(e -> e.put("logIndex", at(e, "inclusionProof").get("logIndex")))),
        SigstoreReason.PROMISE_INVALID);
    refused(
        changed(Draft.v2(WORLD), entry(e -> e.put("logIndex", "4"))), SigstoreReason.PROOF_INVALID);
  }

  @Test
  void R15_negativeOrZero_isRefused() {
    refused(
        changed(Draft.v1(WORLD), entry(e -> e.put("logIndex", "-1"))), SigstoreReason.MALFORMED);
    refused(
        changed(Draft.v1(WORLD), entry(e -> e.put("integratedTime", "-1"))),
        SigstoreReason.MALFORMED);
    Draft zero = Draft.v1(WORLD);
    zero.first().time = Instant.EPOCH;
    refused(zero.check(), SigstoreReason.PROMISE_INVALID);
    for (long time :
        new long[] {Long.MAX_VALUE, Instant.MAX.getEpochSecond(), Long.MAX_VALUE / 1_000 + 1}) {
      Draft huge = Draft.v1(WORLD);
      huge.first().promised = text -> text.replaceAll("Time\":[0-9]+", "Time\":" + time);
      huge.first().json = each -> each.put("integratedTime", Long.toString(time));
      refused(huge.check(), SigstoreReason.PROMISE_INVALID);
    }
  }

  @Test
  void R16_secondEntryBroken_isRefused() {
    Draft draft = Draft.v1(WORLD);
    EntryDraft second = draft.entry1();
    second.promised = text -> text + "x";
    draft.entries.add(second);
    refused(draft.check(), SigstoreReason.PROMISE_INVALID);
    Draft proof = Draft.v1(WORLD);
    EntryDraft other = proof.entry1();
    other.signedCheckpoint = text -> text.replace("\n7\n", "\n6\n");
    proof.entries.add(other);
    refused(proof.check(), SigstoreReason.PROOF_INVALID);
    Draft body = Draft.v1(WORLD);
    EntryDraft unread = body.entry1();
    unread.kind = "rpm";
    body.entries.add(unread);
    refused(body.check(), SigstoreReason.LOG_ENTRY_UNSUPPORTED);
  }

  @Test
  void R17_kindsAndHashesThatAreNotRead_areRefused() {
    Draft intoto = Draft.v1(WORLD).statement();
    intoto.first().kind = "intoto";
    refused(intoto.check(), SigstoreReason.LOG_ENTRY_UNSUPPORTED);
    Draft two = Draft.v1(WORLD).statement();
    two.first().body =
        text -> text.replace("\"signatures\":[", "\"signatures\":[{\"signature\":\"AAAA\"},");
    refused(two.check(), SigstoreReason.LOG_ENTRY_MISMATCH);
    Draft none = Draft.v1(WORLD).statement();
    none.first().body = text -> text.replaceAll("\"signatures\":\\[.*\\]", "\"signatures\":[]");
    refused(none.check(), SigstoreReason.LOG_ENTRY_MISMATCH);
    for (String hash : new String[] {"sha512", "sha1", "md5", "SHA256", ""}) {
      Draft other = Draft.v1(WORLD).statement();
      other.first().body = text -> text.replace("\"sha256\"", "\"" + hash + "\"");
      refused(other.check(), SigstoreReason.LOG_ENTRY_UNSUPPORTED);
    }
    for (String hash : new String[] {"sha1", "md5", "SHA256", ""}) {
      refused(
          body(text -> text.replace("\"sha256\"", "\"" + hash + "\"")).check(),
          SigstoreReason.LOG_ENTRY_UNSUPPORTED);
    }
  }

  @Test
  void R18_pemOfTheBody_isComparedByItsContent() {
    Draft draft = Draft.v1(WORLD);
    String pem = Pem.encode("CERTIFICATE", draft.certificate());
    String one = World.base64(pem.getBytes(UTF_8));
    for (String other :
        new String[] {pem.replace("\n", "\r\n"), "leading text\n" + pem, pem + "\n"}) {
      draft.first().body = text -> text.replace(one, World.base64(other.getBytes(UTF_8)));
      accepted(draft.check());
    }
    for (String other :
        new String[] {
          pem + pem, "", "x", pem.replace("CERTIFICATE", "X509 CRL"), pem.substring(0, 100)
        }) {
      draft.first().body = text -> text.replace(one, World.base64(other.getBytes(UTF_8)));
      refused(draft.check(), SigstoreReason.MALFORMED);
    }
  }

  // Rekor v2

  @Test
  void V01_noProof_isRefused() {
    Draft draft = Draft.v2(WORLD);
    draft.first().proof = false;
    refused(draft.check(), SigstoreReason.PROOF_MISSING);
    draft.mediaType = "application/vnd.dev.sigstore.bundle+json;version=0.1";
    refused(draft.check(), SigstoreReason.PROOF_MISSING);
  }

  @Test
  void V02_noTimestamp_isRefused() {
    Draft draft = Draft.v2(WORLD);
    draft.stamps.clear();
    refused(draft.check(), SigstoreReason.TIME_MISSING);
    draft.first().time = World.SIGNED;
    refused(draft.check(), SigstoreReason.TIME_MISSING);
    draft.first().promise = true;
    refused(draft.check(), SigstoreReason.PROMISE_INVALID);
  }

  @Test
  void V03_entryOverThePayloadOrAnotherEnvelope_isRefused() {
    Draft draft = Draft.v2(WORLD).statement();
    String right = World.base64(Sha256.of(draft.signed()));
    String payload = World.base64(Sha256.of(draft.payload.getBytes(UTF_8)));
    draft.first().body = text -> text.replace(right, payload);
    refused(draft.check(), SigstoreReason.LOG_ENTRY_MISMATCH);
    Draft again = Draft.v2(WORLD).statement();
    Draft other = Draft.v2(WORLD).statement(again.payload.replace("\"artifact\"", "\"b.jar\""));
    other.key = again.key;
    other.certificate = again.certificate();
    refused(changed(again, entryOf(other)), SigstoreReason.LOG_ENTRY_MISMATCH);
    Draft signature = Draft.v2(WORLD).statement();
    signature.key = again.key;
    signature.certificate = again.certificate();
    refused(changed(again, entryOf(signature)), SigstoreReason.LOG_ENTRY_MISMATCH);
    Draft dsse = Draft.v2(WORLD).statement();
    dsse.first().kind = "dsse";
    dsse.first().body =
        text ->
            text.replace(
                World.base64(Sha256.of(dsse.payload.getBytes(UTF_8))),
                World.base64(Sha256.of(dsse.signed())));
    refused(dsse.check(), SigstoreReason.LOG_ENTRY_MISMATCH);
  }

  @Test
  void V04_digestOfTheEntry_isTheKeysKind() {
    Draft wrong =
        Draft.v2(WORLD)
            .key(
                World.ec("secp256r1"),
                "SHA512withECDSA",
                DigestAlgorithm.SHA_512,
                "PKIX_ECDSA_P256_SHA_256");
    refused(wrong.check(), SigstoreReason.LOG_ENTRY_MISMATCH);
    for (String details :
        new String[] {
          "PKIX_ECDSA_P384_SHA_384", "PKIX_ED25519_PH", "PKIX_RSA_PKCS1V15_2048_SHA256"
        }) {
      Draft draft = Draft.v2(WORLD);
      draft.keyDetails = details;
      refused(draft.check(), SigstoreReason.LOG_ENTRY_MISMATCH);
    }
    Draft unknown = Draft.v2(WORLD);
    unknown.keyDetails = "ML_DSA_65";
    refused(unknown.check(), SigstoreReason.LOG_ENTRY_UNSUPPORTED);
    Draft cut = Draft.v2(WORLD);
    cut.first().body =
        text ->
            text.replace(
                World.base64(Sha256.of(Draft.ARTIFACT)),
                World.base64(java.util.Arrays.copyOf(Sha256.of(Draft.ARTIFACT), 31)));
    refused(cut.check(), SigstoreReason.LOG_ENTRY_MISMATCH);
  }

  @Test
  void V05_verifierOfTheEntry_isTheBundles() {
    Draft draft = Draft.v2(WORLD);
    Draft keyed = Draft.v2(WORLD);
    keyed.key = draft.key;
    keyed.signature = draft.signature();
    keyed.certified = false;
    refused(changed(draft, entryOf(keyed)), SigstoreReason.LOG_ENTRY_MISMATCH);
    SigstoreVerifier byKey =
        SigstoreVerifier.of(WORLD.trusted(), KeyPolicy.of(draft.key.getPublic()));
    accepted(keyed.check(byKey));
    Map<String, Object> swapped = keyed.build();
    entryOf(draft).accept(swapped);
    refused(
        byKey.check(JsonTree.write(swapped).getBytes(UTF_8), Draft.ARTIFACT),
        SigstoreReason.LOG_ENTRY_MISMATCH);
    Draft otherLeaf = Draft.v2(WORLD);
    otherLeaf.key = draft.key;
    otherLeaf.signature = draft.signature();
    otherLeaf.leaf.to = World.SIGNED.plusSeconds(200);
    refused(changed(draft, entryOf(otherLeaf)), SigstoreReason.LOG_ENTRY_MISMATCH);
    Draft both = Draft.v2(WORLD);
    both.first().body =
        text ->
            text.replace(
                "\"x509Certificate\"", "\"publicKey\":{\"rawBytes\":\"AAAA\"},\"x509Certificate\"");
    refused(both.check(), SigstoreReason.MALFORMED);
  }

  @Test
  void V06_logWithoutAddress_cantBeChecked() {
    refused(
        byRoot(Draft.v1(WORLD), r -> at(r, "tlogs", 0).remove("baseUrl")),
        SigstoreReason.CHECKPOINT_INVALID);
    refused(
        byRoot(Draft.v2(WORLD), r -> at(r, "tlogs", 1).remove("baseUrl")),
        SigstoreReason.ROOT_MALFORMED);
  }

  @Test
  void V07_versionsThatDiffer_areRefused() {
    refused(
        changed(Draft.v2(WORLD), entry(e -> at(e, "kindVersion").put("version", "0.0.1"))),
        SigstoreReason.LOG_ENTRY_MISMATCH);
    Draft draft = Draft.v2(WORLD);
    draft.first().body =
        text -> text.replace("\"apiVersion\":\"0.0.2\"", "\"apiVersion\":\"0.0.1\"");
    draft.first().json = e -> at(e, "kindVersion").put("version", "0.0.1");
    refused(draft.check(), SigstoreReason.MALFORMED);
  }
}
