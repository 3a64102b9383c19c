package io.bartizan.benchmarks;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * The calls that a simulated service answers in time behind a limit that finds itself. Each round
 * has the next seed, the same for all sides; time is virtual, so no machine is fast or slow here.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class AdaptiveBenchmark {
  @Param({"STEP", "LEAK", "BURST", "BIMODAL"})
  public String traffic = "STEP";

  @Param({"OURS", "GRADIENT2", "WINDOWED", "VEGAS", "AIMD"})
  public String limit = "OURS";

  private long seed = 20261128;

  /** The result: JMH prints and publishes it beside the time, which means nothing here. */
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.EVENTS)
  public static class Goodput {
    public double answersPerSecond;
  }

  @Benchmark
  public Object simulated(Goodput goodput) {
    ServiceSimulation.Result result =
        ServiceSimulation.run(Traffic.valueOf(traffic), Gate.Kind.valueOf(limit), seed++);
    goodput.answersPerSecond = result.goodput();
    return result;
  }
}
