package io.bartizan.benchmarks;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * A service with a few servers and an endless queue behind a {@link Gate}, event by event in
 * virtual time. Callers who are refused are gone; those who are let in give up after a second,
 * which the service does not notice. The seed decides when callers come and how much work each
 * brings, so that every gate meets the same callers.
 */
final class ServiceSimulation {
  /** When a caller who was let in gives up. */
  static final double PATIENCE = 1.0;

  /**
   * What became of the callers.
   *
   * @param seconds how long it ran
   * @param offered how many asked
   * @param good how many were answered before they gave up
   * @param late how many gave up
   * @param p99Millis the 99th percentile of the time of those let in; who gave up counts a second
   * @param limits the limit at the end of each second
   */
  record Result(
      double seconds, long offered, long good, long late, double p99Millis, List<Integer> limits) {
    double goodput() {
      return good / seconds;
    }

    @Override
    public String toString() {
      return String.format(
          "%.0f/s good, %d late, p99 %.0f ms, limits %s", goodput(), late, p99Millis, limits);
    }
  }

  private final Traffic traffic;
  private final double seconds;
  private final SplittableRandom arrivals;
  private final SplittableRandom work;
  private final Gate gate;
  private final PriorityQueue<Job> running = new PriorityQueue<>();
  private final ArrayDeque<Job> queue = new ArrayDeque<>();
  private final ArrayDeque<Job> patience = new ArrayDeque<>();
  private final Histogram micros = new Histogram(2_000_000, 3);
  private double now;
  private long offered;
  private long good;
  private long late;

  private ServiceSimulation(Traffic traffic, Gate.Kind kind, long seed, double seconds) {
    SplittableRandom random = new SplittableRandom(seed);
    this.traffic = traffic;
    this.seconds = seconds;
    this.arrivals = random.split();
    this.work = random.split();
    this.gate = kind.on(() -> (long) (now * 1e9));
  }

  /** Runs one minute. */
  static Result run(Traffic traffic, Gate.Kind kind, long seed) {
    return run(traffic, kind, seed, Traffic.SECONDS);
  }

  /** Runs some seconds. */
  static Result run(Traffic traffic, Gate.Kind kind, long seed, double seconds) {
    return new ServiceSimulation(traffic, kind, seed, seconds).run();
  }

  private Result run() {
    List<Integer> limits = new ArrayList<>();
    double arrival = 0;
    while (now < seconds) {
      double end = running.isEmpty() ? Double.MAX_VALUE : running.peek().end;
      double gone = patience.isEmpty() ? Double.MAX_VALUE : patience.peek().began + PATIENCE;
      now = Math.min(arrival, Math.min(end, gone));
      while (now >= limits.size() + 1) {
        limits.add(gate.limit());
      }
      if (now == arrival) {
        arrived();
        arrival += -Math.log(1 - arrivals.nextDouble()) / traffic.perSecond(now);
      } else if (now == end) {
        answered(running.remove());
      } else {
        gaveUp(patience.remove());
      }
    }
    return new Result(seconds, offered, good, late, micros.getValueAtPercentile(99) / 1e3, limits);
  }

  private void arrived() {
    offered++;
    double needs = traffic.serviceSeconds(work, now);
    Gate.Pass pass = gate.enter();
    if (pass != null) {
      Job job = new Job(pass, now, needs);
      patience.add(job);
      queue.add(job);
      serve();
    }
  }

  private void serve() {
    while (running.size() < traffic.servers(now) && !queue.isEmpty()) {
      Job job = queue.remove();
      job.end = now + job.needs;
      running.add(job);
    }
  }

  private void answered(Job job) {
    Gate.Pass pass = job.pass;
    if (pass != null) {
      job.pass = null;
      good++;
      micros.recordValue(Math.round((now - job.began) * 1e6));
      pass.ended(false);
    }
    while (!patience.isEmpty() && patience.peek().pass == null) {
      Job unused = patience.remove();
    }
    serve();
  }

  private void gaveUp(Job job) {
    Gate.Pass pass = job.pass;
    if (pass != null) {
      job.pass = null;
      late++;
      micros.recordValue(Math.round(PATIENCE * 1e6));
      pass.ended(true);
    }
  }

  /** A call; its pass is null once it is answered or given up. */
  private static final class Job implements Comparable<Job> {
    private final double began;
    private final double needs;
    private Gate.@Nullable Pass pass;
    private double end;

    Job(Gate.Pass pass, double began, double needs) {
      this.pass = pass;
      this.began = began;
      this.needs = needs;
    }

    @Override
    public int compareTo(Job other) {
      return Double.compare(end, other.end);
    }
  }
}
