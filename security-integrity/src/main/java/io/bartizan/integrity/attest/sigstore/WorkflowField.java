package io.bartizan.integrity.attest.sigstore;

/**
 * The fields of Fulcio's certificates about the build that signed, beside issuer and subject: the
 * extensions {@code 1.3.6.1.4.1.57264.1.9} to {@code .24} (Fulcio's oid-info).
 */
public enum WorkflowField {
  /** The workflow that signed, with its ref; the builder's own where workflows are reused. */
  BUILD_SIGNER_URI(9),
  /** The commit of that workflow. */
  BUILD_SIGNER_DIGEST(10),
  /** Such as {@code github-hosted} or {@code self-hosted}. */
  RUNNER_ENVIRONMENT(11),
  /** The repository that was built. */
  SOURCE_REPOSITORY_URI(12),
  /** The commit that was built. */
  SOURCE_REPOSITORY_DIGEST(13),
  /** The ref that was built, such as {@code refs/heads/main}. */
  SOURCE_REPOSITORY_REF(14),
  /** The repository's number, which outlives a renaming. */
  SOURCE_REPOSITORY_IDENTIFIER(15),
  /** The repository's owner. */
  SOURCE_REPOSITORY_OWNER_URI(16),
  /** The owner's number. */
  SOURCE_REPOSITORY_OWNER_IDENTIFIER(17),
  /** The workflow that was started, with its ref. */
  BUILD_CONFIG_URI(18),
  /** The commit of that workflow. */
  BUILD_CONFIG_DIGEST(19),
  /** What started the build, such as {@code push}. */
  BUILD_TRIGGER(20),
  /** The very run. */
  RUN_INVOCATION_URI(21),
  /** Such as {@code public}, when it was signed. */
  SOURCE_REPOSITORY_VISIBILITY(22),
  /** The environment that was deployed to. */
  DEPLOYMENT_ENVIRONMENT(23),
  /** The {@code sub} of the token. */
  TOKEN_SUBJECT(24);

  private final String oid;

  WorkflowField(int number) {
    this.oid = LeafCertificate.FULCIO + number;
  }

  String oid() {
    return oid;
  }
}
