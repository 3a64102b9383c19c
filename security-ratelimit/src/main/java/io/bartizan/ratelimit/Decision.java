package io.bartizan.ratelimit;

import io.bartizan.core.house.Span;
import io.bartizan.ratelimit.count.Micros;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The result of a rate limit check: allowed or refused, remaining permits, retry-after, and the
 * limit that decided.
 *
 * <pre>{@code
 * Decision decision = limiter.tryAcquire();
 * if (!decision.isAllowed()) {
 *   RateLimitFields.of(decision).forEach(response::setHeader);
 * }
 * }</pre>
 *
 * <p>Immutable. Amounts and times hold for the moment of the decision; other callers may have
 * changed them since.
 */
public final class Decision {

  /**
   * The source of a rate limit decision: memory, Redis, deny cache, local share, shared overflow
   * bucket or failure policy.
   */
  public enum Source {
    /** A limiter in this JVM, as configured. */
    MEMORY,
    /** The shared place: Redis, or a Bucket4j grid. */
    REMOTE,
    /** A limiter in this JVM that holds as many keys as it may: a shared bucket, or nobody. */
    OVERFLOW,
    /**
     * This JVM, which remembers that the shared place refused the key a moment ago; of several
     * limits it tells those that refused.
     */
    DENY_CACHE,
    /** This JVM, from permits that it took from the shared place before they were asked for. */
    PREPAID,
    /** This JVM's share of the limit, because the shared place can't be reached. */
    LOCAL_SHARE,
    /** Nobody: the shared place can't be reached and the policy is to allow. */
    FAILED_OPEN,
    /** Nobody: the shared place can't be reached and the policy is to refuse. */
    FAILED_CLOSED
  }

  /** What {@link #retryAfter()} says when waiting never helps: some 292 years. */
  public static final Duration FOREVER = Duration.ofNanos(Long.MAX_VALUE);

  private final Limit limit;
  private final Source source;
  private final boolean allowed;
  private final boolean shadowed;
  private final long permits;

  /** If set, the amounts follow from {@link #backlog}; so the hot path needs no division. */
  private final @Nullable TokenBucket bucket;

  private final long backlog;
  private final long remaining;
  private final long retryNanos;
  private final long resetNanos;
  private final List<Decision> parts;

  Decision(TokenBucket bucket, Source source, boolean allowed, long permits, long backlog) {
    this.limit = bucket;
    this.source = Objects.requireNonNull(source, "source");
    this.allowed = allowed;
    this.shadowed = false;
    this.permits = permits;
    this.bucket = bucket;
    this.backlog = backlog;
    this.remaining = 0;
    this.retryNanos = 0;
    this.resetNanos = 0;
    this.parts = List.of();
  }

  private Decision(Decision same, Source source, boolean shadowed) {
    this.limit = same.limit;
    this.source = source;
    this.allowed = same.allowed || shadowed;
    this.shadowed = shadowed;
    this.permits = same.permits;
    this.bucket = same.bucket;
    this.backlog = same.backlog;
    this.remaining = same.remaining;
    this.retryNanos = same.retryNanos;
    this.resetNanos = same.resetNanos;
    this.parts = same.parts;
  }

  Decision(
      Limit limit,
      Source source,
      boolean allowed,
      long permits,
      long remaining,
      long retryNanos,
      long resetNanos,
      List<Decision> parts) {
    this.limit = limit;
    this.source = Objects.requireNonNull(source, "source");
    this.allowed = allowed;
    this.shadowed = false;
    this.permits = permits;
    this.bucket = null;
    this.backlog = 0;
    this.remaining = remaining;
    this.retryNanos = retryNanos;
    this.resetNanos = resetNanos;
    this.parts = parts;
  }

  /**
   * A decision that grants permits of one limit; for other places than this library's, and for
   * tests. Says that none remain and that nothing counts any more, until {@link #leaving} says
   * else.
   *
   * @param limit the limit
   * @param permits how many were asked for; at least 1
   * @param source who decided
   * @return the decision
   * @throws IllegalArgumentException if {@code permits} is below 1
   */
  public static Decision allowed(Limit limit, long permits, Source source) {
    return single(limit, source, true, permits, 0, 0, 0);
  }

  /**
   * A decision that refuses permits of one limit; for other places than this library's, and for
   * tests. Says that none remain and that nothing counts any more, until {@link #leaving} says
   * else.
   *
   * @param limit the limit
   * @param permits how many were asked for; at least 1
   * @param retryAfter how long until as many can be had; zero or more
   * @param source who decided
   * @return the decision
   * @throws IllegalArgumentException if {@code permits} is below 1 or the time is negative
   */
  public static Decision refused(Limit limit, long permits, Duration retryAfter, Source source) {
    return single(limit, source, false, permits, 0, saturatedNanos(retryAfter), 0);
  }

  /**
   * The same decision, with what it leaves.
   *
   * @param remaining how many permits could be taken now; zero or more
   * @param resetAfter how long until nothing counts any more; zero or more
   * @return a new decision of one limit, which is not in shadow mode
   * @throws IllegalArgumentException if one of them is negative
   */
  public Decision leaving(long remaining, Duration resetAfter) {
    return leavingNanos(remaining, saturatedNanos(resetAfter));
  }

