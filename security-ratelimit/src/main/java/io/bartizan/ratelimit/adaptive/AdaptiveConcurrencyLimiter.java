package io.bartizan.ratelimit.adaptive;

import io.bartizan.core.Ticker;
import io.bartizan.core.house.Require;
import io.bartizan.ratelimit.ConcurrencyLimiter;
import io.bartizan.ratelimit.Permit;
import io.bartizan.ratelimit.RateLimitListener;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletionStage;

/**
 * Limits how many operations run at once in this JVM, and finds the limit from the time that they
 * take. It is for a service that sheds what it can't do in time, and for a client of a slow one.
 *
 * <pre>{@code
 * AdaptiveConcurrencyLimiter downstream = AdaptiveConcurrencyLimiter.of(200);
 * try (Permit permit = downstream.tryAcquire(Priority.LOW, 1)) {
 *   if (!permit.isGranted()) {
 *     return busy();
 *   }
 *   Response response = call();
 *   if (response.status() == 503) {
 *     permit.close(Permit.Outcome.OVERLOADED);
 *   }
 *   return response;
 * }
 * }</pre>
 *
 * <p><b>The limit.</b> A permit's time from its grant until {@code close} is a sample. Up to ten
 * times a second the samples are compared with the time of work that does not queue: the limit
 * shrinks if work is certainly slower, and by the part that was closed as {@link
 * Permit.Outcome#OVERLOADED}; else it grows while it is used. At least 30 samples are needed to
 * change it. Every ten seconds a limit that is used is lowered, by a twentieth if nothing has
 * changed, for some 200 samples to measure what unqueued work takes now. In flight are never more
 * than the limit at the moment of the grant; a limit that shrinks takes nothing back. Only work
 * that needs more permits than the limit starts nevertheless if nothing else is held, and runs
 * alone.
 *
 * <p><b>Priorities.</b> See {@link Priority}. The verbs of {@link ConcurrencyLimiter} take {@link
 * Priority#NORMAL}.
 *
 * <p><b>Waiting.</b> {@code tryAcquire} passes nobody by who waits and is of the same or a higher
 * priority. {@code acquire} waits in a line of bounded length: the most important first, and of one
 * priority who came first; once the line has stood for 100 ms, who came last, since the oldest are
 * about to give up and would cost the same work for an answer that nobody awaits. In a full line
 * the last of the least important makes room for whoever is more important than it.
 *
 * <p>Thread-safe. {@code tryAcquire} and {@code close} take no lock while nobody waits but to add a
 * sample, for which none waits. Owns no thread.
 */
public final class AdaptiveConcurrencyLimiter implements ConcurrencyLimiter {

  private final Admission admission;

  private AdaptiveConcurrencyLimiter(Settings settings) {
    this.admission = new Admission(settings);
  }

  /**
   * A limiter with every option at its default.
   *
   * @param most what the limit never exceeds; 1 to 1 million
   * @return a limiter of which nothing is held
   * @throws IllegalArgumentException if {@code most} is outside its range
   */
  public static AdaptiveConcurrencyLimiter of(int most) {
    return builder(most).build();
  }

  /**
   * A limiter with options.
   *
   * @param most what the limit never exceeds; 1 to 1 million
   * @return a builder with every option at its default
   * @throws IllegalArgumentException if {@code most} is outside its range
   */
  public static Builder builder(int most) {
    return new Builder(most);
  }

  @Override
  public Permit tryAcquire(int permits) {
    return tryAcquire(Priority.NORMAL, permits);
  }

  /**
   * Takes permits if they fit into the priority's share and nobody as important waits.
   *
   * @param priority how important the work is
   * @param permits how many; at least 1
   * @return one handle for all of them, granted or not; close it
   * @throws NullPointerException if {@code priority} is null
   * @throws IllegalArgumentException if {@code permits} is less than 1
   */
  public Permit tryAcquire(Priority priority, int permits) {
    Objects.requireNonNull(priority, "priority");
    return admission.tryAcquire(priority, Require.atLeast("permits", permits, 1));
  }

  @Override
  public Permit acquire(int permits, Duration maxWait) throws InterruptedException {
    return acquire(Priority.NORMAL, permits, maxWait);
  }

  /**
   * Waits for permits; more than the priority's share of the highest limit is refused at once.
   *
   * @param priority how important the work is
   * @param permits how many; at least 1
   * @param maxWait the longest wait; zero or more
   * @return one handle for all of them, not granted if they did not become free in time or the line
   *     was full; close it
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if {@code permits} is less than 1 or {@code maxWait} negative
   * @throws InterruptedException if the thread is interrupted; nothing is held then
   */
  public Permit acquire(Priority priority, int permits, Duration maxWait)
      throws InterruptedException {
    Objects.requireNonNull(priority, "priority");
    int wanted = Require.atLeast("permits", permits, 1);
    return admission.acquire(priority, wanted, Admission.nanos(maxWait));
  }

