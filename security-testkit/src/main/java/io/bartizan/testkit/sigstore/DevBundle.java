package io.bartizan.testkit.sigstore;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.bartizan.testkit.sigstore.draft.BundleDraft;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/** A Sigstore bundle that a {@link DevSigstore} made, good or forged, as text or bytes. */
public final class DevBundle {

  private final byte[] json;
  private final String kind;

  DevBundle(byte[] json, String kind) {
    this.json = json;
    this.kind = kind;
  }

  /**
   * The bundle as text.
   *
   * @return what a {@code .sigstore.json} file holds
   */
  public String json() {
    return new String(json, UTF_8);
  }

  /**
   * The bundle as verifiers read it.
   *
   * @return the UTF-8 bytes of {@link #json()}, a new array at each call
   */
  public byte[] bytes() {
    return json.clone();
  }

  /**
   * Writes the bundle.
   *
   * @param file where to
   * @throws IOException if it cannot be written
   */
  public void writeTo(Path file) throws IOException {
    Files.write(file, json);
  }

  /** What it is, not its text. */
  @Override
  public String toString() {
    return "DevBundle[" + kind + ", " + json.length + " bytes]";
  }

  /**
   * Options of a good bundle: log, proof of time, version and content. Each refused combination is
   * one that no sound verifier accepts. Not thread-safe.
   */
  public static final class Builder {

    private static final List<String> VERSIONS = List.of("0.1", "0.2", "0.3");

    private final DevSigstore sigstore;
    private final byte[] artifact;
    private final DevIdentity identity;
    private boolean v2;
    private boolean promise = true;
    private boolean timestamp;
    private boolean bothLogs;
    private boolean twice;
    private String version = "0.3";
    private String predicateType = "";
    private String predicate = "";

    Builder(DevSigstore sigstore, byte[] artifact, DevIdentity identity) {
      this.sigstore = sigstore;
      this.artifact = artifact.clone();
      this.identity = Objects.requireNonNull(identity, "identity");
    }

    /**
     * An entry of Rekor v2 in place of one of Rekor v1: it has no promise, so that a timestamp says
     * when it was signed.
     *
     * @return this
     */
    @CanIgnoreReturnValue
    public Builder withRekorV2() {
      v2 = true;
      timestamp = true;
      return this;
    }

    /**
     * Adds an entry of Rekor v2 to the one of Rekor v1, for policies that ask for two transparency
     * logs.
     *
     * @return this
     */
    @CanIgnoreReturnValue
    public Builder withBothLogs() {
      bothLogs = true;
      return this;
    }

    /**
     * Has each log entry, timestamp and SCT twice. Bartizan counts each once where a policy asks
     * for two logs, timestamp authorities or certificate logs; cosign refuses such a bundle.
     *
     * @return this
     */
    @CanIgnoreReturnValue
    public Builder withEvidenceTwice() {
      twice = true;
      return this;
    }

    /**
     * Adds a timestamp of the timestamp authority.
     *
     * @return this
     */
    @CanIgnoreReturnValue
    public Builder withTimestamp() {
      timestamp = true;
      return this;
    }

    /**
     * Leaves out the log's promise (the signed entry timestamp); needs {@link #withTimestamp()}.
     *
     * @return this
     */
    @CanIgnoreReturnValue
    public Builder withoutPromise() {
      promise = false;
      return this;
    }

    /**
     * Another version of the bundle format.
     *
     * @param bundleVersion {@code 0.1}, {@code 0.2} or {@code 0.3} (default)
     * @return this
     * @throws IllegalArgumentException if it is none of these
     */
    @CanIgnoreReturnValue
    public Builder withVersion(String bundleVersion) {
      if (!VERSIONS.contains(bundleVersion)) {
        throw new IllegalArgumentException(
            "version is \"" + bundleVersion + "\"; accepted are " + VERSIONS);
      }
      version = bundleVersion;
      return this;
    }

