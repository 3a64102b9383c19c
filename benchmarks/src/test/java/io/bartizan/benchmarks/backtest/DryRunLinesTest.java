package io.bartizan.benchmarks.backtest;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.Limits;
import io.bartizan.ratelimit.Shadow;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a limiter in shadow mode writes is what is read here. */
class DryRunLinesTest {
  private final Limits limits = Limits.parse("burst: 4 burst, 1/d; most: 6 burst, 1/d");
  private final List<String> lines = new ArrayList<>();
  private final KeyedRateLimiter shadow =
      Shadow.of(KeyedRateLimiter.builder(limits, 100).build(), lines::add);

  @Test
  void dryRun_replayed_refusesWhomTheDryRunWouldHaveRefused() throws IOException {
    List<String> keys =
        List.of("tenant-7", "a \"quoted\\ one\n{}", "\u00e9\u2028\ud83d\ude00", "-x");
    for (int round = 0; round < 7; round++) {
      for (String key : keys) {
        Decision decision = shadow.tryAcquire(key);
        assertThat(decision.isShadowed()).isEqualTo(round >= 4);
      }
    }

    LogReader reader = read();
    assertThat(reader.faults().total()).isZero();
    assertThat(reader.format()).isEqualTo("json");
    PerCaller perCaller = new PerCaller(reader.callers().size());
    Outcome outcome = Logs.replay(reader).through(limits, perCaller);

    assertThat(lines.stream().filter(line -> line.contains("\"allowed\":false"))).hasSize(12);
    assertThat(outcome.refused()).isEqualTo(12);
    assertThat(outcome.refusedBy()).containsEntry("burst", 12L).containsEntry("most", 0L);
    for (int caller = 0; caller < keys.size(); caller++) {
      assertThat(reader.callers().name(caller)).isEqualTo(keys.get(caller));
      assertThat(perCaller.refused(caller)).isEqualTo(3);
    }
  }

  @Test
  void dryRun_ofSeveralPermits_isLeftOutAndSaid() throws IOException {
    assertThat(shadow.tryAcquire("a").isShadowed()).isFalse();
    assertThat(shadow.tryAcquire("a", 2).isShadowed()).isFalse();

    LogReader reader = read();

    assertThat(Logs.requests(reader)).hasSize(1);
    assertThat(reader.faults().count(Fault.WEIGHTED)).isEqualTo(1);
  }

  @Test
  void dryRun_beginsWithManyOfSeveralPermits_isReadNevertheless() throws IOException {
    for (int i = 0; i < 150; i++) {
      assertThat(shadow.tryAcquire("a", 2).limit().name()).isNotEmpty();
    }
    assertThat(shadow.tryAcquire("b").isShadowed()).isFalse();

    LogReader reader = read();

    assertThat(Logs.requests(reader)).hasSize(1);
    assertThat(reader.faults().count(Fault.WEIGHTED)).isEqualTo(150);
  }

  private LogReader read() throws IOException {
    byte[] log = (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
    return Logs.read(log, Logs.options("field:key"));
  }
}
