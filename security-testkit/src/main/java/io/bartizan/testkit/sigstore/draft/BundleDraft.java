package io.bartizan.testkit.sigstore.draft;

import static io.bartizan.testkit.json.JsonTree.array;
import static io.bartizan.testkit.json.JsonTree.object;
import static io.bartizan.testkit.sigstore.draft.Instance.base64;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.bartizan.testkit.json.JsonTree;
import java.security.KeyPair;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A bundle to be made, good once it has a log entry, unless a field is changed. */
public class BundleDraft {

  public static final String VERSION_3 = "application/vnd.dev.sigstore.bundle.v0.3+json";

  public final Instance instance;
  public final Instant signedAt;
  public String mediaType = VERSION_3;
  public byte[] content;
  public @Nullable String payload;
  public String payloadType = "application/vnd.in-toto+json";
  public KeyPair key = Instance.ec("secp256r1");
  public String signedWith = "SHA256withECDSA";
  public int hashBits = 256;
  public String keyDetails = "PKIX_ECDSA_P256_SHA_256";
  public boolean certified = true;
  public boolean chain;
  public final List<byte[]> issuers = new ArrayList<>();
  public Leaf leaf;
  public byte @Nullable [] certificate;
  public byte @Nullable [] signature;
  public Consumer<Map<String, Object>> members = bundle -> {};
  public UnaryOperator<String> text = json -> json;

  public final List<EntryDraft> entries = new ArrayList<>();
  public final List<Consumer<Stamp>> stamps = new ArrayList<>();

  /**
   * A bundle without log entry and timestamp.
   *
   * @param instance whose authorities and logs make it
   * @param signedAt when the signature is made, whole seconds
   * @param content the artifact
   */
  public BundleDraft(Instance instance, Instant signedAt, byte[] content) {
    this.instance = instance;
    this.signedAt = signedAt;
    this.content = content;
    this.leaf = new Leaf(instance, signedAt);
  }

  /** A further entry of Rekor v1: a promise and a proof. */
  public EntryDraft entry1() {
    EntryDraft entry = EntryDraft.rekor1(instance, signedAt);
    entry.kind = payload == null ? "hashedrekord" : "dsse";
    return entry;
  }

  /** A further entry of Rekor v2: a proof. */
  public EntryDraft entry2() {
    return EntryDraft.rekor2(instance);
  }

  public EntryDraft first() {
    return entries.get(0);
  }

  /** Another entry, of the first one's kind of log, beside the first one's place. */
  public EntryDraft beside() {
    EntryDraft entry = first().v2 ? entry2() : entry1();
    entry.index = first().index + 1;
    entry.globalIndex = first().globalIndex + 1;
    return entry;
  }

  /** Signs a statement instead of the artifact. */
  @CanIgnoreReturnValue
  public BundleDraft statement(String json) {
    payload = json;
    entries.stream().filter(each -> !each.v2).forEach(each -> each.kind = "dsse");
    return this;
  }

  /** A statement whose one subject is the content, under the name {@code artifact}. */
  public String aboutArtifact(String predicateType, String predicate) {
    return "{\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":"
        + JsonTree.write(
            array(
                object(
                    "name",
                    "artifact",
                    "digest",
                    object("sha256", HexFormat.of().formatHex(Instance.sha256(content))))))
        + ",\"predicateType\":"
        + JsonTree.write(predicateType)
        + ",\"predicate\":"
        + predicate
        + "}";
  }

  byte[] payloadBytes() {
    return Objects.requireNonNull(payload, "no statement").getBytes(UTF_8);
  }

  /** The bytes under the signature: the artifact, or the envelope as DSSE encodes it. */
  public byte[] signed() {
    if (payload == null) {
      return content;
    }
    byte[] body = payloadBytes();
    String head =
        "DSSEv1 "
            + payloadType.getBytes(UTF_8).length
            + " "
            + payloadType
            + " "
            + body.length
            + " ";
    return Tree.join(head.getBytes(UTF_8), body);
  }

  public byte[] certificate() {
    if (certificate == null) {
      certificate = leaf.issue(key.getPublic());
    }
    return certificate;
  }

  public byte[] signature() {
    if (signature == null) {
      signature = Instance.sign(signedWith, key.getPrivate(), signed());
    }
    return signature;
  }

  Map<String, Object> digest(byte[] bytes) {
    return object(
        "algorithm", "SHA2_" + hashBits, "digest", base64(Instance.hash("SHA-" + hashBits, bytes)));
  }

  /** The bundle, to be changed. */
  public Map<String, Object> build() {
    Map<String, Object> material = signer();
    material.put(
        "tlogEntries", new ArrayList<>(entries.stream().map(each -> each.build(this)).toList()));
    List<Object> times = new ArrayList<>();
    for (Consumer<Stamp> each : stamps) {
      Stamp stamp = new Stamp(instance, signature(), signedAt);
      each.accept(stamp);
      times.add(object("signedTimestamp", base64(stamp.make())));
    }
    material.put("timestampVerificationData", object("rfc3161Timestamps", times));
    Map<String, Object> bundle = object("mediaType", mediaType, "verificationMaterial", material);
    if (payload == null) {
      bundle.put(
          "messageSignature",
          object("messageDigest", digest(content), "signature", base64(signature())));
    } else {
      bundle.put(
          "dsseEnvelope",
          object(
              "payload",
              base64(payloadBytes()),
              "payloadType",
              payloadType,
              "signatures",
              array(object("sig", base64(signature()), "keyid", ""))));
    }
    members.accept(bundle);
    return bundle;
  }

  private Map<String, Object> signer() {
    if (!certified) {
      return object("publicKey", object("hint", "any"));
    }
    Map<String, Object> raw = object("rawBytes", base64(certificate()));
    if (!chain) {
      return object("certificate", raw);
    }
    List<Object> all = array(raw);
    issuers.forEach(each -> all.add(object("rawBytes", base64(each))));
    return object("x509CertificateChain", object("certificates", all));
  }

  public byte[] json() {
    return text.apply(JsonTree.write(build())).getBytes(UTF_8);
  }
}
