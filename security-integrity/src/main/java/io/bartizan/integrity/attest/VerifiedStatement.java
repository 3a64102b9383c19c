package io.bartizan.integrity.attest;

import io.bartizan.integrity.artifact.PinnedKey;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An in-toto statement of an artifact that enough of the keys have signed. Immutable, thread-safe.
 */
public final class VerifiedStatement {

  private final String predicateType;
  private final Map<String, @Nullable Object> predicate;
  private final List<String> subjectNames;
  private final Map<String, String> annotations;
  private final List<PinnedKey> signers;

  VerifiedStatement(
      String predicateType,
      Map<String, @Nullable Object> predicate,
      List<String> subjectNames,
      Map<String, String> annotations,
      List<PinnedKey> signers) {
    this.predicateType = predicateType;
    this.predicate = Collections.unmodifiableMap(predicate);
    this.subjectNames = List.copyOf(subjectNames);
    this.annotations = Map.copyOf(annotations);
    this.signers = signers;
  }

  VerifiedStatement signedBy(List<PinnedKey> all) {
    return new VerifiedStatement(predicateType, predicate, subjectNames, annotations, all);
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
   * The annotations of the artifact's subjects.
   *
   * @return unmodifiable, may be empty
   */
  public Map<String, String> annotations() {
    return annotations;
  }

  /**
   * Who signed, as many as were needed.
   *
   * @return at least one key
   */
  public List<PinnedKey> signers() {
    return signers;
  }

  @Override
  public String toString() {
    return "VerifiedStatement[" + predicateType + ", " + signers + "]";
  }
}