  /**
   * Waits for permits without holding a thread.
   *
   * @param priority how important the work is
   * @param permits how many; at least 1
   * @param maxWait the longest wait; zero or more
   * @return one handle for all of them to come, granted or not; close it. It is completed by
   *     whoever gives permits back, by the JDK's timer, or by the common pool where many who are
   *     served give back at once; cancelling it gives up the place
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if {@code permits} is less than 1 or {@code maxWait} negative
   */
  public CompletionStage<Permit> acquireAsync(Priority priority, int permits, Duration maxWait) {
    Objects.requireNonNull(priority, "priority");
    int wanted = Require.atLeast("permits", permits, 1);
    return admission.acquireAsync(priority, wanted, Admission.nanos(maxWait));
  }

  @Override
  public int held() {
    return admission.held();
  }

  /**
   * The limit that holds now.
   *
   * @return the minimum to the most
   */
  public int limit() {
    return admission.limit();
  }

  /**
   * How many wait for permits.
   *
   * @return zero to the length of the line
   */
  public int waiting() {
    return admission.waiting();
  }

  /**
   * How often work of a priority was refused, at once or after a wait, since this was made.
   *
   * @param priority which
   * @return zero or more
   * @throws NullPointerException if {@code priority} is null
   */
  public long refused(Priority priority) {
    return admission.refused(priority);
  }

  /**
   * What work takes that does not queue, as last measured: the square of the mean of the square
   * roots, less than the plain mean where times differ (by a fifth if they are exponential).
   *
   * @return zero before the first measurement
   */
  public Duration unqueuedLatency() {
    return Duration.ofNanos(admission.baseline());
  }

  @Override
  public String toString() {
    return "AdaptiveConcurrencyLimiter[" + admission + "]";
  }

  /** Options of an {@link AdaptiveConcurrencyLimiter}. Not thread-safe. */
  public static final class Builder {

    private final Settings settings;

    private Builder(int most) {
      this.settings = new Settings(most);
    }

    /**
     * What the limit never falls below.
     *
     * @param minimum 1 to the most; 1 if not called. Raises a smaller initial limit
     * @return this builder
     * @throws IllegalArgumentException if it is outside its range
     */
    public Builder withMinimum(int minimum) {
      settings.minimum(minimum);
      return this;
    }

    /**
     * The limit before anything was measured.
     *
     * @param initial the minimum to the most; the smaller of 20 and the most if not called
     * @return this builder
     * @throws IllegalArgumentException if it is less than 1 or more than the most
     */
    public Builder withInitial(int initial) {
      settings.initial(initial);
      return this;
    }

    /**
     * How many may wait at a time.
     *
     * @param waiters 0, with which {@code acquire} never waits, to 1 million; the smaller of 1000
     *     and the most if not called
     * @return this builder
     * @throws IllegalArgumentException if it is outside its range
     */
    public Builder withQueue(int waiters) {
      settings.queue(waiters);
      return this;
    }

    /**
     * Which part of the limit work of a priority may use.
     *
     * @param priority which
     * @param percent 1 to 100, no more than that of the next higher priority; see {@link
     *     Priority#defaultShare()}
     * @return this builder
     * @throws NullPointerException if {@code priority} is null
     * @throws IllegalArgumentException if {@code percent} is outside 1 to 100
     */
    public Builder withShare(Priority priority, int percent) {
      settings.share(priority, percent);
      return this;
    }

    /**
     * Measures time with another clock than {@link Ticker#system()}; how long callers wait is
     * measured by the JVM's own.
     *
     * @param ticker the clock
     * @return this builder
     * @throws NullPointerException if {@code ticker} is null
     */
    public Builder withTicker(Ticker ticker) {
      settings.ticker = Objects.requireNonNull(ticker, "ticker");
      return this;
    }

    /**
     * Adds a listener that hears of other limits; it may be called several times.
     *
     * @param listener hears {@link RateLimitListener#limitChanged}, and no decisions
     * @return this builder
     * @throws NullPointerException if {@code listener} is null
     */
    public Builder withListener(RateLimitListener listener) {
      settings.listeners = settings.listeners.and(listener);
      return this;
    }

    /**
     * Makes the limiter.
     *
     * @return a limiter of which nothing is held
     * @throws IllegalArgumentException if the initial limit is below the minimum, or the share of a
     *     priority above that of the next higher one
     */
    public AdaptiveConcurrencyLimiter build() {
      return new AdaptiveConcurrencyLimiter(settings.checked());
    }
  }
}
