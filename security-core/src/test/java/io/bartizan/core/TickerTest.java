package io.bartizan.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TickerTest {

  @Test
  void system_reads_neverGoBack() {
    Ticker ticker = Ticker.system();
    long before = System.nanoTime();
    long last = ticker.nanos();
    assertThat(last - before).isNotNegative();
    assertThat(System.nanoTime() - last).isNotNegative();
    for (int i = 0; i < 10_000; i++) {
      long now = ticker.nanos();
      assertThat(now - last).isNotNegative();
      last = now;
    }
    assertThat(ticker).hasToString("Ticker.system()");
  }
}
