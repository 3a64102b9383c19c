package io.bartizan.testkit.sigstore;

import static io.bartizan.testkit.json.JsonTree.at;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.bartizan.testkit.json.JsonTree;
import io.bartizan.testkit.sigstore.draft.BundleDraft;
import io.bartizan.testkit.sigstore.draft.EntryDraft;
import io.bartizan.testkit.sigstore.draft.Instance;
import io.bartizan.testkit.sigstore.draft.Leaf;
import io.bartizan.testkit.sigstore.draft.Stamp;
import io.bartizan.testkit.sigstore.draft.Tree;
import java.security.KeyPair;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;

/** The steps by which a good bundle becomes a bad one. */
final class Spoilers {

  static final String EVIL = "https://evil.example/";
  static final long DAY = 86_400;

  private Spoilers() {}

  static KeyPair stranger() {
    return Instance.ec("secp256r1");
  }

  static void validity(BundleDraft draft, long fromSeconds, long toSeconds) {
    draft.leaf.from = draft.signedAt.plusSeconds(fromSeconds);
    draft.leaf.to = draft.signedAt.plusSeconds(toSeconds);
  }

  static void otherAuthority(BundleDraft draft) {
    issuedBy(draft.leaf, stranger());
  }

  static void selfSigned(BundleDraft draft) {
    draft.leaf.issuerName = "CN=self";
    draft.leaf.subjectName = "CN=self";
    issuedBy(draft.leaf, draft.key);
  }

  static void issuedBy(Leaf leaf, KeyPair key) {
    leaf.issuerKey = key.getPrivate();
    leaf.issuerPublic = key.getPublic();
  }

  static void weakKey(BundleDraft draft) {
    draft.key = Instance.rsa(1024);
    draft.signedWith = "SHA256withRSA";
  }

  /** Another subject of the same kind, and no field that would contradict it. */
  static void subject(BundleDraft draft, UnaryOperator<String> change) {
    GeneralName name = name(draft.leaf);
    renamed(draft.leaf, new GeneralName(name.getTagNo(), change.apply(name.getName().toString())));
  }

  static String anotherSubject(String subject) {
    return subject.contains("://") ? EVIL + "release" : "eve@evil.example";
  }

  static String prefixed(String subject) {
    return subject.contains("://") ? EVIL + subject : "eve." + subject;
  }

  static void otherKindOfSubject(BundleDraft draft) {
    String text = name(draft.leaf).getName().toString();
    renamed(
        draft.leaf,
        name(draft.leaf).getTagNo() == GeneralName.rfc822Name
            ? new GeneralName(GeneralName.uniformResourceIdentifier, "mailto:" + text)
            : new GeneralName(GeneralName.rfc822Name, text));
  }

  static void secondSubject(BundleDraft draft) {
    draft.leaf.names(
        name(draft.leaf), new GeneralName(GeneralName.uniformResourceIdentifier, EVIL));
  }

  static void renamed(Leaf leaf, GeneralName name) {
    leaf.extensions.keySet().removeIf(oid -> !leaf.isIssuer(oid));
    leaf.names(name);
  }

  static GeneralName name(Leaf leaf) {
    return Objects.requireNonNull(leaf.names, "no subject").get(0);
  }

  static void sctOfUnknownLog(BundleDraft draft) {
    draft.leaf.scts.set(0, new Leaf.Sct(stranger(), draft.signedAt.minusSeconds(299)));
  }

  static void sctOfAnotherCertificate(BundleDraft draft) {
    draft.leaf.sctList = draft.leaf.sctListOf(stranger().getPublic());
  }

  /** A genuine entry of a bundle that differs from this one by a change. */
  static void entryOf(BundleDraft draft, Consumer<BundleDraft> change) {
    Map<String, Object> entry = another(draft, change);
    draft.first().json =
        json -> {
          json.clear();
          json.putAll(entry);
        };
  }

  /** The inclusion proof of another entry of the same log. */
  static void proofOfAnotherEntry(BundleDraft draft) {
    Object proof = another(draft, other -> wholly(other, "another")).get("inclusionProof");
    draft.first().json = json -> json.put("inclusionProof", Objects.requireNonNull(proof));
  }

  /** A genuine entry of a bundle that differs from this one by a change. */
  static Map<String, Object> another(BundleDraft draft, Consumer<BundleDraft> change) {
    BundleDraft other = new BundleDraft(draft.instance, draft.signedAt, draft.content);
    other.payload = draft.payload;
    other.key = draft.key;
    other.certificate = draft.certificate();
    change.accept(other);
    EntryDraft entry = draft.first().v2 ? other.entry2() : other.entry1();
    entry.kind = draft.first().kind;
    return entry.build(other);
  }

  static void signedByAnother(BundleDraft other) {
    other.key = stranger();
    other.certificate = new Leaf(other.instance, other.signedAt).issue(other.key.getPublic());
  }

  static void unknownLog(BundleDraft draft) {
    EntryDraft entry = draft.first();
    entry.logKey = stranger();
    entry.host = "rekor.evil.example";
    entry.origin = entry.host + " - 1";
    entry.hint = Arrays.copyOf(Instance.sha256(entry.logKey.getPublic().getEncoded()), 4);
  }

  static void inEntry(BundleDraft draft, String name, String value) {
    draft.first().json = json -> json.put(name, value);
  }

