package io.bartizan.integrity.attest.sigstore;

import org.jspecify.annotations.Nullable;

/**
 * A workflow's certificate names its ref up to three times: in the subject, in the workflow that
 * was started, and as the ref that was built. Where the subject is the workflow that was started,
 * the three must agree; where it is a reused one, its ref is its own.
 */
final class WorkflowRefs {

  private WorkflowRefs() {}

  /** Null if there is none. */
  static @Nullable String contradiction(SigningIdentity signer) {
    String subject = signer.subject();
    String started = signer.field(WorkflowField.BUILD_CONFIG_URI).orElse("");
    String built = signer.field(WorkflowField.SOURCE_REPOSITORY_REF).orElse("");
    String repository = signer.field(WorkflowField.SOURCE_REPOSITORY_URI).orElse("");
    String builder = signer.field(WorkflowField.BUILD_SIGNER_URI).orElse("");
    if (signer.subjectKind() != SubjectKind.URI || !subject.contains("/.github/workflows/")) {
      return null;
    }
    if (!builder.isEmpty() && !builder.equals(subject)) {
      return "names " + builder + " as the builder, and " + subject + " as its subject";
    }
    boolean itself =
        started.isEmpty()
            ? !repository.isEmpty() && subject.startsWith(repository + "/")
            : path(subject).equals(path(started));
    if (!itself) {
      return null;
    }
    if (!started.isEmpty() && !started.equals(subject)) {
      return "says that " + started + " was started, and " + subject + " is its subject";
    }
    return ref(subject).startsWith("refs/") && !built.isEmpty() && !built.equals(ref(subject))
        ? "says that " + built + " was built, and " + subject + " is its subject"
        : null;
  }

  private static String path(String uri) {
    return uri.contains("@") ? uri.substring(0, uri.indexOf('@')) : uri;
  }

  private static String ref(String uri) {
    return uri.substring(uri.indexOf('@') + 1);
  }
}
