package io.bartizan.integrity.attest.policy;

import io.bartizan.core.Refusal;
import java.util.List;

/** Outcome of one rule: what held it, or why each candidate did not. Immutable, thread-safe. */
public final class RuleOutcome {

  private final ImageRule rule;
  private final boolean held;
  private final List<VerifiedEvidence> evidence;
  private final List<Refusal> failures;

  RuleOutcome(
      ImageRule rule, boolean held, List<VerifiedEvidence> evidence, List<Refusal> failures) {
    this.rule = rule;
    this.held = held;
    this.evidence = List.copyOf(evidence);
    this.failures = List.copyOf(failures);
  }

  /**
   * Which rule.
   *
   * @return one of the policy's
   */
  public ImageRule rule() {
    return rule;
  }

  /**
   * Whether the rule holds.
   *
   * @return whether there is as much evidence as the signer's threshold says
   */
  public boolean isHeld() {
    return held;
  }

  /**
   * What holds the rule, or would if there were enough of it.
   *
   * @return unmodifiable, one for each different signer
   */
  public List<VerifiedEvidence> evidence() {
    return evidence;
  }

  /**
   * Why those candidates did not count that are of the kind that the rule asks for.
   *
   * @return one refusal each, at most 100; empty may mean that there is no such candidate
   */
  public List<Refusal> failures() {
    return failures;
  }

  @Override
  public String toString() {
    return rule.title() + ": " + (held ? "held" : "missing");
  }
}
