package io.bartizan.benchmarks;

import io.bartizan.ratelimit.RateLimiter;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** One attempt on our limiter in memory that one subject owns. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class LocalLimiterBenchmark {
  @Param({"tokenBucket", "slidingWindow", "slidingWindowCounter", "fixedWindow"})
  public String algorithm = "tokenBucket";

  @Param({"admit", "deny"})
  public String outcome = "admit";

  private RateLimiter limiter = limiter();

  @Setup
  public void build() {
    limiter = limiter();
    boolean allowed = limiter.tryAcquire().isAllowed();
    if (!allowed) {
      throw new IllegalStateException("the first attempt was refused");
    }
  }

  @Benchmark
  public boolean tryAcquire() {
    return limiter.tryAcquire().isAllowed();
  }

  private RateLimiter limiter() {
    return RateLimiter.of(
        outcome.equals("admit") ? Plenty.of(algorithm) : Plenty.onePerDay(algorithm));
  }
}