  /**
   * The same as {@link #leaving}, without an object for the time.
   *
   * @param remaining as there
   * @param resetAfterNanos nanoseconds until nothing counts any more; zero or more
   * @return as there
   */
  public Decision leavingNanos(long remaining, long resetAfterNanos) {
    return single(limit, source, allowed, permits, remaining, retryAfterNanos(), resetAfterNanos);
  }

  /** Of one limit; a refusal's wait is ignored if it is allowed. */
  static Decision single(
      Limit limit,
      Source source,
      boolean allowed,
      long permits,
      long remaining,
      long retryNanos,
      long resetNanos) {
    Objects.requireNonNull(limit, "limit");
    if (permits < 1 || remaining < 0 || retryNanos < 0 || resetNanos < 0) {
      throw new IllegalArgumentException(
          "permits is "
              + permits
              + (", remaining " + remaining)
              + (", retryAfter " + retryNanos + " ns, resetAfter " + resetNanos)
              + " ns; none may be negative and permits not 0");
    }
    long retry = allowed ? 0 : retryNanos;
    return new Decision(limit, source, allowed, permits, remaining, retry, resetNanos, List.of());
  }

  /**
   * The decision of several limits together: the refusing one speaks, and of several the one with
   * the longest wait; if none refuses, the one with the fewest permits left. What remains is what
   * all of them have left.
   *
   * @param parts the decisions of the single limits, in their order; at least one
   * @return a decision that names one limit and carries all
   * @throws IllegalArgumentException if {@code parts} is empty
   */
  public static Decision allOf(List<Decision> parts) {
    return Together.decision(parts);
  }

  /**
   * Whether the permits were taken (after {@code peek}: could have been).
   *
   * @return true if the caller may go on
   */
  public boolean isAllowed() {
    return allowed;
  }

  /**
   * The limit that speaks: the one that refused, or the one with the fewest permits left.
   *
   * @return the limit
   */
  public Limit limit() {
    return limit;
  }

  /**
   * The limit that refused.
   *
   * @return empty if allowed
   */
  public Optional<Limit> violated() {
    return allowed ? Optional.empty() : Optional.of(limit);
  }

  /**
   * How many permits were asked for.
   *
   * @return at least 1
   */
  public long permits() {
    return permits;
  }

  /**
   * How many permits could be taken now.
   *
   * @return zero or more
   */
  public long remaining() {
    return bucket == null ? remaining : bucket.units().remaining(backlog);
  }

  /**
   * How long to wait before the same number of permits can be had, if nobody else takes any.
   *
   * @return zero if allowed; {@link #FOREVER} if {@link #isNeverAllowed()}
   */
  public Duration retryAfter() {
    return Duration.ofNanos(retryAfterNanos());
  }

  /**
   * How long until nothing that was admitted counts any more, if nobody takes more.
   *
   * @return zero or more
   */
  public Duration resetAfter() {
    return Duration.ofNanos(resetAfterNanos());
  }

  /**
   * Whether more permits were asked for than the limit can ever hold, so that waiting is in vain.
   *
   * @return false if allowed
   */
  public boolean isNeverAllowed() {
    return !allowed && permits > limit.capacity();
  }

  /**
   * Who decided.
   *
   * @return the source
   */
  public Source source() {
    return source;
  }

  /**
   * The decisions of the single limits, where several were asked together.
   *
   * @return in the order of the limits; this one alone where there is one limit
   */
  public List<Decision> parts() {
    return parts.isEmpty() ? List.of(this) : parts;
  }

  /**
   * Whether this would have been a refusal, had the limiter not been in shadow mode.
   *
   * @return true only if {@link #isAllowed()} is true although the permits were not taken
   */
  public boolean isShadowed() {
    return shadowed;
  }

  /** The same decision as shadow mode tells it. */
  Decision inShadow() {
    return allowed ? this : new Decision(this, source, true);
  }

  /** The same decision, said by another. */
  Decision from(Source other) {
    return new Decision(this, other, shadowed);
  }

  long retryAfterNanos() {
    if (allowed) {
      return 0;
    }
    if (isNeverAllowed()) {
      return Long.MAX_VALUE;
    }
    return bucket == null ? retryNanos : Micros.nanos(bucket.units().retryMicros(backlog, permits));
  }

  long resetAfterNanos() {
    return bucket == null ? resetNanos : Micros.nanos(bucket.units().micros(backlog));
  }

  private static long saturatedNanos(Duration duration) {
    if (duration.isNegative()) {
      return -1;
    }
    return duration.compareTo(FOREVER) >= 0 ? Long.MAX_VALUE : duration.toNanos();
  }

  @Override
  public String toString() {
    String said = shadowed ? "shadowed" : allowed ? "allowed" : "refused";
    String retry = retryAfterNanos() == Long.MAX_VALUE ? "never" : Span.exact(retryAfter());
    return said
        + (" " + permits + " of " + limit.name())
        + (" (" + limit + "): remaining " + remaining())
        + (", retryAfter " + retry + ", resetAfter " + Span.exact(resetAfter()))
        + (", " + source);
  }
}
