package io.bartizan.benchmarks;

import java.util.LinkedHashMap;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * What one load of some seconds gave. Times are microseconds, from when a check was due to when its
 * answer was there; the processor's share is of one core.
 *
 * @param asked checks a second that were due, or for a closed loop how many were in flight
 * @param saturated whether answers fell so far behind that asking stopped
 */
record LoadResult(
    LoadSubject subject,
    double asked,
    double achieved,
    long p50,
    long p99,
    long p999,
    long max,
    long sendDelayP99,
    double redisCpu,
    double callsPerSecond,
    long errors,
    boolean saturated) {

  static LoadResult of(
      LoadSubject subject,
      double asked,
      double achieved,
      Histogram micros,
      long sendDelayP99,
      double redisCpu,
      double callsPerSecond,
      long errors,
      boolean saturated) {
    return new LoadResult(
        subject,
        asked,
        achieved,
        micros.getValueAtPercentile(50),
        micros.getValueAtPercentile(99),
        micros.getValueAtPercentile(99.9),
        micros.getMaxValue(),
        sendDelayP99,
        redisCpu,
        callsPerSecond,
        errors,
        saturated);
  }

  /** Whether an open load was answered as it came, in time and without an error. */
  boolean within(long budgetMicros) {
    return !saturated && errors == 0 && p99 <= budgetMicros && achieved >= 0.95 * asked;
  }

  /** Microseconds of Redis' processor for one decision. */
  double cpuMicros() {
    return achieved > 0 ? redisCpu * 1e6 / achieved : Double.NaN;
  }

  Map<String, Object> json(String askedName) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("subject", subject.name());
    json.put("algorithm", subject.algorithm());
    json.put("mode", subject.mode().toString());
    json.put(askedName, asked);
    json.put("decisionsPerSecond", achieved);
    json.put("p50Micros", p50);
    json.put("p99Micros", p99);
    json.put("p999Micros", p999);
    json.put("maxMicros", max);
    json.put("sendDelayP99Micros", sendDelayP99);
    json.put("redisCpu", redisCpu);
    json.put("redisCpuMicrosPerDecision", cpuMicros());
    json.put("scriptCallsPerSecond", callsPerSecond);
    json.put("errors", errors);
    json.put("saturated", saturated);
    return json;
  }
}
