package io.bartizan.benchmarks;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What was measured of one way to talk to Redis, for one server.
 *
 * @param knee the highest rate within the budget, 0 if none was
 * @param isAtLeast whether no rate tried broke the budget
 * @param microsPerCheck Redis' processor for a check, at the wanted rate or the knee below it
 * @param connections of one process to one server
 * @param p99 at the wanted rate, or null where the budget broke there
 * @param origin the arithmetic that led to the knee, or {@code measured}
 */
record WayCost(
    LoadSubject.Mode mode,
    double knee,
    boolean isAtLeast,
    double microsPerCheck,
    double connections,
    @Nullable Long p99,
    String origin) {

  /**
   * One master of a Cluster, from two runs on one server. A call can't cross slots there, so this
   * way loses there what {@code together} loses to {@code single}.
   *
   * @param single measured with a call for each check
   * @param together measured with checks that share calls
   */
  WayCost onMaster(WayCost single, WayCost together) {
    boolean loses = together.knee > single.knee && mode != LoadSubject.Mode.SINGLE;
    return new WayCost(
        mode,
        loses ? knee * single.knee / together.knee : knee,
        isAtLeast,
        mode == LoadSubject.Mode.SINGLE
            ? microsPerCheck
            : microsPerCheck * Math.max(1, single.microsPerCheck / together.microsPerCheck),
        connections,
        p99,
        loses
            ? CapacityAnswer.n(knee)
                + " on one server × "
                + CapacityAnswer.n(single.knee)
                + " with a call a check ÷ "
                + CapacityAnswer.n(together.knee)
                + " coalescing"
            : origin);
  }

  Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("mode", mode.toString());
    json.put("knee", knee);
    json.put("kneeIsAtLeast", isAtLeast);
    json.put("redisCpuMicrosPerCheck", microsPerCheck);
    json.put("connectionsPerProcess", connections);
    if (p99 != null) {
      json.put("p99MicrosAtRate", p99);
    }
    return json;
  }
}
