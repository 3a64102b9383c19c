package io.bartizan.benchmarks;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a team wants Redis to carry.
 *
 * @param rate checks a second of all processes
 * @param keys keys that Redis holds at a time
 * @param p99Micros the budget of the 99th percentile
 * @param headroom the share of what a server can do that stays free
 * @param skew Zipf's exponent, 0 where all keys are alike
 * @param refused the share of checks that is refused
 */
record Wanted(
    double rate,
    long keys,
    int processes,
    long p99Micros,
    double headroom,
    double skew,
    double refused) {

  /** Checks a second of the key that is asked for most. */
  double hottestRate() {
    return rate * KeyChoice.hottestShare(keys, skew);
  }

  Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("rate", rate);
    json.put("keys", keys);
    json.put("processes", processes);
    json.put("p99Micros", p99Micros);
    json.put("headroom", headroom);
    json.put("skew", skew);
    json.put("refused", refused);
    return json;
  }
}
