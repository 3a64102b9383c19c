package io.bartizan.ratelimit.adaptive;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.bartizan.ratelimit.Permit;
import io.bartizan.testkit.ManualTicker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Callers before a limiter, and a service behind it, event by event in virtual time. Each caller
 * asks again as soon as its call has ended and its pause is over; who is refused asks again when
 * the next call ends. The limit is checked after each event.
 */
final class SimulatedCalls {

  /** How long one call takes at a server, in seconds. */
  @FunctionalInterface
  interface Work {
    double seconds(SplittableRandom random);
  }

  /** How a call that took so many seconds is closed. */
  @FunctionalInterface
  interface Ending {
    Permit.Outcome of(double seconds);
  }

  static final int LEAST = 1;

  private final ManualTicker ticker = new ManualTicker();
  private final long seed;
  private final SplittableRandom random;
  private final AdaptiveConcurrencyLimiter limiter;
  private final int most;
  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private final ArrayDeque<Event> queue = new ArrayDeque<>();
  private long now;
  private long numbers;
  private int callers;
  private int asking;
  private int busy;
  private int held;

  /** What a call takes; may be changed between runs. */
  Work work = constant(0.050);

  /** How many calls are worked on at once; the others queue. */
  int servers = Integer.MAX_VALUE;

  /** What a caller does between its calls. */
  double pause;

  Ending ending = seconds -> Permit.Outcome.DONE;
  int permits = 1;
  private long done;
  private double heldSeconds;
  private double limitSeconds;
  private int lowest;
  private int highest;

  SimulatedCalls(long seed, int most) {
    this(seed, most, Math.min(20, most));
  }

  SimulatedCalls(long seed, int most, int initial) {
    this.seed = seed;
    this.random = new SplittableRandom(seed);
    this.most = most;
    this.limiter =
        AdaptiveConcurrencyLimiter.builder(most)
            .withMinimum(LEAST)
            .withInitial(initial)
            .withTicker(ticker)
            .build();
  }

  static Work constant(double seconds) {
    return random -> seconds;
  }

  static Work exponential(double mean) {
    return random -> -mean * Math.log(1 - random.nextDouble());
  }

  /** A part takes long. */
  static Work bimodal(double quick, double slow, double part) {
    return random -> random.nextDouble() < part ? slow : quick;
  }

  /** Log-normal: two thirds lie between the median divided and multiplied by e^sigma. */
  static Work logNormal(double median, double sigma) {
    return random -> median * Math.exp(sigma * random.nextGaussian());
  }

  /** Changes how many callers there are; fewer only as calls end. */
  @CanIgnoreReturnValue
  SimulatedCalls callers(int wanted) {
    asking += Math.max(0, wanted - callers);
    callers = wanted;
    return this;
  }

  /** Lets nothing happen: whatever runs goes on as if time had not passed for it. */
  @CanIgnoreReturnValue
  SimulatedCalls jump(Duration duration) {
    ticker.advance(duration);
    return this;
  }

  @CanIgnoreReturnValue
  SimulatedCalls run(double seconds) {
    done = 0;
    heldSeconds = 0;
    limitSeconds = 0;
    lowest = Integer.MAX_VALUE;
    highest = 0;
    long end = now + (long) (seconds * 1e9);
    ask();
    while (!events.isEmpty() && events.peek().at <= end) {
      to(events.peek().at);
      Event event = events.remove();
      if (event.permit == null) {
        asking++;
      } else {
        ended(event, event.permit);
      }
      ask();
      check();
    }
    to(end);
    return this;
  }

  private void to(long moment) {
    double seconds = (moment - now) / 1e9;
    heldSeconds += held * seconds;
    limitSeconds += limiter.limit() * seconds;
    ticker.advance(Duration.ofNanos(moment - now));
    now = moment;
  }

  private void ask() {
    while (asking > 0 && held + asking > callers) {
      asking--;
    }
    while (asking > 0) {
      Permit permit = limiter.tryAcquire(Priority.CRITICAL, permits);
      if (!permit.isGranted()) {
        assertThat(held).as("in flight when one is refused").isPositive();
        return;
      }
      asking--;
      held++;
      Event call = new Event(now, numbers++, permit);
      if (busy < servers) {
        serve(call);
      } else {
        queue.add(call);
      }
    }
  }

  private void serve(Event call) {
    busy++;
    call.at = now + Math.max(1, (long) (work.seconds(random) * 1e9));
    events.add(call);
  }

  private void ended(Event call, Permit permit) {
    busy--;
    held--;
    done++;
    permit.close(ending.of((now - call.began) / 1e9));
    if (busy < servers && !queue.isEmpty()) {
      serve(queue.remove());
    }
    if (pause > 0) {
      Event ready = new Event(now, numbers++, null);
      ready.at = now + (long) (pause * 1e9);
      events.add(ready);
    } else {
      asking++;
    }
  }

  private void check() {
    int limit = limiter.limit();
    lowest = Math.min(lowest, limit);
    highest = Math.max(highest, limit);
    if (limit < LEAST || limit > most || limiter.unqueuedLatency().isNegative()) {
      throw new AssertionError(limiter + " of " + limiter.unqueuedLatency());
    }
  }

  long seed() {
    return seed;
  }

  AdaptiveConcurrencyLimiter limiter() {
    return limiter;
  }

  int limit() {
    return limiter.limit();
  }

  /** How many calls ended in the last run. */
  long done() {
    return done;
  }

  /** How many were in flight in the last run, as a mean over time. */
  double meanHeld(double seconds) {
    return heldSeconds / seconds;
  }

  /** The limit in the last run, as a mean over time. */
  double meanLimit(double seconds) {
    return limitSeconds / seconds;
  }

  int lowest() {
    return lowest;
  }

  int highest() {
    return highest;
  }

  double unqueuedSeconds() {
    return limiter.unqueuedLatency().toNanos() / 1e9;
  }

  /** A call with its permit, which ends at its moment, or a caller who is ready then. */
  private static final class Event implements Comparable<Event> {
    private final long began;
    private final long number;
    private final @Nullable Permit permit;
    private long at;

    Event(long began, long number, @Nullable Permit permit) {
      this.began = began;
      this.number = number;
      this.permit = permit;
    }

    @Override
    public int compareTo(Event other) {
      int first = Long.compare(at, other.at);
      return first == 0 ? Long.compare(number, other.number) : first;
    }
  }
}
