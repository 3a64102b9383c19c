package io.bartizan.benchmarks;

import java.io.PrintWriter;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** Measures one limiter after the other: its knee, its throughput, the cost of its keys. */
final class CapacityRun {
  private static final int[] CONCURRENCY = {1, 4, 16, 64, 256, 1024};

  /** A server that carries so many times the wanted rate changes no answer by carrying more. */
  private static final int ENOUGH = 8;

  /**
   * What is asked for.
   *
   * @param keys that the load is for; the wanted ones may be more
   */
  record Plan(
      Wanted wanted, String algorithm, int keys, int threads, Duration step, String command) {
    double most() {
      return ENOUGH * wanted.rate();
    }
  }

  private final RedisTarget target;
  private final RedisGauge gauge;
  private final Plan plan;
  private final PrintWriter out;
  private final List<LoadSubject> subjects;
  private final KeyChoice keys;

  /** As long as a real one would be, since its length is part of what a key costs. */
  private final String prefix = "bartizan-" + UUID.randomUUID().toString().substring(0, 8);

  CapacityRun(RedisTarget target, Plan plan, List<LoadSubject> subjects, PrintWriter out) {
    this.subjects = List.copyOf(subjects);
    this.target = target;
    this.gauge = target.gauge();
    this.plan = plan;
    this.out = out;
    this.keys = KeyChoice.of(plan.keys(), plan.wanted().skew());
  }

  CapacityReport all() throws InterruptedException {
    List<LoadResult> steps = new ArrayList<>();
    List<LoadResult> concurrency = new ArrayList<>();
    List<Map<String, Object>> cost = new ArrayList<>();
    Map<String, Double> connections = new LinkedHashMap<>();
    long began = System.nanoTime();
    long collected = collectedMillis();
    long evicted = gauge.evictedKeys();
    double idle = idleCores();
    out.printf(
        "%-46s %12s %12s %9s %9s %9s %6s%n",
        "limiter", "asked/s", "decisions/s", "p50 µs", "p99 µs", "p99.9 µs", "CPU");
    for (LoadSubject subject : subjects) {
      if (subject.mode() == LoadSubject.Mode.COALESCING
          || subject.mode() == LoadSubject.Mode.BUCKET4J) {
        // First, while no load has filled buffers; how checks travel changes nothing in there.
        cost.addAll(new KeyCost(target, gauge, prefix).of(subject, plan.keys()));
      }
    }
    for (LoadSubject subject : subjects) {
      warm(subject);
      Knee knee =
          Knee.find(
              plan.wanted().rate(),
              plan.most(),
              plan.wanted().p99Micros(),
              rate -> printed(open(subject, rate)));
      steps.addAll(knee.steps());
      LoadResult best = knee.best();
      out.printf(
          "%-46s %s%n",
          subject.name(),
          best == null ? "keeps its budget at no rate tried" : "knee: " + figure(best.asked()));
      out.flush();
      if (subject.algorithm().equals(plan.algorithm())) {
        concurrency.addAll(closed(subject));
      }
      connections.put(subject.name(), connections(subject));
    }
    return new CapacityReport(
        plan,
        target,
        gauge.version(),
        steps,
        concurrency,
        cost,
        connections,
        new CapacityReport.Health(
            (collectedMillis() - collected) * 1e6 / (System.nanoTime() - began),
            idle,
            gauge.evictedKeys() - evicted,
            gauge.maxMemoryBytes()));
  }

  private double idleCores() throws InterruptedException {
    RedisMeter.Reading before = gauge.read();
    TimeUnit.MILLISECONDS.sleep(300);
    return gauge.read().cpuSince(before);
  }

  private static long collectedMillis() {
    return ManagementFactory.getGarbageCollectorMXBeans().stream()
        .mapToLong(GarbageCollectorMXBean::getCollectionTime)
        .sum();
  }

  /** Removes every key that was made. */
  void forget() {
    gauge.forget(prefix);
  }

  private LoadSubject.Asked opened(LoadSubject subject) {
    return subject.open(target, prefix, plan.keys(), plan.wanted().refused());
  }

  /** Compiles, connects and fills: nothing of this is counted. */
  private void warm(LoadSubject subject) throws InterruptedException {
    try (LoadSubject.Asked asked = opened(subject)) {
      LoadResult unused =
          new ClosedLoad(subject, asked, gauge, keys).run(32, plan.step().dividedBy(2));
    }
  }

  private LoadResult open(LoadSubject subject, double rate) throws InterruptedException {
    try (LoadSubject.Asked asked = opened(subject)) {
      return new OpenLoad(subject, asked, gauge, keys, plan.threads()).run(rate, plan.step());
    }
  }

  private List<LoadResult> closed(LoadSubject subject) throws InterruptedException {
    List<LoadResult> results = new ArrayList<>();
    for (int many : CONCURRENCY) {
      try (LoadSubject.Asked asked = opened(subject)) {
        results.add(
            new ClosedLoad(subject, asked, gauge, keys).run(many, plan.step().dividedBy(2)));
      }
    }
    return results;
  }

  /** Of one process to one server. */
  private double connections(LoadSubject subject) {
    int before = gauge.clients();
    try (LoadSubject.Asked asked = opened(subject)) {
      for (int i = 0; i < target.processes(); i++) {
        asked.check(0).toCompletableFuture().join();
      }
      return (gauge.clients() - before) / (double) target.processes() / gauge.servers();
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
        result.within(plan.wanted().p99Micros()) ? "" : " breaks the budget");
    out.flush();
    return result;
  }

  private static String figure(double rate) {
    return String.format(Locale.ROOT, "%.0f/s", rate);
  }
}
