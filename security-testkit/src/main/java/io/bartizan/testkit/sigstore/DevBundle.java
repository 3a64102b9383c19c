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
      BundleDraft draft = sigstore.draft(artifact, identity);
      if (!version.equals("0.3")) {
        draft.mediaType = "application/vnd.dev.sigstore.bundle+json;version=" + version;
        draft.chain = true;
      }
      draft.entries.add(v2 ? draft.entry2() : draft.entry1());
      draft.first().promise = promise && !v2;
      if (!predicate.isEmpty()) {
        draft.statement(draft.aboutArtifact(predicateType, predicate));
      }
      if (timestamp) {
        draft.stamps.add(stamp -> {});
      }
      return new DevBundle(draft.json(), "good, version " + version);
    }
  }
}
