package io.bartizan.benchmarks;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.Collection;
import java.util.List;
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
  private long before;

  @Override
  public String getDescription() {
    return "processor time of the benchmark's threads for an operation";
  }

  @Override
  public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
    before = used();
  }

  @Override
  public Collection<? extends Result<?>> afterIteration(
      BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
    double each = (double) (used() - before) / result.getMetadata().getAllOps();
    return List.of(new ScalarResult(COUNTER, each, "ns/op", AggregationPolicy.AVG));
  }

  /** None have started before the first iteration. */
  private long used() {
    long nanos = 0;
    for (ThreadInfo thread : threads.getThreadInfo(threads.getAllThreadIds())) {
      if (thread != null && thread.getThreadName().contains(WORKER)) {
        nanos += Math.max(0, threads.getThreadCpuTime(thread.getThreadId()));
      }
    }
    return nanos;
  }
}
