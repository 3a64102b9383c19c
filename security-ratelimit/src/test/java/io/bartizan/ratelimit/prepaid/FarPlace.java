package io.bartizan.ratelimit.prepaid;

import io.bartizan.core.Health;
import io.bartizan.ratelimit.AsyncKeyedRateLimiter;
import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.Plan;
import io.bartizan.ratelimit.Reservation;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.IdentityHashMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * A shared place in virtual time: questions take a while to reach it, answers to come back. What it
 * counts is this library's own limiter in memory.
 */
final class FarPlace {

  final VirtualTime time;
  final KeyedRateLimiter counts;
  final LongSupplier way;

  /** When each decision was made, by the place's clock. */
  final IdentityHashMap<Decision, Long> madeAt = new IdentityHashMap<>();

  /** Is told what was granted, and what came back as a negative number, and when. */
  Ledger ledger = (at, permits) -> {};

  boolean remembersTimes;
  boolean isAway;
  long calls;
  long granted;
  long returned;

  /** Hears of permits. */
  interface Ledger {
    void moved(long at, long permits);
  }

  FarPlace(VirtualTime time, Plan plan, LongSupplier way) {
    this(time, plan, 0, way);
  }

  /** A place whose clock shows so many microseconds since the epoch at the beginning. */
  FarPlace(VirtualTime time, Plan plan, long startMicros, LongSupplier way) {
    this.time = time;
    this.way = way;
    this.counts =
        KeyedRateLimiter.builder(plan, 2_000_000)
            .withTicker(time)
            .withClock(() -> Instant.EPOCH.plus(startMicros, ChronoUnit.MICROS))
            .build();
  }

  /** What one process knows of the place. */
  AsyncKeyedRateLimiter client() {
    return new Client();
  }

  /** As if it came from elsewhere, each part of it. */
  static Decision remote(Decision told) {
    if (told.parts().size() > 1) {
      return Decision.allOf(told.parts().stream().map(FarPlace::single).toList());
    }
    return single(told);
  }

  private static Decision single(Decision told) {
    Limit limit = told.limit();
    Decision same =
        told.isAllowed()
            ? Decision.allowed(limit, told.permits(), Decision.Source.REMOTE)
            : Decision.refused(limit, told.permits(), told.retryAfter(), Decision.Source.REMOTE);
    return same.leaving(told.remaining(), told.resetAfter());
  }

  private final class Client implements AsyncKeyedRateLimiter {

    private <T> CompletableFuture<T> call(Supplier<T> there) {
      CompletableFuture<T> answer = new CompletableFuture<>();
      calls++;
      time.in(
          way.getAsLong(),
          () -> {
            T told = there.get();
            time.in(way.getAsLong(), () -> answer.complete(told));
          });
      return answer;
    }

    @Override
    public CompletionStage<Decision> tryAcquire(String key, long permits) {
      if (isAway) {
        return CompletableFuture.completedFuture(policy(key, permits));
      }
      return call(
          () -> {
            Decision told = remote(counts.tryAcquire(key, permits));
            if (told.isAllowed()) {
              granted += permits;
              ledger.moved(time.nanos(), permits);
            }
            if (remembersTimes) {
              madeAt.put(told, time.nanos());
            }
            return told;
          });
    }

    private Decision policy(String key, long permits) {
      return Decision.allowed(counts.peek(key).limit(), permits, Decision.Source.FAILED_OPEN);
    }

    @Override
    public CompletionStage<Decision> peek(String key, long permits) {
      return call(() -> remote(counts.peek(key, permits)));
    }

    @Override
    public CompletionStage<Decision> charge(String key, long permits) {
      return call(() -> remote(counts.charge(key, permits)));
    }

    @Override
    public CompletionStage<Void> refund(String key, long permits) {
      return call(
          () -> {
            counts.refund(key, permits);
            returned += permits;
            ledger.moved(time.nanos(), -permits);
            return null;
          });
    }

    @Override
    public CompletionStage<Reservation> reserve(String key, long permits, Duration maxWait) {
      return CompletableFuture.completedFuture(counts.reserve(key, permits, maxWait));
    }

    @Override
    public CompletionStage<Decision> acquire(String key, long permits, Duration maxWait) {
      return reserve(key, permits, maxWait).thenApply(Reservation::decision);
    }

    @Override
    public KeyedRateLimiter blocking() {
      return new Waiting(this);
    }

    @Override
    public Health health() {
      return isAway ? Health.degraded("the place is away") : Health.up("the place answers");
    }

    @Override
    public String toString() {
      return "FarPlace";
    }
  }

  /** For a place without any way to it. */
  record Waiting(AsyncKeyedRateLimiter place) implements KeyedRateLimiter {

    private static <T> T now(CompletionStage<T> stage) {
      return stage.toCompletableFuture().join();
    }

    @Override
    public Decision tryAcquire(String key, long permits) {
      return now(place.tryAcquire(key, permits));
    }

    @Override
    public Decision peek(String key, long permits) {
      return now(place.peek(key, permits));
    }

    @Override
    public Decision charge(String key, long permits) {
      return now(place.charge(key, permits));
    }

    @Override
    public void refund(String key, long permits) {
      Void unused = now(place.refund(key, permits));
    }

    @Override
    public Reservation reserve(String key, long permits, Duration maxWait) {
      return now(place.reserve(key, permits, maxWait));
    }

    @Override
    public Decision acquire(String key, long permits, Duration maxWait) {
      return now(place.acquire(key, permits, maxWait));
    }

    @Override
    public Health health() {
      return place.health();
    }
  }
}