    /**
     * Signs an in-toto statement about the artifact instead of the artifact: an attestation.
     *
     * @param type such as {@code https://slsa.dev/provenance/v1}
     * @param object a JSON object as text, written as it is
     * @return this
     */
    @CanIgnoreReturnValue
    public Builder withStatement(String type, String object) {
      predicateType = Objects.requireNonNull(type, "type");
      predicate = Objects.requireNonNull(object, "object");
      return this;
    }

    /**
     * Signs with a new key.
     *
     * @return the bundle
     * @throws IllegalStateException if nothing would say when it was signed, or version 0.1 would
     *     have no promise
     */
    public DevBundle build() {
      if (!promise && !timestamp) {
        throw new IllegalStateException("without promise, withTimestamp() is needed");
      }
      if ((v2 || !promise) && version.equals("0.1")) {
        throw new IllegalStateException("a bundle of version 0.1 needs a promise of Rekor v1");
      }
      BundleDraft draft = draft();
      if (!version.equals("0.3")) {
        draft.mediaType = "application/vnd.dev.sigstore.bundle+json;version=" + version;
        draft.chain = true;
      }
      draft.first().promise = promise && !v2;
      if (bothLogs && !v2) {
        draft.entries.add(draft.entry2());
      }
      if (timestamp) {
        draft.stamps.add(stamp -> {});
      }
      if (twice) {
        draft.entries.addAll(List.copyOf(draft.entries));
        draft.stamps.addAll(List.copyOf(draft.stamps));
        draft.leaf.scts.addAll(List.copyOf(draft.leaf.scts));
      }
      return new DevBundle(draft.json(), "good, version " + version);
    }

    private BundleDraft draft() {
      BundleDraft draft = sigstore.draft(artifact, identity);
      draft.entries.add(v2 ? draft.entry2() : draft.entry1());
      if (!predicate.isEmpty()) {
        draft.statement(draft.aboutArtifact(predicateType, predicate));
      }
      return draft;
    }

    /**
     * Signs with one fault: a bundle of version 0.3 with a timestamp, with an entry of Rekor v2
     * after {@link #withRekorV2}, an attestation after {@link #withStatement}.
     *
     * @param fault what is wrong
     * @return a bundle that a verifier of the instance's root refuses
     * @throws IllegalArgumentException if only an entry of Rekor v1 can have the fault, and this
     *     bundle has one of Rekor v2
     * @throws IllegalStateException if another version was chosen, no promise, both logs, or
     *     evidence twice
     */
    public DevBundle forge(BadBundle fault) {
      if (v2 && fault.isOfRekorV1()) {
        throw new IllegalArgumentException(
            "fault is " + fault + ", which an entry of Rekor v2 cannot have");
      }
      BundleDraft draft = stamped();
      fault.spoil(draft);
      return new DevBundle(draft.json(), fault.name());
    }

    /**
     * Signs a statement with a fault that only an attestation can have; all else as {@link
     * #forge(BadBundle)} has it.
     *
     * @param fault what is wrong
     * @return a bundle that a verifier of the instance's root refuses
     * @throws IllegalStateException if there is no statement, or another version was chosen, no
     *     promise, both logs, or evidence twice
     */
    public DevBundle forge(BadStatement fault) {
      if (predicate.isEmpty()) {
        throw new IllegalStateException("a faulty statement needs withStatement(type, object)");
      }
      BundleDraft draft = stamped();
      fault.spoil(draft);
      return new DevBundle(draft.json(), fault.name());
    }

    private BundleDraft stamped() {
      if (!promise || bothLogs || twice || !version.equals("0.3")) {
        throw new IllegalStateException(
            "a forged bundle has one fault; it takes withRekorV2 and withStatement alone");
      }
      BundleDraft draft = draft();
      draft.stamps.add(stamp -> {});
      return draft;
    }
  }
}
