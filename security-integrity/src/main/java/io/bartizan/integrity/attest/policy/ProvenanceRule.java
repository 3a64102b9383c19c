package io.bartizan.integrity.attest.policy;

import io.bartizan.core.SafeText;
import io.bartizan.core.VerificationException;
import io.bartizan.integrity.attest.sigstore.SigningIdentity;
import io.bartizan.integrity.attest.sigstore.WorkflowField;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Requirement of who must have built an image, and of which source: what one provenance statement
 * must say, all of it. Immutable, thread-safe.
 *
 * <pre>{@code
 * ProvenanceRule release =
 *     ProvenanceRule.builder(
 *             "https://github.com/slsa-framework/slsa-github-generator/.github/workflows/generator_container_slsa3.yml",
 *             "https://github.com/org/app")
 *         .withBuilderRefStartingWith("refs/tags/v")
 *         .withRefStartingWith("refs/tags/")
 *         .build();
 * }</pre>
 */
public final class ProvenanceRule {

  private static final String COMMIT = "[0-9a-f]{40}|[0-9a-f]{64}";

  private final String builderId;
  private final String source;
  private final String builderRef;
  private final String ref;
  private final String refPrefix;
  private final String commit;
  private final String buildType;

  private ProvenanceRule(Builder builder) {
    builderId = builder.builderId;
    source = builder.source;
    builderRef = builder.builderRef;
    ref = builder.ref;
    refPrefix = builder.refPrefix;
    commit = builder.commit;
    buildType = builder.buildType;
  }

  /**
   * A rule for any ref and any kind of build.
   *
   * @param builderId the builder's id, exactly
   * @param source the repository, such as {@code https://github.com/org/app}
   * @return the rule
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if the id is empty, or the source is no https repository
   */
  public static ProvenanceRule of(String builderId, String source) {
    return builder(builderId, source).build();
  }

  /**
   * Starts a rule.
   *
   * @param builderId the builder's id, exactly
   * @param source the repository, such as {@code https://github.com/org/app}
   * @return a builder
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if the id is empty, or the source is no https repository
   */
  public static Builder builder(String builderId, String source) {
    return new Builder(builderId, source);
  }

  void require(Provenance said) {
    boolean builder =
        builderRef.isEmpty()
            ? said.builderId().equals(builderId)
            : said.builderId().startsWith(builderId + "@" + builderRef);
    if (!builder) {
      throw refused(
          PolicyReason.BUILDER_MISMATCH,
          "builder",
          said.builderId(),
          builderRef.isEmpty() ? builderId : builderId + "@" + builderRef + "…");
    }
    if (!said.source().equals(source)) {
      throw refused(PolicyReason.SOURCE_MISMATCH, "source", said.source(), source);
    }
    requireRef("ref", said.ref().orElse(""));
    if (!commit.isEmpty() && !said.commit().equals(Optional.of(commit))) {
      throw refused(PolicyReason.BUILD_MISMATCH, "commit", said.commit().orElse(""), commit);
    }
    if (!buildType.isEmpty() && !said.buildType().equals(buildType)) {
      throw refused(PolicyReason.BUILD_MISMATCH, "build type", said.buildType(), buildType);
    }
  }

  /** What the certificate says of the source is the authority's word, and must not differ. */
  void requireCertified(SigningIdentity signer) {
    signer.field(WorkflowField.SOURCE_REPOSITORY_URI).ifPresent(this::requireSource);
    String built = signer.field(WorkflowField.SOURCE_REPOSITORY_REF).orElse("");
    if (built.startsWith("refs/")) { // some authorities name a branch alone
      requireRef("the certificate's ref", built);
    }
    String digest = signer.field(WorkflowField.SOURCE_REPOSITORY_DIGEST).orElse("");
    if (!commit.isEmpty() && digest.matches(COMMIT) && !digest.equals(commit)) {
      throw refused(PolicyReason.BUILD_MISMATCH, "the certificate's commit", digest, commit);
    }
  }

  void requireSource(String certified) {
    SourceLocation location = SourceLocation.parse(certified);
    if (location == null || !location.repository().equals(source)) {
      throw refused(
          PolicyReason.SOURCE_MISMATCH, "the certificate's source repository", certified, source);
    }
  }

