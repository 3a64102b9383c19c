package io.bartizan.benchmarks;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;

/**
 * Publishes how many nanoseconds of processor JMH's own threads used for an operation. While
 * another process has the processor, none pass, so a busy machine does not make an operation look
 * slow. What the JVM does in threads of its own, as compiling and collecting garbage, is not in it;
 * what a benchmark sets up for each invocation is.
 */
public final class ProcessorTime implements InternalProfiler {
  /** The name under which the nanoseconds are published. */
  static final String COUNTER = "processorNanos";

  /** In the name of each thread that JMH runs a benchmark in. */
  private static final String WORKER = "jmh-worker";

  private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
  private Map<Long, Long> before = Map.of();

  @Override
  public String getDescription() {
    return "processor time of the benchmark's threads for an operation";
  }

  @Override
  public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
    before = workers();
  }

  @Override
  public Collection<? extends Result<?>> afterIteration(
      BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
    long nanos = 0;
    for (Map.Entry<Long, Long> worker : workers().entrySet()) {
      nanos += worker.getValue() - before.getOrDefault(worker.getKey(), 0L);
    }
    double each = (double) nanos / result.getMetadata().getAllOps();
    return List.of(new ScalarResult(COUNTER, each, "ns/op", AggregationPolicy.AVG));
  }

  /**
   * What each of JMH's threads has used, by its number. None have started before the first
   * iteration, and those of the benchmark before it may end meanwhile.
   */
  private Map<Long, Long> workers() {
    Map<Long, Long> nanos = new HashMap<>();
    for (ThreadInfo thread : threads.getThreadInfo(threads.getAllThreadIds())) {
      if (thread != null && thread.getThreadName().contains(WORKER)) {
        long used = threads.getThreadCpuTime(thread.getThreadId());
        if (used >= 0) { // it has not ended meanwhile
          nanos.put(thread.getThreadId(), used);
        }
      }
    }
    return nanos;
  }
}
