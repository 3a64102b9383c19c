package io.bartizan.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TickerTest {

  @Test
  void system_reads_neverGoBack() {
    Ticker ticker = Ticker.system();
    long last = ticker.nanos();
    for (int i = 0; i < 10_000; i++) {
      long now = ticker.nanos();
      assertThat(now - last).isNotNegative();
      last = now;
    }
    assertThat(ticker).hasToString("Ticker.system()");
  }
}
