package io.bartizan.core;

import io.bartizan.core.house.Listeners;
import io.bartizan.core.house.Require;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A value made from a secret (key ring, password, certificate key), made again when the secret
 * changes: key rotation without a restart.
 *
 * <p>The source is read at every interval and compared with what was read last, so that an edited
 * file, a replaced one and a Kubernetes secret whose symbolic link is swapped all count, whatever
 * their time stamps say. A secret that differs is read again 50 ms later until two readings agree
 * (four at most), so that a file half written is seldom taken for one; replace files by a rename,
 * and it never is. A new value is made completely before anyone sees it. When the source can't be
 * read or what it holds is refused, the last good value stays, and health and the listener say so.
 * {@link #get} is one volatile read. Thread-safe.
 *
 * <p>A first reading that fails ends {@code build()}, unless {@link Builder#withStartBeforeSecret}
 * says that the secret may come later.
 *
 * <p>Unless an executor is given it owns one daemon thread; {@link #close} ends it. The last secret
 * is kept to be compared, and overwritten when it changes and at {@code close}.
 *
 * <pre>{@code
 * try (Rotating<MacKeyRing> keys =
 *     Rotating.of(SecretSource.file(path), MacKeyRing::parse, Duration.ofSeconds(10))) {
 *   SignedValues carts = SignedValues.of("cart", keys, Duration.ofHours(1));
 * }
 * }</pre>
 *
 * @param <T> what is made; immutable, since it is shared
 */
public final class Rotating<T> implements Supplier<T>, HealthSource, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Rotating.class);
  private static final long SETTLE_MILLIS = 50;
  private static final int MOST_READINGS = 4;
  private static final Health UNREAD = Health.down("the secret was not read yet");
  private static final Refusal UNAVAILABLE =
      Refusal.of(
          SecretReason.SECRET_UNAVAILABLE, "no secret was good yet; health() of it says why");

  private final SecretSource source;
  private final Function<? super SecretBytes, ? extends T> maker;
  private final Listeners<RotationListener> listeners;
  private final AtomicBoolean reading = new AtomicBoolean();
  private final @Nullable ScheduledExecutorService owned;
  private final Future<?> schedule;
  private volatile @Nullable SecretBytes secret;
  private volatile @Nullable T value;
  private volatile Health health = Health.up("as first read");
  private volatile boolean closed;

  private Rotating(Builder<T> builder) throws IOException {
    source = builder.source;
    maker = builder.maker;
    listeners = builder.listeners;
    if (builder.startsBeforeSecret) {
      health = UNREAD;
      tick();
    } else {
      SecretBytes first = source.read();
      secret = first;
      value = made(first);
    }
    owned = builder.executor == null ? ownThread() : null;
    ScheduledExecutorService executor = builder.executor == null ? owned : builder.executor;
    long nanos = builder.interval.toNanos();
    try {
      schedule =
          Objects.requireNonNull(executor)
              .scheduleWithFixedDelay(this::tick, nanos, nanos, TimeUnit.NANOSECONDS);
    } catch (RuntimeException | Error e) {
      overwrite(secret);
      throw e;
    }
  }

  /** The secret is closed if no value can be made of it. */
  private T made(SecretBytes from) {
    try {
      return Objects.requireNonNull(maker.apply(from), "the maker returned null");
    } catch (Exception | Error e) { // of Kotlin a checked one too
      from.close();
      throw e;
    }
  }

  private static void overwrite(@Nullable SecretBytes old) {
    if (old != null) {
      old.close();
    }
  }

  /**
   * A value that follows a secret, with all defaults.
   *
   * @param <T> what is made
   * @param source read now and at every interval
   * @param maker makes the value; it neither keeps nor closes the secret, throws if it is not
   *     acceptable, and puts no part of it into the exception's message
   * @param interval how often the source is read, 10 milliseconds to 1 day; a change is seen at
   *     most so much later
   * @return a value that is there from the start; close it
   * @throws IOException if the source can't be read
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if the interval is out of range, or the maker refuses the
   *     secret
   */
  public static <T> Rotating<T> of(
      SecretSource source, Function<? super SecretBytes, ? extends T> maker, Duration interval)
      throws IOException {
    return Rotating.<T>builder(source, maker, interval).build();
  }

  /**
   * Makes a value that follows a secret, with settings.
   *
   * @param <T> what is made
   * @param source read at every interval
   * @param maker makes the value; it neither keeps nor closes the secret, throws if it is not
   *     acceptable, and puts no part of it into the exception's message
   * @param interval how often the source is read, 10 milliseconds to 1 day; a change is seen at
   *     most so much later
   * @return a builder
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if the interval is out of range
   */
  public static <T> Builder<T> builder(
      SecretSource source, Function<? super SecretBytes, ? extends T> maker, Duration interval) {
    return new Builder<>(source, maker, interval);
  }

  /**
   * The value of the last secret that was good; also after {@link #close}.
   *
   * @throws VerificationException with {@link SecretReason#SECRET_UNAVAILABLE}, at once, if none
   *     was good yet; only after {@link Builder#withStartBeforeSecret}
   */
  @Override
  public T get() {
    T made = value;
    if (made == null) {
      throw new VerificationException(UNAVAILABLE);
    }
    return made;
  }

  /**
   * Reads the source now instead of at the next interval; takes 50 to 150 ms if it has changed or
   * no secret was good yet.
   *
   * @return true if there is a new value; false if nothing changed, it failed, or another thread is
   *     reading at this moment
   */
  public boolean refresh() {
    if (closed || !reading.compareAndSet(false, true)) {
      return false;
    }
    try {
      return read();
    } finally {
      reading.set(false);
    }
  }

  private void tick() {
    boolean unused = refresh();
  }

  private boolean read() {
    SecretBytes next;
    try {
      next = settled();
    } catch (Exception | Error e) {
      failed("can't be read", e);
      return false;
    }
    if (next.equals(secret)) {
      next.close();
      recovered();
      return false;
    }
    SecretBytes before = secret;
    try {
      value = made(next);
    } catch (Exception | Error e) {
      failed("is not acceptable", e);
      return false;
    }
    overwrite(before);
    secret = next;
    if (closed) {
      next.close();
    }
    health = Health.up(before == null ? "as first read" : "rotated");
    LOG.info("{} a secret from {}", before == null ? "read" : "rotated", source);
    listeners.tell(listener -> listener.rotated(health));
    return true;
  }

  private SecretBytes settled() throws IOException {
    SecretBytes next = source.read();
    for (int i = 1; i < MOST_READINGS && !next.equals(secret); i++) {
      SecretBytes before = next;
      try (before) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(SETTLE_MILLIS));
        next = source.read();
        if (next.equals(before)) {
          break;
        }
      }
    }
    return next;
  }

  /**
   * An error counts too, and a checked exception, which Kotlin and others throw undeclared: what
   * left this class would end the schedule without a word.
   */
  private void failed(String what, Throwable thrown) {
    Exception cause =
        thrown instanceof Exception exception
            ? exception
            : new IllegalStateException(thrown.getClass().getSimpleName(), thrown);
    boolean first = health.status() == Health.Status.UP || health.equals(UNREAD);
    health =
        value == null
            ? Health.down(words(cause) + "; the secret " + what + ", and none was good yet")
            : Health.degraded("the secret " + what + ", the last good one stays: " + words(cause));
    if (first) {
      LOG.warn("{}", health.detail());
    }
    listeners.tell(listener -> listener.failed(health, cause));
  }

  /** What files throw has the path alone for a message. */
  private static String words(Exception cause) {
    String type = cause.getClass().getSimpleName();
    String message = cause.getMessage();
    return message == null
        ? type
        : cause instanceof FileSystemException ? type + ": " + message : message;
  }

  private void recovered() {
    if (health.status() != Health.Status.UP) {
      health = Health.up("unchanged, readable again");
      LOG.info("a secret is readable again: {}", source);
      listeners.tell(listener -> listener.recovered(health));
    }
  }

  /**
   * Whether the value is that of the newest secret.
   *
   * @return up, degraded while the last good value stays, or down while there is none
   */
  @Override
  public Health health() {
    return health;
  }

  /** Ends reading and overwrites the secret; the last value stays usable. */
  @Override
  public void close() {
    closed = true;
    boolean unused = schedule.cancel(false);
    if (owned != null) {
      owned.shutdownNow();
    }
    overwrite(secret);
  }

  @Override
  public String toString() {
    return "Rotating[" + source + ", " + health.status() + "]";
  }

  private static ScheduledExecutorService ownThread() {
    return new ScheduledThreadPoolExecutor(
        1,
        task -> {
          Thread thread = new Thread(task, "bartizan-rotating");
          thread.setDaemon(true);
          return thread;
        });
  }

  /**
   * The optional settings of {@link Rotating}; not thread-safe.
   *
   * @param <T> what is made
   */
  public static final class Builder<T> {
    private final SecretSource source;
    private final Function<? super SecretBytes, ? extends T> maker;
    private final Duration interval;
    private Listeners<RotationListener> listeners = Listeners.none(RotationListener.class);
    private @Nullable ScheduledExecutorService executor;
    private boolean startsBeforeSecret;

    private Builder(
        SecretSource source, Function<? super SecretBytes, ? extends T> maker, Duration interval) {
      this.source = Objects.requireNonNull(source, "source");
      this.maker = Objects.requireNonNull(maker, "maker");
      this.interval =
          Require.within("interval", interval, Duration.ofMillis(10), Duration.ofDays(1));
    }

    /**
     * Adds one who hears of rotations and failures.
     *
     * @param listener called on the reading thread; what it throws is logged and changes nothing
     * @return this builder
     * @throws NullPointerException if {@code listener} is null
     */
    public Builder<T> withListener(RotationListener listener) {
      listeners = listeners.and(listener);
      return this;
    }

    /**
     * Where the source is read; a daemon thread of its own unless set.
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
     * Lets {@link #build} succeed where the secret can't be read yet or is not acceptable. It is
     * read on at every interval; until the first good one {@link Rotating#health} is down with the
     * cause, {@link Rotating#get} refuses at once, and the listener hears of each failure. The
     * first good one, at the start too, is told as {@link RotationListener#rotated}.
     *
     * @return this builder
     */
    public Builder<T> withStartBeforeSecret() {
      startsBeforeSecret = true;
      return this;
    }

    /**
     * Reads the secret for the first time and starts to watch it.
     *
     * @return a value that is there from the start, or comes later where {@link
     *     #withStartBeforeSecret} allowed it
     * @throws IOException if the source can't be read
     * @throws IllegalArgumentException if the maker refuses the secret
     */
    public Rotating<T> build() throws IOException {
      return new Rotating<>(this);
    }
  }
}
