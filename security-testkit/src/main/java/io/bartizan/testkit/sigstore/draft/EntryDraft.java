package io.bartizan.testkit.sigstore.draft;

import static io.bartizan.testkit.json.JsonTree.array;
import static io.bartizan.testkit.json.JsonTree.object;
import static io.bartizan.testkit.sigstore.draft.Instance.base64;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.bartizan.testkit.json.JsonTree;
import java.security.KeyPair;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A log entry to be made, good unless a field is changed. */
public final class EntryDraft {

  public final boolean v2;
  public String kind = "hashedrekord";
  public String version;
  public @Nullable Instant time;
  public long globalIndex = 1_000;
  public boolean promise;
  public boolean proof = true;
  public boolean checkpoint = true;
  public int index = 3;
  public int size = 7;
  public boolean leafPrefix = true;
  public UnaryOperator<String> body = text -> text;
  public UnaryOperator<String> promised = text -> text;
  public UnaryOperator<String> signedCheckpoint = text -> text;
  public UnaryOperator<String> note = text -> text;
  public KeyPair logKey;
  public @Nullable KeyPair promiseKey;
  public @Nullable KeyPair checkpointKey;
  public String host;
  public String origin;
  public @Nullable String signerName;
  public byte[] hint;
  public Consumer<Map<String, Object>> json = map -> {};

  private EntryDraft(
      boolean v2, @Nullable Instant time, KeyPair logKey, String host, String origin, byte[] id) {
    this.v2 = v2;
    this.version = v2 ? "0.0.2" : "0.0.1";
    this.time = time;
    this.promise = !v2;
    this.logKey = logKey;
    this.host = host;
    this.origin = origin;
    this.hint = Arrays.copyOf(id, 4);
  }

  static EntryDraft rekor1(Instance instance, Instant signed) {
    return new EntryDraft(
        false,
        signed,
        instance.rekorKey,
        Instance.REKOR,
        Instance.REKOR + " - 1193050959916656506",
        instance.rekorId());
  }

  static EntryDraft rekor2(Instance instance) {
    return new EntryDraft(
        true, null, instance.rekor2Key, Instance.REKOR2, Instance.REKOR2, instance.rekor2Id());
  }

  /** The entry as a bundle holds it. */
  public Map<String, Object> build(BundleDraft draft) {
    String text =
        this.body.apply(
            JsonTree.write(
                object("apiVersion", version, "kind", kind, "spec", EntrySpec.of(this, draft))));
    byte[] body = text.getBytes(UTF_8);
    byte[] id =
        v2
            ? Instance.noteId(host, logKey.getPublic())
            : Instance.sha256(logKey.getPublic().getEncoded());
    Map<String, Object> entry =
        object(
            "logIndex",
            Long.toString(v2 ? index : globalIndex),
            "logId",
            object("keyId", base64(id)),
            "kindVersion",
            object("kind", kind, "version", version),
            "integratedTime",
            time == null ? null : Long.toString(time.getEpochSecond()),
            "canonicalizedBody",
            base64(body));
    if (promise) {
      entry.put("inclusionPromise", promise(base64(body), HexFormat.of().formatHex(id)));
    }
    if (proof) {
      entry.put("inclusionProof", proof(body));
    }
    json.accept(entry);
    return entry;
  }

  private Map<String, Object> promise(String body, String id) {
    String text =
        promised.apply(
            "{\"body\":\""
                + body
                + "\",\"integratedTime\":"
                + Objects.requireNonNull(time, "a promise has a time").getEpochSecond()
                + ",\"logID\":\""
                + id
                + "\",\"logIndex\":"
                + globalIndex
                + "}");
    return object("signedEntryTimestamp", base64(signed(promiseKey, text)));
  }

  private byte[] signed(@Nullable KeyPair key, String text) {
    return Instance.sign((key == null ? logKey : key).getPrivate(), text.getBytes(UTF_8));
  }

  private Map<String, Object> proof(byte[] body) {
    Tree tree = Tree.around(body, index, size);
    tree.leafPrefix = leafPrefix;
    Map<String, Object> proof =
        object(
            "logIndex",
            Integer.toString(index),
            "rootHash",
            base64(tree.root()),
            "treeSize",
            Integer.toString(size),
            "hashes",
            array(tree.path(index).stream().map(Instance::base64).toArray()));
    if (checkpoint) {
      String text =
          signedCheckpoint.apply(origin + "\n" + size + "\n" + base64(tree.root()) + "\n");
      String line =
          noteLine(signerName == null ? host : signerName, hint, signed(checkpointKey, text));
      proof.put("checkpoint", object("envelope", note.apply(text + "\n" + line)));
    }
    return proof;
  }

  /** A signature's line of a checkpoint. */
  public static String noteLine(String name, byte[] hint, byte[] signature) {
    return "\u2014 " + name + " " + base64(Tree.join(hint, signature)) + "\n";
  }
}
