package io.bartizan.benchmarks.backtest;

import io.bartizan.benchmarks.backtest.Logs.Request;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Counts by what each limit promises, from all that was admitted before, and in no clever way. */
final class BruteForce {
  private BruteForce() {}

  /** Whether one more request fits at a time, after those that were admitted. */
  @FunctionalInterface
  interface Rule {
    boolean fits(List<Long> admitted, long now);
  }

  /** What came out. */
  record Count(long refused, Set<String> callers, Map<String, Integer> refusedOf) {}

  static Count of(List<Request> requests, Rule... rules) {
    Map<String, List<Long>> admitted = new HashMap<>();
    Set<String> callers = new HashSet<>();
    Map<String, Integer> refusedOf = new HashMap<>();
    long refused = 0;
    for (Request request : requests) {
      List<Long> own = admitted.computeIfAbsent(request.caller(), caller -> new ArrayList<>());
      boolean fits = true;
      for (Rule rule : rules) {
        fits &= rule.fits(own, request.micros());
      }
      if (fits) {
        own.add(request.micros());
      } else {
        refused++;
        callers.add(request.caller());
        refusedOf.merge(request.caller(), 1, Integer::sum);
      }
    }
    return new Count(refused, callers, refusedOf);
  }

  /** One permit is as many units as the period has microseconds; each adds as many as permits. */
  static Rule bucket(long capacity, long permits, long period) {
    return (admitted, now) -> {
      long full = capacity * period;
      long level = full;
      long before = admitted.isEmpty() ? now : admitted.get(0);
      for (long time : admitted) {
        level = Math.min(full, level + (time - before) * permits) - period;
        before = time;
      }
      return Math.min(full, level + (now - before) * permits) >= period;
    };
  }

  static Rule sliding(long permits, long period) {
    return (admitted, now) ->
        admitted.stream().filter(time -> time > now - period).count() < permits;
  }

  static Rule fixed(long permits, long period) {
    return (admitted, now) -> inWindow(admitted, period, now / period) < permits;
  }

  /**
   * The window before counts by the share of it that the last period still covers, in 1024 steps.
   */
  static Rule counter(long permits, long period) {
    long grain = (period + 1023) / 1024;
    long grains = (period + grain - 1) / grain;
    return (admitted, now) -> {
      long window = now / period;
      long fading = grains - now % period / grain;
      return inWindow(admitted, period, window - 1) * fading
              + (inWindow(admitted, period, window) + 1) * grains
          <= permits * grains;
    };
  }

  private static long inWindow(List<Long> admitted, long period, long window) {
    return admitted.stream().filter(time -> time / period == window).count();
  }
}
