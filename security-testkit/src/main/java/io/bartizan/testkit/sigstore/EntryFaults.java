package io.bartizan.testkit.sigstore;

import static io.bartizan.testkit.json.JsonTree.at;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.bartizan.testkit.sigstore.draft.BundleDraft;
import io.bartizan.testkit.sigstore.draft.EntryDraft;
import io.bartizan.testkit.sigstore.draft.Instance;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Faults of log entries: what they are about, their bodies, promises and times. */
final class EntryFaults {

  private static final int TOO_MANY_VALUES = 2_000;

  private EntryFaults() {}

  private static String text(Map<String, Object> json, String name) {
    return String.valueOf(json.get(name));
  }

  private static void replace(EntryDraft entry, Map<String, Object> by) {
    entry.json =
        json -> {
          json.clear();
          json.putAll(by);
        };
  }

  /** The same key and signature in a certificate that ends a second later. */
  static void ofAnotherCertificate(BundleDraft draft) {
    byte[] ours = draft.certificate();
    Instant end = draft.leaf.to;
    draft.leaf.to = end.plusSeconds(1);
    byte[] other = draft.leaf.issue(draft.key.getPublic());
    draft.leaf.to = end;
    draft.certificate = ours;
    Spoilers.entryOf(
        draft,
        changed -> {
          changed.certificate = other;
          changed.signature = draft.signature();
        });
  }

  static void ofAKey(BundleDraft draft) {
    Spoilers.entryOf(
        draft,
        changed -> {
          changed.certified = false;
          changed.signature = draft.signature();
        });
  }

  /** Of Rekor v1: the kind for artifacts where a statement is, or the reverse. */
  static void ofAnotherKind(BundleDraft draft) {
    BundleDraft other = new BundleDraft(draft.instance, draft.signedAt, draft.content);
    other.key = draft.key;
    other.certificate = draft.certificate();
    other.payload =
        draft.payload == null ? draft.aboutArtifact("https://example.com/built/v1", "{}") : null;
    replace(draft.first(), other.entry1().build(other));
  }

  static void saysAnotherKind(BundleDraft draft) {
    draft.first().json = json -> at(json, "kindVersion").put("kind", "rekord");
  }

  static void ofUnknownKind(BundleDraft draft) {
    draft.first().kind = "rekord";
  }

  static void ofUnknownVersion(BundleDraft draft) {
    draft.first().version = "0.0.9";
  }

  static void bodyMemberTwice(BundleDraft draft) {
    draft.first().body = text -> text.replaceFirst("\\{", "{\"kind\":\"rekord\",");
  }

  static void bodyTextAfter(BundleDraft draft) {
    draft.first().body = text -> text + "{}";
  }

  static void bodyInOtherCase(BundleDraft draft) {
    draft.first().body = text -> text.replace("\"spec\"", "\"Spec\"");
  }

  static void bodyTooLarge(BundleDraft draft) {
    String values = "0,".repeat(TOO_MANY_VALUES) + "0";
    draft.first().body = text -> text.replaceFirst("\\{", "{\"further\":[" + values + "],");
  }

  /** The same members with a blank before them, which is not what the log has. */
  static void bodyWrittenAnew(BundleDraft draft) {
    draft.first().json =
        json -> {
          byte[] body = Base64.getDecoder().decode(text(json, "canonicalizedBody"));
          json.put(
              "canonicalizedBody",
              Instance.base64((" " + new String(body, UTF_8)).getBytes(UTF_8)));
        };
  }

  static void withoutBody(BundleDraft draft) {
    draft.first().json = json -> json.remove("canonicalizedBody");
  }

  static void withoutLog(BundleDraft draft) {
    draft.first().json = json -> json.remove("logId");
  }

  static void hashOfMd5(BundleDraft draft) {
    draft.first().body = text -> text.replaceAll("sha256|SHA2_256", "md5");
  }

  static void hashCut(BundleDraft draft) {
    draft.first().body =
        text ->
            text.replaceAll("(\"value\":\"[0-9a-f]{8})[0-9a-f]+", "$1")
                .replaceAll("(\"digest\":\")[^\"]+", "$1AAAAAA==");
  }

