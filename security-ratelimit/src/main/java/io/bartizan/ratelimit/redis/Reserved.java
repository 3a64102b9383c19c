package io.bartizan.ratelimit.redis;

import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.TokenBucket;
import java.time.Duration;
import java.time.temporal.ChronoUnit;

/** When reserved permits may be used. */
final class Reserved {

  private Reserved() {}

  /** How long to wait from the decision on. */
  static Duration delay(Decision decision, long serverMicros) {
    Duration delay = Duration.ZERO;
    for (Decision part : decision.parts()) {
      Duration wait = wait((TokenBucket) part.limit(), part, serverMicros);
      delay = wait.compareTo(delay) > 0 ? wait : delay;
    }
    return delay;
  }

  /** How long until the bucket has come back to empty. */
  private static Duration wait(TokenBucket bucket, Decision part, long serverMicros) {
    long micros = SharedWindow.micros(part.resetAfter());
    if (bucket.isStepped()) {
      long period = SharedWindow.micros(bucket.refill().period());
      long steps = ceilDiv(micros, period) - ceilDiv(bucket.capacity(), bucket.refill().permits());
      return steps <= 0
          ? Duration.ZERO
          : Duration.of(steps * period - serverMicros % period, ChronoUnit.MICROS);
    }
    long full = bucket.capacity() * bucket.unitsPerPermit() / bucket.unitsPerMicro();
    return Duration.of(Math.max(0, micros - full), ChronoUnit.MICROS);
  }

  private static long ceilDiv(long a, long b) {
    return a / b + (a % b == 0 ? 0 : 1);
  }
}
