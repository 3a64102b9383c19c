package io.bartizan.benchmarks;

import io.lettuce.core.RedisClient;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;

/** Measures one limiter after the other: its knee, its throughput, the cost of its keys. */
final class CapacityRun {
  private static final int[] CONCURRENCY = {1, 4, 16, 64, 256, 1024};

  /** What is asked for; times in microseconds. */
  record Plan(
      int keys, int threads, double rate, Duration step, long budgetMicros, String command) {}

  private final RedisClient client;
  private final RedisGauge gauge;
  private final Plan plan;
  private final PrintWriter out;
  private final List<LoadSubject> subjects;

  /** As long as a real one would be, since its length is part of what a key costs. */
  private final String prefix = "bartizan-" + UUID.randomUUID().toString().substring(0, 8);

  CapacityRun(
      RedisClient client,
      RedisGauge gauge,
      Plan plan,
      List<LoadSubject> subjects,
      PrintWriter out) {
    this.subjects = List.copyOf(subjects);
    this.client = client;
    this.gauge = gauge;
    this.plan = plan;
    this.out = out;
  }

  CapacityReport all() throws InterruptedException {
    List<LoadResult> steps = new ArrayList<>();
    List<LoadResult> knees = new ArrayList<>();
    List<LoadResult> concurrency = new ArrayList<>();
    List<Map<String, Object>> cost = new ArrayList<>();
    Map<String, Object> connections = new LinkedHashMap<>();
    out.printf(
        "%-46s %12s %12s %9s %9s %9s %6s%n",
        "limiter", "asked/s", "decisions/s", "p50 µs", "p99 µs", "p99.9 µs", "CPU");
    for (LoadSubject subject : subjects) {
      if (subject.mode() != LoadSubject.Mode.SINGLE
          && subject.mode() != LoadSubject.Mode.BUCKET4J_BATCHING) {
        // First, while no load has filled buffers; how checks travel changes nothing in there.
        cost.addAll(new KeyCost(client, gauge, prefix).of(subject, plan.keys()));
      }
    }
    for (LoadSubject subject : subjects) {
      warm(subject);
      Knee knee = Knee.find(plan.rate(), plan.budgetMicros(), rate -> printed(open(subject, rate)));
      steps.addAll(knee.steps());
      LoadResult best = knee.best();
      out.printf(
          "%-46s %s%n",
          subject.name(),
          best == null ? "keeps its budget at no rate tried" : "knee: " + figure(best.asked()));
      out.flush();
      if (best != null) {
        knees.add(best);
      }
      if (subject.algorithm().equals("tokenBucket")) {
        concurrency.addAll(closed(subject));
      }
      connections.put(subject.name(), connections(subject));
    }
    knees.sort(Comparator.comparingDouble(LoadResult::asked).reversed());
    return new CapacityReport(plan, gauge.version(), steps, knees, concurrency, cost, connections);
  }

  /** Removes every key that was made. */
  void forget() {
    gauge.forget(prefix);
  }

  private LoadSubject.Asked opened(LoadSubject subject) {
    return subject.open(client, prefix, plan.keys());
  }

  /** Compiles, connects and fills: nothing of this is counted. */
  private void warm(LoadSubject subject) throws InterruptedException {
    try (LoadSubject.Asked asked = opened(subject)) {
      LoadResult unused =
          new ClosedLoad(subject, asked, gauge, plan.keys()).run(32, plan.step().dividedBy(2));
    }
  }

  private LoadResult open(LoadSubject subject, double rate) throws InterruptedException {
    try (LoadSubject.Asked asked = opened(subject)) {
      return new OpenLoad(subject, asked, gauge, plan.keys(), plan.threads())
          .run(rate, plan.step());
    }
  }

  private List<LoadResult> closed(LoadSubject subject) throws InterruptedException {
    List<LoadResult> results = new ArrayList<>();
    for (int many : CONCURRENCY) {
      try (LoadSubject.Asked asked = opened(subject)) {
        results.add(
            new ClosedLoad(subject, asked, gauge, plan.keys()).run(many, plan.step().dividedBy(2)));
      }
    }
    return results;
  }

  private int connections(LoadSubject subject) {
    int before = gauge.clients();
    try (LoadSubject.Asked asked = opened(subject)) {
      asked.check(0).toCompletableFuture().join();
      return gauge.clients() - before;
    }
  }

  private LoadResult printed(LoadResult result) {
    out.printf(
        Locale.ROOT,
        "%-46s %12.0f %12.0f %9d %9d %9d %5.0f%%%s%n",
        result.subject().name(),
        result.asked(),
        result.achieved(),
        result.p50(),
        result.p99(),
        result.p999(),
        100 * result.redisCpu(),
        result.within(plan.budgetMicros()) ? "" : " breaks the budget");
    out.flush();
    return result;
  }

  private static String figure(double rate) {
    return String.format(Locale.ROOT, "%.0f/s", rate);
  }
}
