package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.testkit.ManualTicker;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ListenersTest {

  private final ManualTicker ticker = new ManualTicker();
  private final List<Long> heard = new ArrayList<>();

  private static final TlsListener BROKEN =
      new TlsListener() {
        @Override
        public void published(long generation, Instant validUntil) {
          throw new StackOverflowError("broken");
        }
      };

  private final TlsListener sound =
      new TlsListener() {
        @Override
        public void published(long generation, Instant validUntil) {
          heard.add(generation);
        }
      };

  @Test
  void broken_keepsNothingFromTheOthers() {
    Listeners both = Listeners.none().and(BROKEN, ticker).and(sound, ticker);
    both.published(7, Instant.EPOCH);
    assertThat(heard).containsExactly(7L);
  }

  @Test
  void broken_isLoggedOnceAMinute() {
    Listeners listeners = Listeners.none().and(BROKEN, ticker);
    listeners.published(1, Instant.EPOCH);
    assertThat(listeners.unlogged()).isZero();
    for (int i = 0; i < 1000; i++) {
      listeners.published(1, Instant.EPOCH);
    }
    assertThat(listeners.unlogged()).isEqualTo(1000);
    ticker.advance(Duration.ofMinutes(1));
    listeners.published(1, Instant.EPOCH);
    assertThat(listeners.unlogged()).isZero();
  }
}
