package io.bartizan.integrity.attest.sigstore;

import io.bartizan.integrity.artifact.Digest;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An in-toto statement of an artifact by a verified signer.
 *
 * <p>What the predicate says of the builder is a claim of the signer like any other: who signed is
 * in {@link #bundle()}. Immutable, thread-safe.
 */
public final class SignedStatement {

  private final VerifiedBundle bundle;
  private final String predicateType;
  private final Map<String, @Nullable Object> predicate;
  private final List<String> subjectNames;
  private final List<Digest> subjects;

  SignedStatement(
      VerifiedBundle bundle,
      String predicateType,
      Map<String, @Nullable Object> predicate,
      List<String> subjectNames,
      List<Digest> subjects) {
    this.bundle = bundle;
    this.predicateType = predicateType;
    this.predicate = Collections.unmodifiableMap(predicate);
    this.subjectNames = List.copyOf(subjectNames);
    this.subjects = List.copyOf(subjects);
  }

  /**
   * Who signed, when, and where it was logged.
   *
   * @return the bundle that holds the statement
   */
  public VerifiedBundle bundle() {
    return bundle;
  }

  /**
   * The kind of statement.
   *
   * @return the type that was asked for
   */
  public String predicateType() {
    return predicateType;
  }

  /**
   * What is stated, in Java's own types: {@code Map}, {@code List}, {@code String}, {@code Long},
   * {@code BigDecimal}, {@code Boolean}, null.
   *
   * @return unmodifiable; empty if the statement says nothing more
   */
  public Map<String, @Nullable Object> predicate() {
    return predicate;
  }

  /**
   * The names under which the statement knows the artifact; for people, not for decisions.
   *
   * @return unmodifiable, may be empty
   */
  public List<String> subjectNames() {
    return subjectNames;
  }

  /**
   * All digests of SHA-2 that the statement is about, the artifact's among them.
   *
   * @return unmodifiable
   */
  public List<Digest> subjects() {
    return subjects;
  }

  @Override
  public String toString() {
    return "SignedStatement[" + predicateType + ", " + bundle + "]";
  }
}
