package io.bartizan.mtls;

import io.bartizan.core.house.RareLog;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** See {@link Rule#and}; a predicate that throws refuses, and is logged once a minute at most. */
final class NarrowedRule extends Rule {
  private static final Logger LOG = LoggerFactory.getLogger("io.bartizan.mtls");

  private final Rule rule;
  private final String name;
  private final Predicate<PeerIdentity> predicate;
  private final RareLog predicateFailures = RareLog.create();

  NarrowedRule(Rule rule, String name, Predicate<PeerIdentity> predicate) {
    this.rule = rule;
    this.name = name;
    this.predicate = predicate;
  }

  @Override
  @Nullable Rule match(Met peer) {
    Met met = namesPeer() ? peer.asPresented() : peer;
    if (rule.match(met) == null) {
      return null;
    }
    try {
      return predicate.test(met.identity()) ? this : null;
    } catch (Exception | Error e) { // of Kotlin a checked one too
      failed(e);
      return null;
    }
  }

  private void failed(Throwable cause) {
    long failures = predicateFailures.failed();
    if (failures > 0) {
      LOG.warn(
          "the predicate {} of a policy failed, {} times since the last such line; its peers are"
              + " refused",
          name,
          failures,
          cause);
    }
  }

  @Override
  Rule loaded(MaterialReader reader, TlsSide side) {
    Rule inner = rule.loaded(reader, side);
    return inner == rule ? this : new NarrowedRule(inner, name, predicate);
  }

  @Override
  boolean needsRequestedHost() {
    return rule.needsRequestedHost();
  }

  @Override
  boolean namesPeer() {
    return rule.namesPeer();
  }

  @Override
  public String toString() {
    return rule + ".narrowedBy(" + name + ")";
  }
}
