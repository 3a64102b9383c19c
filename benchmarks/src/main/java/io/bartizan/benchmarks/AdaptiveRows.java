package io.bartizan.benchmarks;

import com.netflix.concurrency.limits.Limiter;
import java.util.ArrayList;
import java.util.List;

/** Limits on how many run at once that find themselves, before a simulated service. */
final class AdaptiveRows {
  private AdaptiveRows() {}

  /** Against all of the peer's limits; the best of them counts. */
  static List<Row> rows() {
    List<Side> peers = new ArrayList<>();
    for (Gate.Kind kind : Gate.Kind.values()) {
      if (kind != Gate.Kind.OURS) {
        peers.add(side(kind, Versions.of(Limiter.class)));
      }
    }
    return List.of(
        Row.of(
                "adaptive-step",
                "answers in time through a step of capacity, simulated",
                Measure.GOODPUT,
                1.05,
                side(Gate.Kind.OURS, Versions.ours()),
                peers.toArray(Side[]::new))
            .warmed(0));
  }

  private static Side side(Gate.Kind kind, String version) {
    return Side.of(kind.toString(), version, AdaptiveBenchmark.class, "simulated")
        .with("traffic", Traffic.STEP.name())
        .with("limit", kind.name());
  }
}
