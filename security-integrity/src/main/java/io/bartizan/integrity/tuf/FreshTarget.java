package io.bartizan.integrity.tuf;

import io.bartizan.core.Health;
import io.bartizan.core.HealthSource;
import io.bartizan.core.RotationListener;
import io.bartizan.core.VerificationException;
import io.bartizan.core.house.Listeners;
import io.bartizan.core.house.Require;
import io.bartizan.core.house.Span;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A value made from a TUF target and kept fresh: the repository is asked at intervals, and the
 * value made again.
 *
 * <p>When the repository can't be reached or what it gives is refused, the last good value stays,
 * and health and the listener say so; once the last refresh that succeeded is older than the age
 * budget, {@link #get} refuses. It begins with what the client's folder holds, so a restart needs
 * no network while that is valid. {@link #get} is a volatile read and a look at the clock.
 * Thread-safe.
 *
 * <p>Unless an executor is given it owns one daemon thread; {@link #close} ends it.
 *
 * <pre>{@code
 * FreshTarget<TrustedRoot> root =
 *     FreshTarget.of(
 *         tuf,
 *         "trusted_root.json",
 *         target -> TrustedRoot.parse(target.text(), target.confirmedAt()),
 *         Duration.ofHours(6));
 * SigstoreVerifier verifier = SigstoreVerifier.of(root, release);
 * }</pre>
 *
 * @param <T> what is made; immutable, since it is shared
 */
public final class FreshTarget<T> implements Supplier<T>, HealthSource, AutoCloseable {

  /** The age budget unless another is set: 7 days. */
  public static final Duration DEFAULT_MAX_AGE = Duration.ofDays(7);

  private static final Logger LOG = LoggerFactory.getLogger(FreshTarget.class);

  private final TufClient client;
  private final String path;
  private final Function<? super VerifiedTarget, ? extends T> maker;
  private final Duration maxAge;
  private final InstantSource clock;
  private final Listeners<RotationListener> listeners;
  private final AtomicBoolean working = new AtomicBoolean();
  private final @Nullable ScheduledExecutorService owned;
  private final Future<?> schedule;
  private volatile Made<T> made;
  private volatile @Nullable String failure;
  private volatile boolean closed;

  /** A value, and of what. */
  private record Made<T>(T value, VerifiedTarget target) {}

  private FreshTarget(Builder<T> builder) throws IOException {
    client = builder.client;
    path = builder.path;
    maker = builder.maker;
    maxAge = builder.maxAge;
    clock = builder.clock;
    listeners = builder.listeners;
    made = make(client.verifyTarget(path));
    owned = builder.executor == null ? ownThread() : null;
    ScheduledExecutorService executor = builder.executor == null ? owned : builder.executor;
    // What the folder gave may be old: the first look at the repository is soon.
    long nanos = builder.interval.toNanos();
    long first = Math.min(nanos, TimeUnit.SECONDS.toNanos(1));
    schedule =
        Objects.requireNonNull(executor)
            .scheduleWithFixedDelay(this::tick, first, nanos, TimeUnit.NANOSECONDS);
  }

  /**
   * A value that follows a target, with all defaults.
   *
   * @param <T> what is made
   * @param client the repository's client; not closed by this
   * @param path the target's path, as the repository lists it
   * @param maker makes the value; throws if the content is not acceptable
   * @param interval how often the repository is asked, 1 second to 7 days
   * @return a value that is there from the start; close it
   * @throws IOException if the client's folder can't be read or written
   * @throws VerificationException if the target can't be had now, or the maker refuses it
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if the interval is out of range
   */
  public static <T> FreshTarget<T> of(
      TufClient client,
      String path,
      Function<? super VerifiedTarget, ? extends T> maker,
      Duration interval)
      throws IOException {
    return FreshTarget.<T>builder(client, path, maker, interval).build();
  }

  /**
   * Makes a value that follows a target, with settings.
   *
   * @param <T> what is made
   * @param client the repository's client; not closed by this
   * @param path the target's path, as the repository lists it
   * @param maker makes the value; throws if the content is not acceptable
   * @param interval how often the repository is asked, 1 second to 7 days
   * @return a builder
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if the interval is out of range
   */
  public static <T> Builder<T> builder(
      TufClient client,
      String path,
      Function<? super VerifiedTarget, ? extends T> maker,
      Duration interval) {
    return new Builder<>(client, path, maker, interval);
  }

  private Made<T> make(VerifiedTarget target) {
    return new Made<>(
        Objects.requireNonNull(maker.apply(target), "the maker returned null"), target);
  }

  /**
   * The value of the newest target; also after {@link #close} until it is too old.
   *
   * @throws VerificationException {@link TufReason#STALE} if the repository confirmed it longer ago
   *     than the age budget
   */
  @Override
  public T get() {
    Made<T> now = made;
    if (isStale(now)) {
      throw new VerificationException(
          TufReason.STALE,
          "\""
              + path
              + "\" was confirmed at "
              + now.target.confirmedAt()
              + ", at most "
              + Span.exact(maxAge)
              + " ago are accepted");
    }
    return now.value;
  }

  private boolean isStale(Made<T> one) {
    return one.target.confirmedAt().plus(maxAge).isBefore(clock.instant());
  }

  /**
   * Asks the repository now instead of at the next interval.
   *
   * @return true if the target's content is new; false if nothing changed, it failed, or another
   *     thread is asking at this moment
   */
  public boolean refresh() {
    if (closed || !working.compareAndSet(false, true)) {
      return false;
    }
    try {
      client.refresh();
      VerifiedTarget target = client.verifyTarget(path);
      boolean changed = !target.digest().equals(made.target.digest());
      made = make(target); // its age changes in any case
      String before = failure;
      failure = null;
      if (changed) {
        LOG.info("\"{}\" is new, from {}", path, client);
        listeners.tell(listener -> listener.rotated(health()));
      } else if (before != null) {
        LOG.info("\"{}\" is confirmed again", path);
        listeners.tell(listener -> listener.recovered(health()));
      }
      return changed;
    } catch (Exception | Error e) {
      failed(e);
      return false;
    } finally {
      working.set(false);
    }
  }

  private void tick() {
    boolean unused = refresh();
  }

  /**
   * An error counts too, and a checked exception, which Kotlin and others throw undeclared: what
   * left this class would end the schedule without a word.
   */
  private void failed(Throwable thrown) {
    Exception cause =
        thrown instanceof Exception exception
            ? exception
            : new IllegalStateException(thrown.getClass().getSimpleName(), thrown);
    boolean first = failure == null;
    failure = String.valueOf(cause.getMessage());
    if (first) {
      LOG.warn("\"{}\" can't be refreshed: {}", path, failure);
    }
    listeners.tell(listener -> listener.failed(health(), cause));
  }

  /**
   * Whether the value is the repository's newest, and how old.
   *
   * @return up after a refresh; degraded while the last one failed; down once the value is too old
   */
  @Override
  public Health health() {
    Made<T> now = made;
    String failed = failure;
    Instant confirmed = now.target.confirmedAt();
    String detail =
        path
            + ": confirmed "
            + Span.ago(confirmed, clock.instant())
            + ", of at most "
            + Span.exact(maxAge)
            + (failed == null ? "" : "; the last refresh failed: " + failed);
    return isStale(now)
        ? Health.down(detail)
        : failed == null ? Health.up(detail) : Health.degraded(detail);
  }

  /** Ends asking; the last value stays usable until it is too old. */
  @Override
  public void close() {
    closed = true;
    boolean unused = schedule.cancel(false);
    if (owned != null) {
      owned.shutdownNow();
    }
  }

  @Override
  public String toString() {
    return "FreshTarget[" + made.target + ", at most " + Span.exact(maxAge) + " old]";
  }

  private static ScheduledExecutorService ownThread() {
    return new ScheduledThreadPoolExecutor(
        1,
        task -> {
          Thread thread = new Thread(task, "bartizan-tuf");
          thread.setDaemon(true);
          return thread;
        });
  }

  /**
   * The optional settings of a {@link FreshTarget}; not thread-safe.
   *
   * @param <T> what is made
   */
  public static final class Builder<T> {
    private final TufClient client;
    private final String path;
    private final Function<? super VerifiedTarget, ? extends T> maker;
    private final Duration interval;
    private Duration maxAge = DEFAULT_MAX_AGE;
    private InstantSource clock = InstantSource.system();
    private Listeners<RotationListener> listeners = Listeners.none(RotationListener.class);
    private @Nullable ScheduledExecutorService executor;

    private Builder(
        TufClient client,
        String path,
        Function<? super VerifiedTarget, ? extends T> maker,
        Duration interval) {
      this.client = Objects.requireNonNull(client, "client");
      this.path = Objects.requireNonNull(path, "path");
      this.maker = Objects.requireNonNull(maker, "maker");
      this.interval =
          Require.within("interval", interval, Duration.ofSeconds(1), Duration.ofDays(7));
    }

    /**
     * How long ago the repository may have confirmed the target; {@link #DEFAULT_MAX_AGE} unless
     * set. A key that was withdrawn since can be trusted for so long.
     *
     * @param age 1 minute to 3650 days
     * @return this builder
     * @throws NullPointerException if {@code age} is null
     * @throws IllegalArgumentException if it is out of range
     */
    public Builder<T> withMaxAge(Duration age) {
      maxAge = Require.within("maxAge", age, Duration.ofMinutes(1), Duration.ofDays(3650));
      return this;
    }

    /**
     * What tells the age; the system's clock unless set.
     *
     * @param source the time of day
     * @return this builder
     * @throws NullPointerException if {@code source} is null
     */
    public Builder<T> withClock(InstantSource source) {
      clock = Objects.requireNonNull(source, "clock");
      return this;
    }

    /**
     * Adds one who hears of new content and of failures.
     *
     * @param listener called on the asking thread; what it throws is logged and changes nothing
     * @return this builder
     * @throws NullPointerException if {@code listener} is null
     */
    public Builder<T> withListener(RotationListener listener) {
      listeners = listeners.and(listener);
      return this;
    }

    /**
     * Where the repository is asked; a daemon thread of its own unless set.
     *
     * @param scheduler the application's; it is not shut down by {@code close()}
     * @return this builder
     * @throws NullPointerException if {@code scheduler} is null
     */
    public Builder<T> withExecutor(ScheduledExecutorService scheduler) {
      executor = Objects.requireNonNull(scheduler, "executor");
      return this;
    }

    /**
     * Reads the target for the first time and starts to follow it.
     *
     * @return a value that is there from the start
     * @throws IOException if the client's folder can't be read or written
     * @throws VerificationException if the target can't be had now, or the maker refuses it
     */
    public FreshTarget<T> build() throws IOException {
      return new FreshTarget<>(this);
    }
  }
}
