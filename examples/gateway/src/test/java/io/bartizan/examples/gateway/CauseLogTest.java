package io.bartizan.examples.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.testkit.ManualTicker;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CauseLogTest {

  private final PrintStream realErr = System.err;
  private final ByteArrayOutputStream logged = new ByteArrayOutputStream();
  private final ManualTicker ticker = new ManualTicker();
  private final CauseLog log = new CauseLog(ticker);

  @BeforeEach
  void catchLog() {
    System.setErr(new PrintStream(logged, true, UTF_8));
  }

  @AfterEach
  void letLogGo() {
    System.setErr(realErr);
  }

  @Test
  void cause_thatStays_isLoggedAtOnceAndEachMinute() {
    for (int second = 0; second < 60; second++) {
      log.tell(List.of("redis: away"), false);
      ticker.advance(Duration.ofSeconds(1));
    }
    assertThat(lines("redis: away")).isEqualTo(1);
    log.tell(List.of("redis: away", "tls: expired"), false);
    assertThat(lines("redis: away")).isEqualTo(2);
    assertThat(lines("tls: expired")).isEqualTo(1);
  }

  @Test
  void cause_thatFlutters_isLoggedAtMostEachMinute() {
    for (int i = 0; i < 30; i++) {
      log.tell(i % 2 == 0 ? List.of("redis: away") : List.of(), i % 2 == 1);
      ticker.advance(Duration.ofSeconds(1));
    }
    assertThat(lines("redis: away")).isEqualTo(1);
  }

  private long lines(String what) {
    return logged.toString(UTF_8).lines().filter(line -> line.contains(what)).count();
  }
}
