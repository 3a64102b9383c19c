package io.bartizan.integrity.attest.sigstore;

import io.bartizan.core.VerificationException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The identity that must have signed (keyless): OIDC issuer, subject, and fields of the build
 * workflow. Everything is compared exactly. Immutable, thread-safe.
 *
 * <p>Where a workflow is reused by other repositories, the subject is the reused workflow and says
 * nothing of what was built: require {@link WorkflowField#SOURCE_REPOSITORY_URI} too.
 *
 * <pre>{@code
 * IdentityPolicy release =
 *     IdentityPolicy.builder(
 *             "https://token.actions.githubusercontent.com",
 *             SignerSubject.uriStartingWith(
 *                 "https://github.com/acme/app/.github/workflows/release.yml@refs/tags/"))
 *         .withField(WorkflowField.SOURCE_REPOSITORY_URI, "https://github.com/acme/app")
 *         .build();
 * }</pre>
 */
public final class IdentityPolicy {

  private final List<Wanted> any;

  private IdentityPolicy(List<Wanted> any) {
    this.any = List.copyOf(any);
  }

  /** One identity. */
  private record Wanted(
      String issuer,
      SignerSubject subject,
      Map<WorkflowField, String> fields,
      Map<WorkflowField, String> prefixes) {

    boolean matches(SigningIdentity signer) {
      return signer.issuer().equals(issuer)
          && subject.matches(signer.subjectKind(), signer.subject())
          && fields.entrySet().stream()
              .allMatch(e -> e.getValue().equals(signer.fields().get(e.getKey())))
          && prefixes.entrySet().stream()
              .allMatch(e -> signer.field(e.getKey()).orElse("").startsWith(e.getValue()));
    }

    @Override
    public String toString() {
      return subject
          + ", issuer "
          + issuer
          + (fields.isEmpty() ? "" : ", " + fields)
          + (prefixes.isEmpty() ? "" : ", starting with " + prefixes);
    }
  }

  /**
   * A policy that requires issuer and subject.
   *
   * @param issuer the OIDC issuer, exactly
   * @param subject the subject
   * @return the policy
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if {@code issuer} is empty, or has blanks or control
   *     characters
   */
  public static IdentityPolicy of(String issuer, SignerSubject subject) {
    return builder(issuer, subject).build();
  }

  /**
   * Starts a policy.
   *
   * @param issuer the OIDC issuer, exactly
   * @param subject the subject
   * @return a builder
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if {@code issuer} is empty, or has blanks or control
   *     characters
   */
  public static Builder builder(String issuer, SignerSubject subject) {
    return new Builder(issuer, subject);
  }

  /**
   * Policies of which any one suffices.
   *
   * @param policy the first
   * @param more others
   * @return the policy
   * @throws NullPointerException if one is null
   */
  public static IdentityPolicy anyOf(IdentityPolicy policy, IdentityPolicy... more) {
    List<Wanted> all = new ArrayList<>(policy.any);
    for (IdentityPolicy each : more) {
      all.addAll(each.any);
    }
    return new IdentityPolicy(all);
  }

  void require(SigningIdentity signer) {
    if (any.stream().noneMatch(wanted -> wanted.matches(signer))) {
      throw new VerificationException(
          SigstoreReason.IDENTITY_MISMATCH,
          "signed by "
              + signer.subjectKind()
              + " "
              + signer.subject()
              + ", issuer "
              + signer.issuer()
              + "; expected is "
              + any.get(0)
              + (any.size() == 1 ? "" : " or " + (any.size() - 1) + " others"));
    }
  }

  /** Whom it accepts. */
  @Override
  public String toString() {
    return "IdentityPolicy" + any;
  }

  /** The optional requirements of an {@link IdentityPolicy}. Not thread-safe. */
  public static final class Builder {

    private final String issuer;
    private final SignerSubject subject;
    private final Map<WorkflowField, String> fields = new EnumMap<>(WorkflowField.class);
    private final Map<WorkflowField, String> prefixes = new EnumMap<>(WorkflowField.class);

    private Builder(String issuer, SignerSubject subject) {
      this.issuer = SignerSubject.plain("issuer", issuer);
      this.subject = Objects.requireNonNull(subject, "subject");
    }

    /**
     * Requires what the certificate says of the build; a certificate that does not say is refused.
     *
     * @param field which
     * @param value exactly
     * @return this builder
     * @throws NullPointerException if an argument is null
     * @throws IllegalArgumentException if {@code value} is empty
     */
    public Builder withField(WorkflowField field, String value) {
      Objects.requireNonNull(field, "field");
      if (value.isEmpty()) {
        throw new IllegalArgumentException("value of " + field + " is empty");
      }
      fields.put(field, value);
      return this;
    }

    /**
     * Requires how what the certificate says of the build begins, such as {@code refs/tags/}.
     *
     * @param field which
     * @param prefix with {@code /}, {@code @} or {@code :} at its end
     * @return this builder
     * @throws NullPointerException if an argument is null
     * @throws IllegalArgumentException if {@code prefix} ends otherwise
     */
    public Builder withFieldStartingWith(WorkflowField field, String prefix) {
      Objects.requireNonNull(field, "field");
      if (!prefix.matches("[^/@:].*[/@:]")) {
        throw new IllegalArgumentException(
            "prefix of " + field + " does not end with /, @ or : after something else");
      }
      prefixes.put(field, prefix);
      return this;
    }

    /**
     * Makes the policy.
     *
     * @return the policy
     */
    public IdentityPolicy build() {
      return new IdentityPolicy(
          List.of(new Wanted(issuer, subject, Map.copyOf(fields), Map.copyOf(prefixes))));
    }
  }
}