  private void requireRef(String what, String actual) {
    if (!ref.isEmpty() && !actual.equals(ref)) {
      throw refused(PolicyReason.BUILD_MISMATCH, what, actual, ref);
    }
    if (!refPrefix.isEmpty() && !actual.startsWith(refPrefix)) {
      throw refused(PolicyReason.BUILD_MISMATCH, what, actual, refPrefix + "…");
    }
  }

  private static VerificationException refused(
      PolicyReason reason, String what, String actual, String expected) {
    return new VerificationException(
        reason, what + " is \"" + SafeText.of(actual) + "\", \"" + expected + "\" is required");
  }

  @Override
  public String toString() {
    return "ProvenanceRule["
        + builderId
        + (builderRef.isEmpty() ? "" : "@" + builderRef + "…")
        + " built "
        + source
        + (ref.isEmpty() ? "" : "@" + ref)
        + (refPrefix.isEmpty() ? "" : "@" + refPrefix + "…")
        + (commit.isEmpty() ? "" : ", commit " + commit)
        + (buildType.isEmpty() ? "" : ", " + buildType)
        + "]";
  }

  /** The optional requirements of a {@link ProvenanceRule}. Not thread-safe. */
  public static final class Builder {

    private final String builderId;
    private final String source;
    private String builderRef = "";
    private String ref = "";
    private String refPrefix = "";
    private String commit = "";
    private String buildType = "";

    private Builder(String builderId, String source) {
      this.builderId = said("builderId", builderId);
      SourceLocation location = SourceLocation.parse(source);
      if (location == null || !location.ref().isEmpty() || !location.directory().isEmpty()) {
        throw new IllegalArgumentException(
            "source is " + SafeText.of(source) + ", https://host/path of a repository is accepted");
      }
      this.source = location.repository();
    }

    /**
     * Takes builders that are versioned: the id, an {@code @}, and what begins like this.
     *
     * @param prefix such as {@code refs/tags/v}
     * @return this builder
     * @throws NullPointerException if {@code prefix} is null
     * @throws IllegalArgumentException if it does not start with {@code refs/}
     */
    public Builder withBuilderRefStartingWith(String prefix) {
      builderRef = ref("prefix", prefix);
      return this;
    }

    /**
     * Requires what was built of the source.
     *
     * @param ref such as {@code refs/heads/main}, exactly
     * @return this builder
     * @throws NullPointerException if {@code ref} is null
     * @throws IllegalArgumentException if it does not start with {@code refs/}
     */
    public Builder withRef(String ref) {
      this.ref = ref("ref", ref);
      return this;
    }

    /**
     * Requires how what was built of the source begins.
     *
     * @param prefix such as {@code refs/tags/}
     * @return this builder
     * @throws NullPointerException if {@code prefix} is null
     * @throws IllegalArgumentException if it does not start with {@code refs/}
     */
    public Builder withRefStartingWith(String prefix) {
      refPrefix = ref("prefix", prefix);
      return this;
    }

    /**
     * Requires the commit that was built.
     *
     * @param commit 40 or 64 hexadecimal digits in lower case
     * @return this builder
     * @throws NullPointerException if {@code commit} is null
     * @throws IllegalArgumentException if it has another form
     */
    public Builder withCommit(String commit) {
      if (!commit.matches(COMMIT)) {
        throw new IllegalArgumentException(
            "commit is " + SafeText.of(commit) + ", 40 or 64 digits in lower case are accepted");
      }
      this.commit = commit;
      return this;
    }

    /**
     * Requires the kind of build, which says how parameters are to be read.
     *
     * @param uri the build type, exactly
     * @return this builder
     * @throws NullPointerException if {@code uri} is null
     * @throws IllegalArgumentException if it is empty
     */
    public Builder withBuildType(String uri) {
      buildType = said("buildType", uri);
      return this;
    }

    private static String said(String name, @Nullable String text) {
      if (Objects.requireNonNull(text, name).isBlank()) {
        throw new IllegalArgumentException(name + " is empty");
      }
      return text;
    }

    private static String ref(String name, String text) {
      if (!text.startsWith("refs/")) {
        throw new IllegalArgumentException(
            name + " is " + SafeText.of(text) + ", what starts with refs/ is accepted");
      }
      return text;
    }

    /**
     * Makes the rule.
     *
     * @return the rule
     */
    public ProvenanceRule build() {
      return new ProvenanceRule(this);
    }
  }
}
