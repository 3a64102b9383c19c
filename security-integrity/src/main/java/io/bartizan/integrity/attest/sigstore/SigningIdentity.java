package io.bartizan.integrity.attest.sigstore;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * The identity that the certificate authority verified, in the certificate's own words. Immutable.
 */
public final class SigningIdentity {

  private final String issuer;
  private final SubjectKind subjectKind;
  private final String subject;
  private final Map<WorkflowField, String> fields;

  SigningIdentity(
      String issuer, SubjectKind subjectKind, String subject, Map<WorkflowField, String> fields) {
    this.issuer = issuer;
    this.subjectKind = subjectKind;
    this.subject = subject;
    EnumMap<WorkflowField, String> copy = new EnumMap<>(WorkflowField.class);
    copy.putAll(fields);
    this.fields = Collections.unmodifiableMap(copy);
  }

  /**
   * Who authenticated the subject.
   *
   * @return the OIDC issuer, such as {@code https://token.actions.githubusercontent.com}
   */
  public String issuer() {
    return issuer;
  }

  /**
   * What kind of subject it is.
   *
   * @return never {@link SubjectKind#OTHER} in what was verified
   */
  public SubjectKind subjectKind() {
    return subjectKind;
  }

  /**
   * Who signed.
   *
   * @return the certificate's one subject alternative name
   */
  public String subject() {
    return subject;
  }

  /**
   * What the certificate says of the build.
   *
   * @param field what is asked
   * @return empty if the certificate does not say
   */
  public Optional<String> field(WorkflowField field) {
    return Optional.ofNullable(fields.get(field));
  }

  /**
   * All that the certificate says of the build.
   *
   * @return unmodifiable, may be empty
   */
  public Map<WorkflowField, String> fields() {
    return fields;
  }

  @Override
  public String toString() {
    return "SigningIdentity[" + subjectKind + " " + subject + ", issuer " + issuer + "]";
  }
}