  static void inProof(BundleDraft draft, Consumer<Map<String, Object>> change) {
    draft.first().json = json -> change.accept(at(json, "inclusionProof"));
  }

  static void firstHash(Map<String, Object> proof) {
    JsonTree.list(proof, "hashes").set(0, Instance.base64(new byte[32]));
  }

  static void anyPurpose(BundleDraft draft) {
    draft.leaf.purposes = new KeyPurposeId[] {KeyPurposeId.anyExtendedKeyUsage};
  }

  static void entryVersion(BundleDraft draft) {
    String version = draft.first().v2 ? "0.0.1" : "0.0.2";
    draft.first().json = json -> at(json, "kindVersion").put("version", version);
  }

  static void proofTooShort(BundleDraft draft) {
    inProof(draft, proof -> JsonTree.list(proof, "hashes").remove(0));
  }

  static void proofTooLong(BundleDraft draft) {
    inProof(draft, proof -> JsonTree.list(proof, "hashes").add(Instance.base64(new byte[32])));
  }

  static void proofOutside(BundleDraft draft) {
    inProof(draft, proof -> proof.put("logIndex", "7"));
  }

  static void checkpointSize(BundleDraft draft) {
    draft.first().signedCheckpoint = text -> text.replace("\n7\n", "\n8\n");
  }

  static void otherHint(BundleDraft draft) {
    draft.first().hint = new byte[4];
  }

  static void byWitness(BundleDraft draft) {
    draft.first().signerName = "witness.example";
  }

  static void stampWithoutToken(BundleDraft draft) {
    stamp(draft, stamp -> stamp.token = false);
  }

  static void stampNamesNobody(BundleDraft draft) {
    stamp(draft, stamp -> stamp.signingCertificate = false);
  }

  static void stampOfNoDigest(BundleDraft draft) {
    stamp(draft, stamp -> stamp.messageDigest = false);
  }

  static void stampTooInexact(BundleDraft draft) {
    stamp(draft, stamp -> stamp.accuracy = Stamp.seconds(61));
  }

  static void zeroBefore(BundleDraft draft) {
    inEntry(draft, "logIndex", "01000");
  }

  static void noSct(BundleDraft draft) {
    draft.leaf.scts.clear();
  }

  static void checkpointOrigin(BundleDraft draft) {
    draft.first().origin = "rekor.evil.example - 1";
  }

  static void checkpointUnsigned(BundleDraft draft) {
    draft.first().note = text -> text.substring(0, text.indexOf("\n\n") + 2);
  }

  static void checkpointByStranger(BundleDraft draft) {
    draft.first().checkpointKey = stranger();
  }

  static void proofChanged(BundleDraft draft) {
    inProof(draft, Spoilers::firstHash);
  }

  static void mayNotSign(BundleDraft draft) {
    draft.leaf.usage = KeyUsage.keyAgreement;
  }

  static void byKey(BundleDraft draft) {
    draft.certified = false;
  }

  static void proofBeside(BundleDraft draft) {
    inProof(draft, proof -> proof.put("logIndex", "4"));
  }

  static void stampOfOther(BundleDraft draft) {
    stamp(draft, stamp -> stamp.over = "another".getBytes(UTF_8));
  }

  static void stampOverSha1(BundleDraft draft) {
    stamp(
        draft,
        stamp -> {
          stamp.imprintHash = "SHA-1";
          stamp.imprintOid = "1.3.14.3.2.26";
        });
  }

  static String keyToo(String json) {
    return json.replace(
        "\"verificationMaterial\":{", "\"verificationMaterial\":{\"publicKey\":{\"hint\":\"x\"},");
  }

  static String otherRootHash(String checkpoint) {
    List<String> lines = new ArrayList<>(checkpoint.lines().toList());
    lines.set(2, Instance.base64(Tree.around(new byte[0], 0, 1).root()));
    return String.join("\n", lines) + "\n";
  }

  @CanIgnoreReturnValue
  static EntryDraft rekor2(BundleDraft draft) {
    draft.entries.set(0, draft.entry2());
    return draft.first();
  }

  static void stamp(BundleDraft draft, Consumer<Stamp> change) {
    draft.stamps.set(0, change);
  }

  static void stampOfUnknownAuthority(BundleDraft draft) {
    Instance other = new Instance(draft.instance.start);
    rekor2(draft);
    stamp(
        draft,
        stamp -> {
          stamp.key = other.tsaKey.getPrivate();
          stamp.certificate = other.tsa;
          stamp.named = other.tsa;
          stamp.embedded.add(other.tsa);
        });
  }

  static Instant dayBefore(BundleDraft draft) {
    return draft.signedAt.minusSeconds(DAY);
  }

  /** Another artifact, and a statement about that one if there is a statement. */
  static void wholly(BundleDraft draft, String artifact) {
    String before = hex(draft.content);
    draft.content = artifact.getBytes(UTF_8);
    if (draft.payload != null) {
      draft.payload = draft.payload.replace(before, hex(draft.content));
    }
  }

  private static String hex(byte[] content) {
    return HexFormat.of().formatHex(Instance.sha256(content));
  }

  static byte[] over(BundleDraft draft, KeyPair key, byte[] content) {
    return Instance.sign(draft.signedWith, key.getPrivate(), content);
  }
}
