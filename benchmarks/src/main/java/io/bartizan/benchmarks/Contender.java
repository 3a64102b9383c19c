package io.bartizan.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * One side of a row in one JVM of its own, forked, warmed and measured by JMH, an iteration at a
 * time and only when told so. Not thread-safe.
 */
final class Contender implements AutoCloseable {
  /** A bound on hanging, not a measure of speed. */
  private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(2);

  /** How often, while waiting for a side, to look whether it has ended. */
  private static final int GLANCE_MILLIS = 200;

  /**
   * With a small young generation: memory that no object was in before costs a page fault, and in a
   * virtual machine whose host has to find the page some microseconds each. A young generation of
   * hundreds of megabytes is new memory for most of a short run.
   */
  static final String[] JVM_ARGUMENTS = {
    "-Xms1g", "-Xmx2g", "-Xmn64m", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"
  };

  private final Side side;
  private final Measure measure;
  private final Path log;
  private final ServerSocket door;
  private final FutureTask<List<Score>> run;
  private final int rounds;
  private final @Nullable OtherBuild build;
  private int stepsLeft;
  private @Nullable Socket line;

  Contender(Side side, Measure measure, int warmth, Budget budget, Path log) throws IOException {
    this.side = side;
    this.measure = measure;
    this.log = log;
    this.door = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    this.rounds = budget.rounds();
    this.stepsLeft = budget.warmUps() * warmth + budget.rounds();
    String classPath = side.classPath();
    if (classPath == null) {
      this.build = null;
      Runner runner = new Runner(options(warmth, budget).build());
      this.run = new FutureTask<>(() -> scores(runner.run()));
    } else {
      OtherBuild other = new OtherBuild(side, measure, classPath, log);
      this.build = other;
      this.run = new FutureTask<>(() -> other.run(warmth, budget, door.getLocalPort()));
    }
    Thread thread = new Thread(run, "scorecard-" + side.name());
    thread.setDaemon(true);
    thread.start();
  }

  private ChainedOptionsBuilder options(int warmth, Budget budget) {
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include(side.include())
            .mode(measure.mode())
            .timeUnit(TimeUnit.NANOSECONDS)
            .threads(side.threads())
            .forks(budget.generations() == 0 ? 0 : 1)
            .warmupIterations(budget.warmUps() * warmth)
            .warmupTime(TimeValue.milliseconds(budget.warmUp().toMillis()))
            .measurementIterations(budget.rounds())
            .measurementTime(TimeValue.milliseconds(budget.round().toMillis()))
            .shouldFailOnError(true)
            .addProfiler(GCProfiler.class)
            .addProfiler(Turnstile.class, Integer.toString(door.getLocalPort()))
            .jvmArgsAppend(JVM_ARGUMENTS)
            .verbosity(VerboseMode.NORMAL)
            .output(log.toString());
    Path home = budget.javaHome();
    if (home != null) {
      options.jvm(home.resolve("bin").resolve("java").toString());
    }
    if (measure.isOfProcessor()) {
      options.addProfiler(ProcessorTime.class);
    }
    side.parameters().forEach(options::param);
    return options;
  }

  /** Waits until the JVM is up, the benchmark is set up, and the first iteration may start. */
  void awaitReady() throws IOException {
    expect(Turnstile.READY);
  }

  /** Runs one iteration while the other side waits, and waits until this side is idle again. */
  void step() throws IOException {
    begin();
    end();
  }

  /** Starts one iteration. */
  void begin() throws IOException {
    connected().getOutputStream().write(Turnstile.GO);
  }

  /** Waits until the iteration is over and this side is idle again. */
  void end() throws IOException {
    expect(Turnstile.DONE);
    stepsLeft--;
    if (stepsLeft > 0) {
      expect(Turnstile.READY);
    }
  }

  /** Returns the rounds that count, in order. */
  List<Score> scores() throws IOException {
    List<Score> scores = outcome();
    if (scores.size() != rounds) {
      throw new IOException(
          side.name() + " gave " + scores.size() + " rounds: a parameter has no value, see " + log);
    }
    return scores;
  }

  private List<Score> scores(Collection<RunResult> results) {
    List<Score> scores = new ArrayList<>();
    for (RunResult result : results) {
      for (BenchmarkResult benchmark : result.getBenchmarkResults()) {
        for (IterationResult iteration : benchmark.getIterationResults()) {
          scores.add(measure.read(iteration, side.threads()));
        }
      }
    }
    return scores;
  }

  private void expect(int signal) throws IOException {
    if (signalled() != signal) {
      outcome();
      throw new IOException(side.name() + " broke off, see " + log);
    }
  }

  /** A side that failed within this JVM leaves its end of the line open, so both are watched. */
  private int signalled() throws IOException {
    long start = System.nanoTime();
    while (true) {
      try {
        return connected().getInputStream().read();
      } catch (SocketTimeoutException e) {
        if (run.isDone()) {
          outcome();
          throw new IOException(side.name() + " broke off, see " + log, e);
        }
        if (System.nanoTime() - start > PATIENCE_NANOS) {
          throw new IOException(side.name() + " hangs, see " + log, e);
        }
      }
    }
  }

  private Socket connected() throws IOException {
    Socket open = line;
    if (open == null) {
      open = accept();
      open.setTcpNoDelay(true);
      open.setSoTimeout(GLANCE_MILLIS);
      line = open;
    }
    return open;
  }

  private Socket accept() throws IOException {
    long start = System.nanoTime();
    door.setSoTimeout(GLANCE_MILLIS);
    while (true) {
      try {
        return door.accept();
      } catch (SocketTimeoutException e) {
        if (run.isDone()) {
          outcome();
          throw new IOException(side.name() + " ended before its first iteration, see " + log, e);
        }
        if (System.nanoTime() - start > PATIENCE_NANOS) {
          throw new IOException(side.name() + " did not start, see " + log, e);
        }
      }
    }
  }

  private List<Score> outcome() throws IOException {
    try {
      return run.get(1, TimeUnit.MINUTES);
    } catch (ExecutionException e) {
      throw new IOException(side.name() + " failed, see " + log, e.getCause());
    } catch (TimeoutException e) {
      throw new IOException(side.name() + " does not end, see " + log, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while " + side.name() + " ran", e);
    }
  }

  @Override
  public void close() throws IOException {
    door.close();
    if (line != null) {
      line.close();
    }
    if (build != null) {
      build.close();
    }
  }
}
