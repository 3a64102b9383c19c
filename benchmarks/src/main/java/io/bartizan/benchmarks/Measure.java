package io.bartizan.benchmarks;

import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;

/** What a row measures, and how one number is read out of one JMH iteration. */
enum Measure {
  /** Nanoseconds of one operation as each thread sees it; less is better. */
  TIME(Mode.AverageTime, "ns", false),
  /**
   * Nanoseconds of processor for one operation, for benchmarks of one thread that never waits; less
   * is better. On an idle machine it is {@link #TIME}, beside others it stays so.
   */
  PROCESSOR_TIME(Mode.AverageTime, "ns", false),
  /** Operations a second of all threads together; more is better. */
  RATE(Mode.Throughput, "/s", true),
  /** Nanoseconds of one operation, with percentiles; less is better. */
  LATENCY(Mode.SampleTime, "ns", false),
  /**
   * Operations a second of threads that each wait for their answer, with percentiles; more is
   * better. In a closed loop the rate is threads divided by mean latency.
   */
  LOAD(Mode.SampleTime, "/s", true),
  /** The 99th percentile of the nanoseconds of one operation; less is better. */
  TAIL(Mode.SampleTime, "ns", false),
  /** Bytes of heap for one key, published by the benchmark as a counter; less is better. */
  BYTES(Mode.SingleShotTime, "B", false),
  /**
   * Milliseconds of Redis' processor for a million decisions, published by the benchmark as a
   * counter; less is better.
   */
  REDIS_CPU(Mode.SingleShotTime, "ms/M", false),
  /**
   * Answers in time, a second of simulated time, published by the benchmark as a counter; more is
   * better.
   */
  GOODPUT(Mode.SingleShotTime, "/s", true);

  /** The name of the counter that a benchmark measured in bytes publishes. */
  static final String BYTES_COUNTER = "bytesPerKey";

  /** The name of the counter that a benchmark of Redis' processor publishes. */
  static final String REDIS_CPU_COUNTER = "redisMillisPerMillion";

  /** The name of the counter that a simulation publishes. */
  static final String GOODPUT_COUNTER = "answersPerSecond";

  private final Mode mode;
  private final String unit;
  private final boolean moreIsBetter;

  Measure(Mode mode, String unit, boolean moreIsBetter) {
    this.mode = mode;
    this.unit = unit;
    this.moreIsBetter = moreIsBetter;
  }

  Mode mode() {
    return mode;
  }

  String unit() {
    return unit;
  }

  boolean moreIsBetter() {
    return moreIsBetter;
  }

  /** Returns how many times better {@code ours} is than {@code peer}; 1.0 is a draw. */
  double ratio(double ours, double peer) {
    return moreIsBetter ? ours / peer : peer / ours;
  }

  @SuppressWarnings("rawtypes") // JMH's own signature
  Score read(IterationResult iteration, int threads) {
    Result<?> primary = iteration.getPrimaryResult();
    Map<String, Result> secondary = iteration.getSecondaryResults();
    double allocated = value(secondary, "gc.alloc.rate.norm");
    double p99 = isSampled() ? p99(primary) : Double.NaN;
    return score(primary.getScore(), p99, allocated, threads, counter -> value(secondary, counter));
  }

  boolean isSampled() {
    return mode == Mode.SampleTime;
  }

  /** Whether {@link ProcessorTime} measures beside JMH. */
  boolean isOfProcessor() {
    return this == PROCESSOR_TIME;
  }

  /** What is read from the clock of builds that know no {@link ProcessorTime}. */
  Measure byClock() {
    return isOfProcessor() ? TIME : this;
  }

  /** Whether a round is one call, however long it takes. */
  boolean isOneCall() {
    return mode == Mode.SingleShotTime;
  }

  /**
   * One round from the numbers of JMH.
   *
   * @param score nanoseconds an operation, or operations a nanosecond
   * @param counters what a benchmark published beside, by name
   */
  Score score(
      double score,
      double p99Nanos,
      double allocatedBytes,
      int threads,
      ToDoubleFunction<String> counters) {
    return switch (this) {
      case TIME, LATENCY -> new Score(score, p99Nanos, allocatedBytes);
      case PROCESSOR_TIME ->
          new Score(counters.applyAsDouble(ProcessorTime.COUNTER), Double.NaN, allocatedBytes);
      case RATE -> new Score(score * 1e9, Double.NaN, allocatedBytes);
      case TAIL -> new Score(p99Nanos, Double.NaN, allocatedBytes);
      case LOAD -> new Score(threads * 1e9 / score, p99Nanos, allocatedBytes);
      case BYTES -> new Score(counters.applyAsDouble(BYTES_COUNTER), Double.NaN, Double.NaN);
      case REDIS_CPU ->
          new Score(counters.applyAsDouble(REDIS_CPU_COUNTER), Double.NaN, Double.NaN);
      case GOODPUT -> new Score(counters.applyAsDouble(GOODPUT_COUNTER), Double.NaN, Double.NaN);
    };
  }

  private static double p99(Result<?> sampled) {
    return sampled.getStatistics().getPercentile(99);
  }

  /** JMH marks the results of its profilers by a dot in some versions. */
  @SuppressWarnings("rawtypes")
  private static double value(Map<String, Result> results, String name) {
    for (Map.Entry<String, Result> result : results.entrySet()) {
      if (result.getKey().replace("·", "").toLowerCase(Locale.ROOT).equals(lower(name))) {
        return result.getValue().getScore();
      }
    }
    return Double.NaN;
  }

  private static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}
