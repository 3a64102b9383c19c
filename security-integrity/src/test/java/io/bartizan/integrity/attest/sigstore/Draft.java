package io.bartizan.integrity.attest.sigstore;

import static io.bartizan.integrity.attest.sigstore.JsonTree.array;
import static io.bartizan.integrity.attest.sigstore.JsonTree.object;
import static io.bartizan.integrity.attest.sigstore.World.base64;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.bartizan.core.Checked;
import io.bartizan.core.Pem;
import io.bartizan.core.house.Sha256;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.artifact.DigestAlgorithm;
import java.security.KeyPair;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** A bundle to be made, good unless a field is changed. */
final class Draft {

  static final String PREDICATE = "https://slsa.dev/provenance/v1";
  static final byte[] ARTIFACT = "an artifact".getBytes(UTF_8);

  final World world;
  String mediaType = "application/vnd.dev.sigstore.bundle.v0.3+json";
  byte[] content = ARTIFACT;
  String payload;
  String payloadType = "application/vnd.in-toto+json";
  KeyPair key = World.ec("secp256r1");
  String signedWith = "SHA256withECDSA";
  DigestAlgorithm hash = DigestAlgorithm.SHA_256;
  String keyDetails = "PKIX_ECDSA_P256_SHA_256";
  boolean certified = true;
  boolean chain;
  Leaf leaf;
  byte[] certificate;
  byte[] signature;

  final List<Entry> entries = new ArrayList<>();
  final List<Consumer<Stamp>> stamps = new ArrayList<>();

  /** A log entry to be made. */
  static final class Entry {
    boolean v2;
    String kind = "hashedrekord";
    String version = "0.0.1";
    Instant time = World.SIGNED;
    long globalIndex = 1_000;
    boolean promise = true;
    boolean proof = true;
    boolean checkpoint = true;
    int index = 3;
    int size = 7;
    UnaryOperator<String> body = text -> text;
    UnaryOperator<String> promised = text -> text;
    UnaryOperator<String> signedCheckpoint = text -> text;
    UnaryOperator<String> note = text -> text;
    KeyPair logKey;
    String host;
    String origin;
    String signerName;
    byte[] hint;
    Consumer<Map<String, Object>> json = map -> {};
  }

  Draft(World world) {
    this.world = world;
    this.leaf = new Leaf(world);
  }

  /** Rekor v1: a promise and a proof. */
  static Draft v1(World world) {
    Draft draft = new Draft(world);
    draft.entries.add(draft.entry1());
    return draft;
  }

  /** Rekor v2: a proof and a timestamp. */
  static Draft v2(World world) {
    Draft draft = new Draft(world);
    draft.entries.add(draft.entry2());
    draft.stamps.add(stamp -> {});
    return draft;
  }

  Entry entry1() {
    Entry entry = new Entry();
    entry.logKey = world.rekorKey;
    entry.host = World.REKOR;
    entry.origin = World.REKOR + " - 1193050959916656506";
    entry.hint = Arrays.copyOf(world.rekorId(), 4);
    return entry;
  }

  Entry entry2() {
    Entry entry = new Entry();
    entry.v2 = true;
    entry.version = "0.0.2";
    entry.promise = false;
    entry.time = null;
    entry.logKey = world.rekor2Key;
    entry.host = World.REKOR2;
    entry.origin = World.REKOR2;
    entry.hint = Arrays.copyOf(world.rekor2Id(), 4);
    return entry;
  }

