package io.bartizan.benchmarks.backtest;

import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.Limits;
import java.util.LinkedHashMap;
import java.util.Map;

/** What limits would have done with the traffic. */
final class Outcome {
  private final Limits limits;
  private final Timeline refusals;
  private final Map<String, long[]> counts = new LinkedHashMap<>();
  private long refused;
  private int callersRefused;

  Outcome(Limits limits, Timeline refusals) {
    this.limits = limits;
    this.refusals = refusals;
    for (Limit limit : limits.list()) {
      counts.put(limit.name(), new long[1]);
    }
  }

  void refused(long micros, int caller, Decision decision, PerCaller callers) {
    if (callers.refused(micros, caller)) {
      callersRefused++;
    }
    refused++;
    refusals.count(micros);
    count(decision.limit().name(), 1);
  }

  /** Adds what the same limits did with the requests of other callers. */
  void add(Outcome others) {
    refused += others.refused;
    callersRefused += others.callersRefused;
    refusals.add(others.refusals);
    others.counts.forEach((name, count) -> count(name, count[0]));
  }

  private void count(String limit, long more) {
    counts.computeIfAbsent(limit, name -> new long[1])[0] += more;
  }

  Limits limits() {
    return limits;
  }

  long refused() {
    return refused;
  }

  int callersRefused() {
    return callersRefused;
  }

  /** By name of the limit that spoke: of several that refuse, the one with the longest wait. */
  Map<String, Long> refusedBy() {
    Map<String, Long> refusedBy = new LinkedHashMap<>();
    counts.forEach((name, count) -> refusedBy.put(name, count[0]));
    return refusedBy;
  }

  Timeline refusals() {
    return refusals;
  }
}
