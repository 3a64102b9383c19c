package io.bartizan.ratelimit.redis;

import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.TokenBucket;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.StringJoiner;

/**
 * When reserved permits may be used, and when each limit will have forgotten them.
 *
 * @param delay how long to wait from the decision on
 * @param marks for each limit the last microsecond in which they count, as the script reads them
 */
record Reserved(Duration delay, String marks) {

  static Reserved of(Decision decision, long serverMicros) {
    Duration delay = Duration.ZERO;
    StringJoiner marks = new StringJoiner(",");
    for (Decision part : decision.parts()) {
      TokenBucket bucket = (TokenBucket) part.limit();
      Duration wait = wait(bucket, part, serverMicros);
      delay = wait.compareTo(delay) > 0 ? wait : delay;
      marks.add(Long.toString(serverMicros + SharedWindow.micros(part.resetAfter()) - 1));
    }
    return new Reserved(delay, marks.toString());
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
