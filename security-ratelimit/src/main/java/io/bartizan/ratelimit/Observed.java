package io.bartizan.ratelimit;

import io.bartizan.core.Health;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts a listener on a limiter, or a limiter into shadow mode; the limiter itself is not changed.
 *
 * <p><b>Shadow mode</b> tries a limit before it is enforced: everything is counted and decided as
 * ever, the listener hears the true decisions, and the caller always hears that he may go on, with
 * {@link Decision#isShadowed()} set where he would have been refused.
 */
public final class Observed {

  private static final Logger LOG = LoggerFactory.getLogger(Observed.class);

  private Observed() {}

  /**
   * The same limiter, heard.
   *
   * @param limiter decides
   * @param listener hears
   * @return a limiter that tells the listener of every decision
   * @throws NullPointerException if an argument is null
   */
  public static RateLimiter of(RateLimiter limiter, RateLimitListener listener) {
    return new Single(Objects.requireNonNull(limiter, "limiter"), new Ear(listener, false));
  }

  /**
   * The same limiter, heard.
   *
   * @param limiter decides
   * @param listener hears
   * @return a limiter that tells the listener of every decision
   * @throws NullPointerException if an argument is null
   */
  public static KeyedRateLimiter of(KeyedRateLimiter limiter, RateLimitListener listener) {
    return new Keyed(Objects.requireNonNull(limiter, "limiter"), new Ear(listener, false));
  }

  /**
   * The same limiter, heard.
   *
   * @param limiter decides
   * @param listener hears
   * @return a limiter that tells the listener of every decision
   * @throws NullPointerException if an argument is null
   */
  public static AsyncKeyedRateLimiter of(
      AsyncKeyedRateLimiter limiter, RateLimitListener listener) {
    return new Async(Objects.requireNonNull(limiter, "limiter"), new Ear(listener, false));
  }

  /**
   * The same limiter, heard, refusing nobody.
   *
   * @param limiter decides
   * @param listener hears the true decisions
   * @return a limiter in shadow mode
   * @throws NullPointerException if an argument is null
   */
  public static RateLimiter shadow(RateLimiter limiter, RateLimitListener listener) {
    return new Single(Objects.requireNonNull(limiter, "limiter"), new Ear(listener, true));
  }

  /**
   * The same limiter, heard, refusing nobody.
   *
   * @param limiter decides
   * @param listener hears the true decisions
   * @return a limiter in shadow mode
   * @throws NullPointerException if an argument is null
   */
  public static KeyedRateLimiter shadow(KeyedRateLimiter limiter, RateLimitListener listener) {
    return new Keyed(Objects.requireNonNull(limiter, "limiter"), new Ear(listener, true));
  }

  /**
   * The same limiter, heard, refusing nobody. What the shared place fails with still fails.
   *
   * @param limiter decides
   * @param listener hears the true decisions
   * @return a limiter in shadow mode
   * @throws NullPointerException if an argument is null
   */
  public static AsyncKeyedRateLimiter shadow(
      AsyncKeyedRateLimiter limiter, RateLimitListener listener) {
    return new Async(Objects.requireNonNull(limiter, "limiter"), new Ear(listener, true));
  }

  /** Tells the listener and answers the caller. */
  private static final class Ear {

    private final RateLimitListener listener;
    private final boolean shadow;
    private final AtomicBoolean broken = new AtomicBoolean();

    Ear(RateLimitListener listener, boolean shadow) {
      this.listener = Objects.requireNonNull(listener, "listener");
      this.shadow = shadow;
    }

    private void tell(RateLimitListener.Verb verb, Decision decision) {
      try {
        listener.onDecision(verb, decision);
      } catch (RuntimeException e) {
        if (broken.compareAndSet(false, true)) {
          LOG.warn("a rate-limit listener failed; later failures are not logged", e);
        }
      }
    }

    Decision hear(Decision decision) {
      tell(RateLimitListener.Verb.TRY_ACQUIRE, decision);
      return answer(decision);
    }

    Decision answer(Decision decision) {
      return shadow ? decision.inShadow() : decision;
    }

    Reservation hear(Reservation slot) {
      tell(RateLimitListener.Verb.RESERVE, slot.decision());
      return shadow && !slot.isGranted()
          ? Reservation.of(slot.decision().inShadow(), Duration.ZERO, () -> {})
          : slot;
    }
  }

  private record Single(RateLimiter limiter, Ear ear) implements RateLimiter {

    @Override
    public Decision tryAcquire(long permits) {
      return ear.hear(limiter.tryAcquire(permits));
    }

    @Override
    public Decision peek(long permits) {
      return ear.answer(limiter.peek(permits));
    }

    @Override
    public void refund(long permits) {
      limiter.refund(permits);
    }

    @Override
    public Reservation reserve(long permits, Duration maxWait) {
      return ear.hear(limiter.reserve(permits, maxWait));
    }

    @Override
    public Decision acquire(long permits, Duration maxWait) throws InterruptedException {
      return Waiting.until(reserve(permits, maxWait));
    }

    @Override
    public void change(Limits limits) {
      limiter.change(limits);
    }
  }

  private record Keyed(KeyedRateLimiter limiter, Ear ear) implements KeyedRateLimiter {

    @Override
    public Decision tryAcquire(String key, long permits) {
      return ear.hear(limiter.tryAcquire(key, permits));
    }

    @Override
    public Decision peek(String key, long permits) {
      return ear.answer(limiter.peek(key, permits));
    }

    @Override
    public void refund(String key, long permits) {
      limiter.refund(key, permits);
    }

    @Override
    public Reservation reserve(String key, long permits, Duration maxWait) {
      return ear.hear(limiter.reserve(key, permits, maxWait));
    }

    @Override
    public Decision acquire(String key, long permits, Duration maxWait)
        throws InterruptedException {
      return Waiting.until(reserve(key, permits, maxWait));
    }

    @Override
    public Health health() {
      return limiter.health();
    }
  }

  private record Async(AsyncKeyedRateLimiter limiter, Ear ear) implements AsyncKeyedRateLimiter {

    @Override
    public CompletionStage<Decision> tryAcquire(String key, long permits) {
      return limiter.tryAcquire(key, permits).thenApply(ear::hear);
    }

    @Override
    public CompletionStage<Decision> peek(String key, long permits) {
      return limiter.peek(key, permits).thenApply(ear::answer);
    }

    @Override
    public CompletionStage<Void> refund(String key, long permits) {
      return limiter.refund(key, permits);
    }

    @Override
    public CompletionStage<Reservation> reserve(String key, long permits, Duration maxWait) {
      return limiter.reserve(key, permits, maxWait).thenApply(ear::hear);
    }

    @Override
    public CompletionStage<Decision> acquire(String key, long permits, Duration maxWait) {
      return limiter.acquire(key, permits, maxWait).thenApply(ear::hear);
    }

    @Override
    public KeyedRateLimiter blocking() {
      return new Keyed(limiter.blocking(), ear);
    }

    @Override
    public Health health() {
      return limiter.health();
    }
  }
}
