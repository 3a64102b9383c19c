package io.bartizan.ratelimit.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.bartizan.core.Ticker;
import io.bartizan.ratelimit.count.Micros;
import java.time.InstantSource;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * About what time it is on the server: for the edges of days and months, which the server can't
 * compute. A wrong estimate costs a round trip, never a wrong decision.
 */
final class ServerClock {

  private final Ticker ticker;
  private final @Nullable LongSupplier injected;
  private volatile long offsetMicros;

  /** A clock that learns from replies, or in tests one that decides instead of the server's. */
  ServerClock(Ticker ticker, InstantSource wall, @Nullable LongSupplier injected) {
    this.ticker = ticker;
    this.injected = injected;
    observe(Micros.of(wall.instant()));
  }

  /** Notes the server's time in a reply that came now. */
  void observe(long serverMicros) {
    offsetMicros = serverMicros - ticker.nanos() / 1000;
  }

  long estimate() {
    return injected == null ? ticker.nanos() / 1000 + offsetMicros : injected.getAsLong();
  }

  /** The script's first argument: a time in microseconds, or nothing for the server's own. */
  byte[] argument() {
    return injected == null ? new byte[0] : Long.toString(injected.getAsLong()).getBytes(US_ASCII);
  }
}