  static void index(BundleDraft draft, UnaryOperator<String> change) {
    draft.first().json = json -> json.compute("logIndex", (name, old) -> change.apply("" + old));
  }

  static void indexAsFraction(BundleDraft draft) {
    draft.first().json =
        json -> json.compute("logIndex", (name, old) -> Double.valueOf(old + ".5"));
  }

  static void indicesSwapped(BundleDraft draft) {
    draft.first().json =
        json -> {
          Map<String, Object> proof = at(json, "inclusionProof");
          String global = text(json, "logIndex");
          json.put("logIndex", text(proof, "logIndex"));
          proof.put("logIndex", global);
        };
  }

  static void indexOfAnotherPlace(BundleDraft draft) {
    Spoilers.rekor2(draft).json = json -> json.put("logIndex", "4");
  }

  static void secondOfAnotherArtifact(BundleDraft draft) {
    EntryDraft second = draft.beside();
    Map<String, Object> other =
        Spoilers.another(draft, changed -> Spoilers.wholly(changed, "another"));
    replace(second, other);
    draft.entries.add(second);
  }

  static void secondByAnotherKey(BundleDraft draft) {
    EntryDraft second = draft.beside();
    second.checkpointKey = Spoilers.stranger();
    draft.entries.add(second);
  }

  static void tooMany(BundleDraft draft) {
    while (draft.entries.size() <= FormFaults.MOST) {
      draft.entries.add(draft.beside());
    }
  }

  static void promiseOfAnotherLog(BundleDraft draft) {
    draft.first().promised =
        text -> text.replaceFirst("\"logID\":\"..", "\"logID\":\"" + otherByte(text));
  }

  private static String otherByte(String text) {
    return text.contains("\"logID\":\"00") ? "01" : "00";
  }

  static void promiseEmpty(BundleDraft draft) {
    draft.first().json = json -> at(json, "inclusionPromise").put("signedEntryTimestamp", "");
  }

  static void timeZero(BundleDraft draft) {
    draft.first().time = Instant.EPOCH;
  }

  static void timeNegative(BundleDraft draft) {
    draft.first().time = Instant.EPOCH.minusSeconds(1);
  }

  static void timeBeyondAll(BundleDraft draft) {
    String time = Long.toString(Long.MAX_VALUE);
    draft.first().promised = text -> text.replaceFirst("(Time\":)\\d+", "$1" + time);
    draft.first().json = json -> json.put("integratedTime", time);
  }

  static void timeBeforeTheLog(BundleDraft draft) {
    draft.first().time = draft.instance.start.minus(Duration.ofDays(1));
  }

  static void timeAfterCertificate(BundleDraft draft) {
    draft.first().time = draft.signedAt.plus(Duration.ofDays(1));
  }

  /** An entry of Rekor v2 whose key's kind hashes otherwise than it was signed. */
  static void hashOfAnotherKeyKind(BundleDraft draft) {
    draft.key = Instance.ec("secp384r1");
    draft.keyDetails = "PKIX_ECDSA_P384_SHA_384";
    Spoilers.rekor2(draft);
  }

  /** An artifact's signature by Ed25519 is over its digest, an envelope's over the whole. */
  static void ed25519OfTheOtherForm(BundleDraft draft) {
    draft.key = Instance.ed25519();
    draft.signedWith = "Ed25519";
    draft.hashBits = 512;
    draft.keyDetails = draft.payload == null ? "PKIX_ED25519" : "PKIX_ED25519_PH";
    Spoilers.rekor2(draft);
  }

  static void unknownKeyKind(BundleDraft draft) {
    draft.keyDetails = "ML_DSA_65";
    Spoilers.rekor2(draft);
  }

  static void keyAndCertificate(BundleDraft draft) {
    Spoilers.rekor2(draft).body =
        text ->
            text.replace(
                "\"x509Certificate\"", "\"publicKey\":{\"rawBytes\":\"AAAA\"},\"x509Certificate\"");
  }

  static void promisedByRekor2(BundleDraft draft) {
    EntryDraft entry = Spoilers.rekor2(draft);
    entry.time = draft.signedAt;
    entry.globalIndex = entry.index;
    entry.promise = true;
  }
}
