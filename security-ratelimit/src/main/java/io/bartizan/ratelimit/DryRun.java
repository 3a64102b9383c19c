package io.bartizan.ratelimit;

import io.bartizan.core.Health;
import io.bartizan.core.house.Following;
import io.bartizan.core.house.Listeners;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** Writes a line of JSON for each request that takes permits, as {@link Shadow#of} describes it. */
final class DryRun {
  private final Listeners<Line> out;
  private final InstantSource clock;

  /** Where lines go; what it throws changes nothing and is logged once a minute. */
  @FunctionalInterface
  private interface Line {
    void write(String text);
  }

  DryRun(Consumer<String> lines, InstantSource clock) {
    this.out = Listeners.none(Line.class).and(lines::accept);
    this.clock = clock;
  }

  private Decision written(Instant asked, String key, long permits, Decision decision) {
    String text = line(asked, key, permits, decision);
    out.tell(one -> one.write(text));
    return decision;
  }

  private Reservation written(Instant asked, String key, long permits, Reservation slot) {
    Decision unused = written(asked, key, permits, slot.decision());
    return slot;
  }

  /** A decision on a charge speaks of one more permit, so its permits are not those asked for. */
  private static String line(Instant asked, String key, long permits, Decision decision) {
    StringBuilder line = new StringBuilder(128);
    line.append("{\"time\":\"").append(asked.truncatedTo(ChronoUnit.MICROS)).append("\",\"key\":");
    quote(line, key);
    line.append(",\"permits\":").append(permits);
    line.append(",\"allowed\":").append(decision.isAllowed()).append(",\"limit\":");
    quote(line, decision.limit().name());
    return line.append('}').toString();
  }

  /** Escapes what JSON must, and whatever is not ASCII, so that it survives any log's encoding. */
  private static void quote(StringBuilder line, String text) {
    line.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        line.append('\\').append(c);
      } else if (c >= ' ' && c < 0x7f) {
        line.append(c);
      } else {
        line.append("\\u");
        for (int shift = 12; shift >= 0; shift -= 4) {
          line.append(Character.forDigit(c >> shift & 0xf, 16));
        }
      }
    }
    line.append('"');
  }

  /** Asks another limiter and writes what it said. */
  record Keyed(KeyedRateLimiter limiter, DryRun run) implements KeyedRateLimiter {

    @Override
    public Decision tryAcquire(String key, long permits) {
      Instant asked = run.clock.instant();
      return run.written(asked, key, permits, limiter.tryAcquire(key, permits));
    }

    @Override
    public Decision peek(String key, long permits) {
      return limiter.peek(key, permits);
    }

    @Override
    public Decision charge(String key, long permits) {
      Instant asked = run.clock.instant();
      return run.written(asked, key, permits, limiter.charge(key, permits));
    }

    @Override
    public void refund(String key, long permits) {
      limiter.refund(key, permits);
    }

    @Override
    public Reservation reserve(String key, long permits, Duration maxWait) {
      Instant asked = run.clock.instant();
      return run.written(asked, key, permits, limiter.reserve(key, permits, maxWait));
    }

    @Override
    public Decision acquire(String key, long permits, Duration maxWait)
        throws InterruptedException {
      Instant asked = run.clock.instant();
      return run.written(asked, key, permits, limiter.acquire(key, permits, maxWait));
    }

    @Override
    public Health health() {
      return limiter.health();
    }

    @Override
    public String toString() {
      return limiter.toString();
    }
  }

  /** The same for a limiter that answers later; the time is when it was asked. */
  record Async(AsyncKeyedRateLimiter limiter, DryRun run) implements AsyncKeyedRateLimiter {

    @Override
    public CompletionStage<Decision> tryAcquire(String key, long permits) {
      Instant asked = run.clock.instant();
      return Following.of(
          limiter.tryAcquire(key, permits), said -> run.written(asked, key, permits, said));
    }

    @Override
    public CompletionStage<Decision> peek(String key, long permits) {
      return limiter.peek(key, permits);
    }

    @Override
    public CompletionStage<Decision> charge(String key, long permits) {
      Instant asked = run.clock.instant();
      return Following.of(
          limiter.charge(key, permits), said -> run.written(asked, key, permits, said));
    }

    @Override
    public CompletionStage<Void> refund(String key, long permits) {
      return limiter.refund(key, permits);
    }

    @Override
    public CompletionStage<Reservation> reserve(String key, long permits, Duration maxWait) {
      Instant asked = run.clock.instant();
      return Following.of(
          limiter.reserve(key, permits, maxWait), slot -> run.written(asked, key, permits, slot));
    }

    @Override
    public CompletionStage<Decision> acquire(String key, long permits, Duration maxWait) {
      Instant asked = run.clock.instant();
      return Following.of(
          limiter.acquire(key, permits, maxWait), said -> run.written(asked, key, permits, said));
    }

    @Override
    public KeyedRateLimiter blocking() {
      return new Keyed(limiter.blocking(), run);
    }

    @Override
    public Health health() {
      return limiter.health();
    }

    @Override
    public String toString() {
      return limiter.toString();
    }
  }
}