  @CanIgnoreReturnValue
  Draft statement() {
    return statement(
        "{\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":[{\"name\":\"app.jar\","
            + "\"digest\":{\"sha256\":\""
            + Digest.sha256Of(ARTIFACT).hex()
            + "\"}}],\"predicateType\":\""
            + PREDICATE
            + "\",\"predicate\":{\"buildType\":\"x\"}}");
  }

  @CanIgnoreReturnValue
  Draft statement(String text) {
    payload = text;
    entries.stream().filter(each -> !each.v2).forEach(each -> each.kind = "dsse");
    return this;
  }

  @CanIgnoreReturnValue
  Draft key(KeyPair pair, String algorithm, DigestAlgorithm with, String details) {
    key = pair;
    signedWith = algorithm;
    hash = with;
    keyDetails = details;
    return this;
  }

  Entry first() {
    return entries.get(0);
  }

  byte[] signed() {
    return payload == null
        ? content
        : new SignedContent.Envelope(payloadType, payload.getBytes(UTF_8), new byte[0])
            .preAuthenticationEncoding();
  }

  byte[] certificate() {
    if (certificate == null) {
      certificate = leaf.issue(key.getPublic());
    }
    return certificate;
  }

  byte[] signature() {
    if (signature == null) {
      signature = World.sign(signedWith, key.getPrivate(), signed());
    }
    return signature;
  }

  Map<String, Object> build() {
    Map<String, Object> material =
        !certified
            ? object("publicKey", object("hint", "any"))
            : chain
                ? object(
                    "x509CertificateChain",
                    object("certificates", array(object("rawBytes", base64(certificate())))))
                : object("certificate", object("rawBytes", base64(certificate())));
    material.put("tlogEntries", new ArrayList<>(entries.stream().map(this::entry).toList()));
    List<Object> times = new ArrayList<>();
    for (Consumer<Stamp> each : stamps) {
      Stamp stamp = new Stamp(world, signature());
      each.accept(stamp);
      times.add(object("signedTimestamp", base64(stamp.make())));
    }
    material.put("timestampVerificationData", object("rfc3161Timestamps", times));
    Map<String, Object> bundle = object("mediaType", mediaType, "verificationMaterial", material);
    if (payload == null) {
      bundle.put(
          "messageSignature",
          object(
              "messageDigest",
              object(
                  "algorithm",
                  "SHA2_" + hash.label().substring(3),
                  "digest",
                  base64(Digest.compute(hash, content).bytes())),
              "signature",
              base64(signature())));
    } else {
      bundle.put(
          "dsseEnvelope",
          object(
              "payload",
              base64(payload.getBytes(UTF_8)),
              "payloadType",
              payloadType,
              "signatures",
              array(object("sig", base64(signature()), "keyid", ""))));
    }
    return bundle;
  }

  byte[] json() {
    return JsonTree.write(build()).getBytes(UTF_8);
  }

  private String pem() {
    return certified
        ? Pem.encode("CERTIFICATE", certificate())
        : Pem.encode("PUBLIC KEY", key.getPublic().getEncoded());
  }

  private Object spec(Entry entry) {
    String type = entry.kind + " " + entry.version;
    Map<String, Object> verifier =
        certified
            ? object(
                "keyDetails",
                keyDetails,
                "x509Certificate",
                object("rawBytes", base64(certificate())))
            : object(
                "keyDetails",
                keyDetails,
                "publicKey",
                object("rawBytes", base64(key.getPublic().getEncoded())));
    String pem64 = base64(pem().getBytes(UTF_8));
    return switch (type) {
      case "hashedrekord 0.0.1" ->
          object(
              "data",
              object("hash", hex(hash, signed())),
              "signature",
              object("content", base64(signature()), "publicKey", object("content", pem64)));
      case "dsse 0.0.1" ->
          object(
              "envelopeHash",
              hex(DigestAlgorithm.SHA_256, new byte[0]),
              "payloadHash",
              hex(DigestAlgorithm.SHA_256, payload.getBytes(UTF_8)),
              "signatures",
              array(object("signature", base64(signature()), "verifier", pem64)));
      case "intoto 0.0.2" ->
          object(
              "content",
              object(
                  "envelope",
                  object(
                      "payloadType",
                      payloadType,
                      "signatures",
                      array(
                          object(
                              "publicKey",
                              pem64,
                              "sig",
                              base64(base64(signature()).getBytes(UTF_8))))),
                  "hash",
                  hex(DigestAlgorithm.SHA_256, new byte[0]),
                  "payloadHash",
                  hex(DigestAlgorithm.SHA_256, payload.getBytes(UTF_8))));
      case "dsse 0.0.2" ->
          object(
              "dsseV002",
              object(
                  "payloadHash",
                  object(
                      "algorithm",
                      "SHA2_256",
                      "digest",
                      base64(Sha256.of(payload.getBytes(UTF_8)))),
                  "signatures",
                  array(object("content", base64(signature()), "verifier", verifier))));
      default ->
          object(
              "hashedRekordV002",
              object(
                  "data",
                  object(
                      "algorithm",
                      "SHA2_" + hash.label().substring(3),
                      "digest",
                      base64(Digest.compute(hash, signed()).bytes())),
                  "signature",
                  object("content", base64(signature()), "verifier", verifier)));
    };
  }

  private static Object hex(DigestAlgorithm algorithm, byte[] content) {
    return object(
        "algorithm", algorithm.label(), "value", Digest.compute(algorithm, content).hex());
  }

  private Map<String, Object> entry(Entry entry) {
    String text =
        entry.body.apply(
            JsonTree.write(
                object("apiVersion", entry.version, "kind", entry.kind, "spec", spec(entry))));
    byte[] body = text.getBytes(UTF_8);
    byte[] id =
        entry.v2
            ? World.noteId(entry.host, entry.logKey.getPublic())
            : Sha256.of(entry.logKey.getPublic().getEncoded());
    Map<String, Object> json =
        object(
            "logIndex",
            Long.toString(entry.v2 ? entry.index : entry.globalIndex),
            "logId",
            object("keyId", base64(id)),
            "kindVersion",
            object("kind", entry.kind, "version", entry.version),
            "integratedTime",
            entry.time == null ? null : Long.toString(entry.time.getEpochSecond()),
            "canonicalizedBody",
            base64(body));
    if (entry.promise) {
      String promised =
          entry.promised.apply(
              "{\"body\":\""
                  + base64(body)
                  + "\",\"integratedTime\":"
                  + entry.time.getEpochSecond()
                  + ",\"logID\":\""
                  + HexFormat.of().formatHex(id)
                  + "\",\"logIndex\":"
                  + entry.globalIndex
                  + "}");
      json.put(
          "inclusionPromise",
          object(
              "signedEntryTimestamp",
              base64(World.sign(entry.logKey.getPrivate(), promised.getBytes(UTF_8)))));
    }
    if (entry.proof) {
      json.put("inclusionProof", proof(entry, body));
    }
    entry.json.accept(json);
    return json;
  }

  private Map<String, Object> proof(Entry entry, byte[] body) {
    Tree tree = Tree.around(body, entry.index, entry.size);
    Map<String, Object> proof =
        object(
            "logIndex",
            Integer.toString(entry.index),
            "rootHash",
            base64(tree.root()),
            "treeSize",
            Integer.toString(entry.size),
            "hashes",
            array(tree.path(entry.index).stream().map(World::base64).toArray()));
    if (entry.checkpoint) {
      String signed =
          entry.signedCheckpoint.apply(
              entry.origin + "\n" + entry.size + "\n" + base64(tree.root()) + "\n");
      String line =
          noteLine(
              entry.signerName == null ? entry.host : entry.signerName,
              entry.hint,
              World.sign(entry.logKey.getPrivate(), signed.getBytes(UTF_8)));
      proof.put("checkpoint", object("envelope", entry.note.apply(signed + "\n" + line)));
    }
    return proof;
  }

  static String noteLine(String name, byte[] hint, byte[] signature) {
    return "\u2014 " + name + " " + base64(Tree.join(hint, signature)) + "\n";
  }

  // Verification

  static IdentityPolicy policy() {
    return IdentityPolicy.of(Leaf.ISSUER, SignerSubject.uri(Leaf.SUBJECT));
  }

  SigstoreVerifier verifier() {
    return SigstoreVerifier.of(world.trusted(), policy());
  }

  Checked<?> check() {
    return check(verifier());
  }

  Checked<?> check(SigstoreVerifier verifier) {
    return check(verifier, json());
  }

  Checked<?> check(SigstoreVerifier verifier, byte[] bundle) {
    return payload == null
        ? verifier.check(bundle, content)
        : verifier.checkStatement(bundle, Digest.sha256Of(ARTIFACT), PREDICATE);
  }
}
