package io.bartizan.testkit;

/**
 * One token that no verifier may accept.
 *
 * @param attack what was done and against whom it worked, such as {@code alg none (CVE-2015-9235)};
 *     unique within a list, so that it can name a test
 * @param token the compact token, or what pretends to be one
 */
public record ForgedToken(String attack, String token) {

  /** The attack alone, for the names of parameterized tests. */
  @Override
  public String toString() {
    return attack;
  }
}
