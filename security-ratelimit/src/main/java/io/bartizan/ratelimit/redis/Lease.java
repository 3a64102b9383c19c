package io.bartizan.ratelimit.redis;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.bartizan.core.Ticker;
import io.bartizan.ratelimit.Decision;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Permits of a {@link RedisConcurrencyLimiter} that are held until they are closed or their time is
 * up, or the refusal to hand them out.
 *
 * <pre>{@code
 * try (Lease lease = limiter.blocking().tryAcquire(key)) {
 *   if (!lease.isGranted()) {
 *     return busy();
 *   }
 *   while (work() && lease.isHeld()) {
 *     if (!lease.renew().toCompletableFuture().join()) {
 *       break;
 *     }
 *   }
 * }
 * }</pre>
 *
 * <p>Thread-safe; any thread may renew or close it.
 */
public final class Lease implements AutoCloseable {

  /** What can be done with permits that were granted. */
  interface Hold {

    /** Starts the lease's time anew; false if it was over. */
    CompletableFuture<Boolean> renew(Lease lease);

    /** Gives the permits back; called once. */
    void release();
  }

  private final Hold hold;
  private final boolean granted;
  private final long permits;
  private final long remaining;
  private final Decision.Source source;
  private final AtomicBoolean open;
  private volatile @Nullable End end;

  private Lease(Hold hold, boolean granted, long permits, long remaining, Decision.Source source) {
    this.hold = hold;
    this.granted = granted;
    this.permits = permits;
    this.remaining = remaining;
    this.source = source;
    this.open = new AtomicBoolean(granted);
  }

  static Lease granted(Hold hold, long permits, long remaining, Decision.Source source) {
    return new Lease(hold, true, permits, remaining, source);
  }

  static Lease refused(long permits, long remaining, Decision.Source source) {
    return new Lease(Nothing.HELD, false, permits, remaining, source);
  }

  /** Notes until when the server holds the permits at least. */
  @CanIgnoreReturnValue
  Lease until(Ticker ticker, long nanos) {
    end = new End(ticker, nanos);
    return this;
  }

  /**
   * Whether the permits were handed out.
   *
   * @return false if too many are held, or the failure policy refused
   */
  public boolean isGranted() {
    return granted;
  }

  /**
   * Whether the permits are certainly still this lease's: granted, not closed, and its time,
   * counted from before it was asked for, is not up.
   *
   * @return false a little before Redis may hand the permits to others, as long as both clocks run
   *     equally fast
   */
  public boolean isHeld() {
    End known = end;
    return open.get() && (known == null || known.ticker.nanos() - known.nanos < 0);
  }

  /**
   * How many permits this is about.
   *
   * @return at least 1
   */
  public long permits() {
    return permits;
  }

  /**
   * How many permits could be handed out after this decision.
   *
   * @return zero or more; zero where the failure policy decided without counting
   */
  public long remaining() {
    return remaining;
  }

  /**
   * Who decided.
   *
   * @return {@code REMOTE}, or what stands for the failure policy
   */
  public Decision.Source source() {
    return source;
  }

  /**
   * Starts the lease's time anew, if it is not over yet. Renew at a third of the lease, so that two
   * attempts may fail. What the failure policy handed out has no end and is renewed at once.
   *
   * @return true if the permits are held for a whole lease from now on; false if the lease was
   *     closed or over, or Redis could not be reached, in which case {@link #isHeld()} tells
   *     whether some of its time is left
   */
  public CompletionStage<Boolean> renew() {
    return open.get() ? hold.renew(this) : CompletableFuture.completedFuture(false);
  }

  /**
   * Gives the permits back, once; later calls, and calls on what was not granted, do nothing.
   *
   * <p>The return is sent, not awaited; where Redis can't be reached the permits are free when the
   * lease is over. Nobody else's permits are touched, however late the call.
   */
  @Override
  public void close() {
    if (open.compareAndSet(true, false)) {
      hold.release();
    }
  }

  @Override
  public String toString() {
    String state = !granted ? "refused" : isHeld() ? "held" : "over";
    return "Lease[" + permits + " " + state + ", remaining " + remaining + ", " + source + "]";
  }

  /** When a lease is over. */
  private record End(Ticker ticker, long nanos) {}

  /** Permits that nobody counts. */
  enum Nothing implements Hold {
    /** There is nothing to renew and nothing to give back. */
    HELD;

    @Override
    public CompletableFuture<Boolean> renew(Lease lease) {
      return CompletableFuture.completedFuture(true);
    }

    @Override
    public void release() {}
  }
}
