package io.bartizan.mtls;

import io.bartizan.core.SafeText;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A rule and a predicate of the application. */
final class NarrowedRule extends Rule {
  private final Rule rule;
  private final String name;
  private final Predicate<PeerIdentity> predicate;

  NarrowedRule(Rule rule, String name, Predicate<PeerIdentity> predicate) {
    this.rule = rule;
    this.name = name;
    this.predicate = Objects.requireNonNull(predicate, "predicate");
  }

  static String checked(String name) {
    if (!name.matches("[A-Za-z0-9-]{1,64}")) {
      throw new IllegalArgumentException(
          "name is \""
              + SafeText.of(name)
              + "\", 1 to 64 letters, digits and hyphens are accepted");
    }
    return name;
  }

  @Override
  @Nullable Rule match(Subject subject) {
    Rule matched = rule.match(subject);
    if (matched == null) {
      return null;
    }
    try {
      return predicate.test(subject.peer()) ? this : null;
    } catch (RuntimeException | Error e) {
      return null;
    }
  }

  @Override
  boolean needsRequestedHost() {
    return rule.needsRequestedHost();
  }

  @Override
  public String toString() {
    return rule + ".narrowedBy(" + name + ")";
  }
}
