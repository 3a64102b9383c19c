package io.bartizan.ratelimit;

import io.bartizan.core.house.Require;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The answer of a concurrency limiter: permits held until closed or expired, or a refusal.
 *
 * <pre>{@code
 * try (Permit permit = exports.tryAcquire(Key.of("tenant", tenant))) {
 *   if (!permit.isGranted()) {
 *     return busy();
 *   }
 *   return export();
 * }
 * }</pre>
 *
 * <p>Thread-safe; any thread may renew or close it.
 */
public final class Permit implements AutoCloseable {

  /** How the work ended; what an adaptive limit learns from. Fixed limits do the same with all. */
  public enum Outcome {
    /** It was done, well or not, and the time it took says how busy the service is. */
    DONE,
    /** The service was too busy: a time-out, a 503, a full queue. */
    OVERLOADED,
    /** It says nothing about the service: a failure before the call, a cancelled caller. */
    IGNORED
  }

  /**
   * The holder of permits that were granted; for those who implement a limiter. Must be
   * thread-safe.
   */
  @FunctionalInterface
  public interface Hold {

    /**
     * Takes the permits back. Called once for each permit that is closed.
     *
     * @param permit what is closed
     */
    void release(Permit permit);

    /**
     * Takes the permits back, told how the work ended. Called once for each permit that is closed;
     * by default the outcome changes nothing.
     *
     * @param permit what is closed
     * @param outcome how the work ended
     */
    default void release(Permit permit, Outcome outcome) {
      release(permit);
    }

    /**
     * Starts the time of the permits anew; only asked before they are closed.
     *
     * @param permit what is renewed
     * @return false if their time was over; true at once where nothing ends, as by default
     */
    default CompletionStage<Boolean> renew(Permit permit) {
      return CompletableFuture.completedFuture(true);
    }

    /**
     * Whether the permits are certainly still kept; only asked before they are closed.
     *
     * @param permit which permits
     * @return false once their time is up; true where nothing ends, as by default
     */
    default boolean isHeld(Permit permit) {
      return true;
    }
  }

  private static final VarHandle OPEN;

  static {
    try {
      OPEN = MethodHandles.lookup().findVarHandle(Permit.class, "open", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final long permits;
  private final long remaining;
  private final Decision.Source source;

  /** Null for a refusal. */
  private final @Nullable Hold hold;

  private volatile boolean open;

  private Permit(long permits, long remaining, Decision.Source source, @Nullable Hold hold) {
    this.permits = Require.atLeast("permits", permits, 1);
    this.remaining = Require.atLeast("remaining", remaining, 0);
    this.source = Objects.requireNonNull(source, "source");
    this.hold = hold;
    this.open = hold != null;
  }

  /**
   * Permits that were handed out; for those who implement a limiter.
   *
   * @param permits how many; at least 1
   * @param remaining how many could be handed out after this decision; zero or more
   * @param source who decided
   * @param hold takes them back
   * @return the permits
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if a number is outside its range
   */
  public static Permit granted(long permits, long remaining, Decision.Source source, Hold hold) {
    return new Permit(permits, remaining, source, Objects.requireNonNull(hold, "hold"));
  }

  /**
   * A refusal; for those who implement a limiter.
   *
   * @param permits how many were asked for; at least 1
   * @param remaining how many could be handed out; zero or more
   * @param source who decided
   * @return the refusal
   * @throws NullPointerException if {@code source} is null
   * @throws IllegalArgumentException if a number is outside its range
   */
  public static Permit refused(long permits, long remaining, Decision.Source source) {
    return new Permit(permits, remaining, source, null);
  }

  /**
   * Whether the permits were handed out.
   *
   * @return false if too many are held, there is no room for another key, or a failure policy
   *     refused
   */
  public boolean isGranted() {
    return hold != null;
  }

  /**
   * Whether the permits are certainly still the caller's: granted, not closed, and their time,
   * where they have one, is not up.
   *
   * @return false on a shared place a little before others may get them, as long as both clocks run
   *     equally fast
   */
  public boolean isHeld() {
    Hold its = hold;
    return its != null && open && its.isHeld(this);
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
   * @return zero or more; zero where nobody counted
   */
  public long remaining() {
    return remaining;
  }

  /**
   * Who decided.
   *
   * @return the source; {@code OVERFLOW} if there was no room for another key
   */
  public Decision.Source source() {
    return source;
  }

  /**
   * Starts the time of the permits anew, if it is not over yet. Where nothing ends, as in memory,
   * there is nothing to do, and the answer is true at once.
   *
   * @return true if the permits are held for their whole time from now on; false if they were
   *     refused, closed or over, or the shared place could not be reached, in which case {@link
   *     #isHeld()} tells whether some of the time is left
   */
  public CompletionStage<Boolean> renew() {
    Hold its = hold;
    return its != null && open ? its.renew(this) : CompletableFuture.completedFuture(false);
  }

  /**
   * Gives the permits back as {@link Outcome#DONE}, once; later calls, and calls on a refusal, do
   * nothing.
   */
  @Override
  public void close() {
    close(Outcome.DONE);
  }

  /**
   * Gives the permits back and says how the work ended, once; later calls, and calls on a refusal,
   * do nothing. So it may stand within a {@code try} that closes the permit.
   *
   * @param outcome how the work ended
   * @throws NullPointerException if {@code outcome} is null
   */
  public void close(Outcome outcome) {
    Objects.requireNonNull(outcome, "outcome");
    Hold its = hold;
    if (its != null && OPEN.compareAndSet(this, true, false)) {
      its.release(this, outcome);
    }
  }

  @Override
  public String toString() {
    String state = hold == null ? "refused" : isHeld() ? "held" : "over";
    return "Permit[" + permits + " " + state + ", remaining " + remaining + ", " + source + "]";
  }
}
