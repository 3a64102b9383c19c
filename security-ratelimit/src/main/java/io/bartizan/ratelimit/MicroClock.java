package io.bartizan.ratelimit;

import io.bartizan.core.Ticker;
import io.bartizan.ratelimit.count.Micros;
import java.time.InstantSource;
import java.util.Objects;

/**
 * Microseconds since the epoch that can't be stepped: the wall clock is read once, for where
 * windows begin, and from then on only the ticker counts.
 */
final class MicroClock {

  private final Ticker ticker;
  private final long originNanos;
  private final long originMicros;

  MicroClock(Ticker ticker, InstantSource wall) {
    this.ticker = Objects.requireNonNull(ticker, "ticker");
    this.originMicros = Micros.of(wall.instant());
    this.originNanos = ticker.nanos();
  }

  long micros() {
    return originMicros + (ticker.nanos() - originNanos) / 1000;
  }
}
