package io.bartizan.mtls;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** All or one of several rules. */
final class CombinedRule extends Rule {

  private final boolean all;
  private final List<Rule> rules;

  private CombinedRule(boolean all, List<Rule> rules) {
    this.all = all;
    this.rules = rules;
  }

  static CombinedRule of(boolean all, List<PeerPolicy> policies) {
    if (policies.isEmpty()) {
      throw new IllegalArgumentException(
          (all ? "allOf" : "anyOf") + " has no policy, one or more are needed");
    }
    return new CombinedRule(all, policies.stream().map(policy -> (Rule) policy).toList());
  }

  @Override
  @Nullable Rule match(Subject subject) {
    for (Rule rule : rules) {
      Rule matched = rule.match(subject);
      if (all && matched == null) {
        return null;
      }
      if (!all && matched != null) {
        return matched;
      }
    }
    return all ? this : null;
  }

  @Override
  boolean needsRequestedHost() {
    return rules.stream().anyMatch(Rule::needsRequestedHost);
  }

  @Override
  public String toString() {
    return rules.stream()
        .map(Rule::toString)
        .collect(Collectors.joining(", ", all ? "allOf(" : "anyOf(", ")"));
  }
}
