package io.bartizan.benchmarks;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What our limiter costs Redis: so much for a call and so much for each check in it, fitted to the
 * loads of a run by least squares of the shares by which it is off.
 */
record SizingRule(double microsPerCall, double microsPerCheck, double worst) {
  static SizingRule through(List<LoadResult> loads) {
    double cc = 0;
    double cd = 0;
    double dd = 0;
    double cy = 0;
    double dy = 0;
    for (LoadResult load : loads) {
      // Every load weighs the same: its processor time is the unit of its equation.
      double calls = load.callsPerSecond() / (load.redisCpu() * 1e6);
      double checks = load.achieved() / (load.redisCpu() * 1e6);
      cc += calls * calls;
      cd += calls * checks;
      dd += checks * checks;
      cy += calls;
      dy += checks;
    }
    double determinant = cc * dd - cd * cd;
    SizingRule rule =
        new SizingRule((cy * dd - dy * cd) / determinant, (dy * cc - cy * cd) / determinant, 0);
    return new SizingRule(rule.microsPerCall, rule.microsPerCheck, rule.worstOf(loads));
  }

  /** The share of one core that Redis would use. */
  double cores(double callsPerSecond, double checksPerSecond) {
    return (callsPerSecond * microsPerCall + checksPerSecond * microsPerCheck) / 1e6;
  }

  /** The largest share by which the rule is off one of these loads. */
  double worstOf(List<LoadResult> loads) {
    return loads.stream()
        .mapToDouble(
            load -> Math.abs(cores(load.callsPerSecond(), load.achieved()) / load.redisCpu() - 1))
        .max()
        .orElse(Double.NaN);
  }

  Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("microsPerCall", microsPerCall);
    json.put("microsPerCheck", microsPerCheck);
    json.put("worstError", worst);
    return json;
  }
}
