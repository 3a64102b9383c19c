package io.bartizan.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.IterationResultMetaData;
import org.openjdk.jmh.results.Result;

class ProcessorTimeTest {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final int OPERATIONS = 10;

  /** Between two looks of the profiler, what hands the work over takes some of it. */
  private static final double HANDING_OVER_NANOS = 10e6;

  @Test
  void processorTime_benchmarkThreadWorksThenWaitsAndAnotherWorks_isThatOfTheBenchmarkAlone()
      throws Exception {
    ExecutorService benchmark = executor("LocalLimiterBenchmark-jmh-worker-1");
    ExecutorService other = executor("other");
    try {
      benchmark.submit(() -> worked(30_000_000)).get(); // before the iteration
      ProcessorTime profiler = new ProcessorTime();
      profiler.beforeIteration(null, null);
      Future<Long> works = benchmark.submit(() -> worked(20_000_000));
      other.submit(() -> worked(60_000_000)).get();
      long nanos = works.get();

      double each = each(profiler);

      assertThat(each * OPERATIONS).isBetween((double) nanos, nanos + HANDING_OVER_NANOS);
    } finally {
      benchmark.shutdownNow();
      other.shutdownNow();
    }
  }

  /** In a JVM of several benchmarks, the threads of the one before end during the next. */
  @Test
  void processorTime_threadOfTheBenchmarkBefore_endsWithoutBeingCounted() throws Exception {
    ExecutorService former = executor("Former-jmh-worker-1");
    ExecutorService benchmark = executor("Next-jmh-worker-1");
    try {
      former.submit(() -> worked(50_000_000)).get();
      ProcessorTime profiler = new ProcessorTime();
      profiler.beforeIteration(null, null);
      Thread ending = former.submit(Thread::currentThread).get();
      former.shutdown();
      ending.join();
      long nanos = benchmark.submit(() -> worked(10_000_000)).get();

      double each = each(profiler);

      assertThat(each * OPERATIONS).isBetween((double) nanos, nanos + HANDING_OVER_NANOS);
    } finally {
      former.shutdownNow();
      benchmark.shutdownNow();
    }
  }

  private static ExecutorService executor(String name) {
    return Executors.newSingleThreadExecutor(task -> new Thread(task, name));
  }

  /** Uses at least so many nanoseconds of processor, and returns how many it were. */
  private static long worked(long leastNanos) {
    long start = THREADS.getCurrentThreadCpuTime();
    long used = 0;
    while (used < leastNanos) {
      used = THREADS.getCurrentThreadCpuTime() - start;
    }
    return used;
  }

  private static double each(ProcessorTime profiler) {
    IterationResult iteration =
        new IterationResult(null, null, new IterationResultMetaData(OPERATIONS, OPERATIONS));
    Result<?> published = profiler.afterIteration(null, null, iteration).iterator().next();
    assertThat(published.getLabel()).isEqualTo(ProcessorTime.COUNTER);
    return published.getScore();
  }
}
