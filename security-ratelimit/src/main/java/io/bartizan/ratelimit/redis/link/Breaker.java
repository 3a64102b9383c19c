package io.bartizan.ratelimit.redis.link;

import io.bartizan.core.SafeText;
import io.bartizan.core.Ticker;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops asking a server that does not serve, so that its absence costs microseconds.
 *
 * <p>Three failed calls in a row, or a closed connection, open it. While it is open, a timer asks
 * the server now and then, with traffic and without: after 100 ms, then twice as long each time up
 * to 1 s. It asks by a script that is refused where a check would be, so a server that answers
 * {@code PING} and refuses writes stays where it is. That a server is lost is told at most once a
 * minute, and that it is found only of one that was told to be lost.
 */
final class Breaker {

  private static final Logger LOG = LoggerFactory.getLogger("io.bartizan.ratelimit.redis");
  private static final int FAILURES = 3;
  private static final int UNANSWERED = 2;
  private static final int LONGEST_CAUSE = 200;
  private static final long FIRST_PAUSE = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long LAST_PAUSE = TimeUnit.SECONDS.toNanos(1);
  private static final long TOLD_EVERY = TimeUnit.MINUTES.toNanos(1);

  private final Ticker ticker;
  private final RedisLink link;
  private final ScheduledExecutorService timer;
  private final Availability hearer;
  private final AtomicInteger failures = new AtomicInteger();
  private final AtomicInteger unanswered = new AtomicInteger();
  private final AtomicBoolean told = new AtomicBoolean();
  private final AtomicBoolean open = new AtomicBoolean();
  private final AtomicBoolean looking = new AtomicBoolean();
  private volatile boolean misplaced;
  private volatile boolean closed;
  private volatile String cause = "";
  private volatile @Nullable Trial trial;
  private volatile long pause = FIRST_PAUSE;
  private volatile long toldAt;

  /** Under which name it was lost: one that has left its Cluster has no address any more. */
  private volatile String toldName = "";

  private volatile long answeredAt;

  Breaker(Ticker ticker, RedisLink link, ScheduledExecutorService timer, Availability hearer) {
    this.ticker = ticker;
    this.link = link;
    this.timer = timer;
    this.hearer = hearer;
    this.toldAt = ticker.nanos() - TOLD_EVERY;
    this.answeredAt = ticker.nanos();
  }

  boolean isOpen() {
    return open.get();
  }

  /** Why it is open, in words that are safe to log. */
  String cause() {
    return cause;
  }

  /** Whether a call may be sent now. */
  boolean admits() {
    if (open.get()) {
      return false;
    }
    if (link.isOpen()) {
      return true;
    }
    open("not connected" + link.trouble());
    return false;
  }

  /** Whether it lacks what {@link #tryWith} takes. */
  boolean lacksTrial() {
    return trial == null;
  }

  /** Notes how to find out whether the server serves those who ask. */
  void tryWith(Trial ofTheirs) {
    trial = ofTheirs;
  }

  /** How long ago the server answered last, in nanoseconds. */
  long idleNanos() {
    return ticker.nanos() - answeredAt;
  }

  void success() {
    answeredAt = ticker.nanos();
    if (failures.get() != 0) {
      failures.set(0);
    }
  }

  void failure(Throwable failure) {
    misplaced |= Unreachable.needsNewConnection(failure);
    if (failures.incrementAndGet() >= FAILURES) {
      open(String.valueOf(failure.getMessage()));
    }
  }

  /** Finds out, without traffic, whether the server still serves; hears of it later. */
  void look(long timeoutNanos) {
    if (admits() && looking.compareAndSet(false, true)) {
      unanswered.set(0);
      ask();
      schedule(this::looked, timeoutNanos);
    }
  }

  private void looked() {
    looking.set(false);
    if (unanswered.get() > 0) {
      open("no answer to a probe");
    }
  }

  /** Asks no more, for nobody does. */
  void close() {
    closed = true;
  }

  /**
   * Asks no more, for others have its keys; whoever heard that it is lost hears the end of that.
   */
  void retire() {
    closed = true;
    if (told.compareAndSet(true, false)) {
      LOG.info("rate limits need Redis {} no more", toldName);
      hearer.found(toldName);
    }
  }

  private void open(String reason) {
    cause = SafeText.of(reason, LONGEST_CAUSE);
    if (open.compareAndSet(false, true)) {
      pause = FIRST_PAUSE;
      unanswered.set(0);
      tellLost();
      schedule(this::again, 0);
    }
  }

  private void schedule(Runnable task, long nanos) {
    try {
      var unused = timer.schedule(task, nanos, TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException nobodyAsksAnyMore) {
      closed = true;
    }
  }

  private void again() {
    if (!open.get() || closed) {
      return;
    }
    tellLost();
    try {
      if (misplaced || !link.isOpen() || unanswered.get() >= UNANSWERED) {
        link.seek();
      }
      if (link.isOpen()) {
        ask();
      } else {
        cause = SafeText.of("not connected" + link.trouble(), LONGEST_CAUSE);
      }
    } catch (RuntimeException | Error e) { // whatever it is, it is asked again
      cause = SafeText.of(String.valueOf(e.getMessage()), LONGEST_CAUSE);
    }
    schedule(this::again, pause);
    pause = Math.min(2 * pause, LAST_PAUSE);
  }

  /** A new way to the server was found; whether it serves is asked at once. */
  void connected() {
    if (open.get() && link.isOpen()) {
      ask();
    }
  }

  private void ask() {
    unanswered.incrementAndGet();
    Trial mine = trial;
    Asked asked = new Asked();
    link.ask(mine == null ? Trial.ping(asked) : mine.command(asked));
  }

  private final class Asked implements ScriptCommand.Outcome {

    @Override
    public void replied(long[] numbers) {
      serves();
    }

    @Override
    public void failed(Throwable failure) {
      if (!Unreachable.because(failure)) {
        serves(); // it refuses by mistake, which is for callers to hear
      } else if (failure instanceof io.lettuce.core.RedisCommandExecutionException) {
        unanswered.set(0);
        misplaced |= Unreachable.needsNewConnection(failure);
        open(String.valueOf(failure.getMessage()));
      }
    }

    private void serves() {
      unanswered.set(0);
      misplaced = false;
      success();
      if (open.compareAndSet(true, false) && told.compareAndSet(true, false)) {
        LOG.info("rate limits reach Redis {} again", toldName);
        hearer.found(toldName);
      }
    }
  }

  /** One who came while the server is lost hears of it too. */
  void tell(Availability late) {
    if (told.get()) {
      late.lost(toldName, cause);
    }
  }

  private void tellLost() {
    long now = ticker.nanos();
    if (!closed && now - toldAt >= TOLD_EVERY && told.compareAndSet(false, true)) {
      toldAt = now;
      String name = link.name();
      toldName = name;
      LOG.warn("rate limits can't reach Redis {} ({}); the failure policy decides", name, cause);
      hearer.lost(name, cause);
    }
  }
}
