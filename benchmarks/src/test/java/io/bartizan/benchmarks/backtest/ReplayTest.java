package io.bartizan.benchmarks.backtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.benchmarks.backtest.Logs.Request;
import io.bartizan.ratelimit.Limits;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ReplayTest {
  static final long SECOND = 1_000_000;
  static final long START = Logs.micros("2015-05-17T10:00:00Z");

  private static final Map<String, BruteForce.Rule> RULES =
      Map.of(
          "5 burst, 2/s", BruteForce.bucket(5, 2, SECOND),
          "3 burst, 7/min", BruteForce.bucket(3, 7, 60 * SECOND),
          "4/s sliding", BruteForce.sliding(4, SECOND),
          "20/min sliding", BruteForce.sliding(20, 60 * SECOND),
          "4/s fixed", BruteForce.fixed(4, SECOND),
          "20/min fixed", BruteForce.fixed(20, 60 * SECOND),
          "4/s sliding counter", BruteForce.counter(4, SECOND),
          "20/min sliding counter", BruteForce.counter(20, 60 * SECOND));

  @Test
  void replay_ofSeededTraffic_isWhatCountingByHandGives() throws IOException {
    for (long seed = 1; seed <= 2; seed++) {
      LogReader reader = traffic(seed, 3_000);
      List<Request> requests = Logs.requests(reader);
      for (Map.Entry<String, BruteForce.Rule> one : RULES.entrySet()) {
        BruteForce.Count byHand = BruteForce.of(requests, one.getValue());
        assertSame(reader, Limits.parse(one.getKey()), byHand, "seed " + seed);
        assertThat(byHand.refused()).as(one.getKey()).isBetween(50L, 2_950L);
      }
    }
  }

  @Test
  void replay_ofSeveralLimits_chargesAllOrNone() throws IOException {
    LogReader reader = traffic(4, 3_000);
    BruteForce.Count byHand =
        BruteForce.of(
            Logs.requests(reader),
            BruteForce.bucket(5, 2, SECOND),
            BruteForce.sliding(20, 60 * SECOND));

    Limits limits = Limits.parse("burst: 5 burst, 2/s; minute: 20/min sliding");
    assertSame(reader, limits, byHand, "two limits");

    Outcome outcome = Logs.replay(reader).through(limits);
    assertThat(outcome.refusedBy().values()).allSatisfy(count -> assertThat(count).isPositive());
    assertThat(outcome.refusedBy().values().stream().mapToLong(count -> count).sum())
        .isEqualTo(outcome.refused());
    assertThat(outcome.refusals().counts().stream().mapToLong(count -> count).sum())
        .isEqualTo(outcome.refused());
  }

  @Test
  void replay_ofOneRefusal_saysWhenWhoAndByWhich() throws IOException {
    LogReader reader =
        Logs.read(
            "time,ip\n1431857103,a\n1431857103.5,a\n1431857103.6,b\n1431857104,a\n1431857105,a\n");
    Replay replay = Logs.replay(reader);
    PerCaller perCaller = new PerCaller(reader.callers().size());

    Outcome outcome =
        replay.through(Limits.parse("narrow: 1/s sliding; wide: 100/h fixed"), perCaller);

    assertThat(outcome.refused()).isEqualTo(1);
    assertThat(outcome.callersRefused()).isEqualTo(1);
    assertThat(outcome.refusedBy()).containsEntry("narrow", 1L).containsEntry("wide", 0L);
    int caller = reader.callers().of("a");
    assertThat(perCaller.worst(5)).containsExactly(caller);
    assertThat(perCaller.first(caller)).isEqualTo(Logs.micros("2015-05-17T10:05:03.500Z"));
    assertThat(perCaller.last(caller)).isEqualTo(perCaller.first(caller));
  }

  @Test
  void algorithms_ofGivenLimits_holdTheSamePermitsForTheSameTime() {
    Limits given = Limits.parse("a: 100 burst, 50/s; b: 30/min fixed");

    assertThat(Algorithm.TOKEN_BUCKET.like(given))
        .hasToString("a: 100 burst, 50/s; b: 30 burst, 30/min");
    assertThat(Algorithm.SLIDING_WINDOW.like(given))
        .hasToString("a: 100/2s sliding; b: 30/min sliding");
    assertThat(Algorithm.SLIDING_WINDOW_COUNTER.like(given))
        .hasToString("a: 100/2s sliding counter; b: 30/min sliding counter");
    assertThat(Algorithm.FIXED_WINDOW.like(given)).hasToString("a: 100/2s fixed; b: 30/min fixed");
  }

  @Test
  void replay_ofSlidingWindowsThatMayNotFitIntoTheHeap_saysSo() throws IOException {
    LogReader reader = traffic(5, 3_000);
    Replay replay = new Replay(reader.spool(), reader.callers(), Logs.quiet(), 40_000, 1);

    assertThatThrownBy(() -> replay.through(Limits.parse("4/s sliding")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("sliding counter")
        .hasMessageContaining("-Xmx");
    assertThat(replay.through(Limits.parse("4/s sliding counter")).refused()).isPositive();
  }

  @Test
  void timeline_ofAnySpan_holdsBothEndsInFewSteps() {
    for (long span : new long[] {0, 1, SECOND, 3_600 * SECOND, 7_000_000_000_000_000L}) {
      Timeline timeline = new Timeline(START, START + span);
      timeline.count(START);
      timeline.count(START + span);
      List<Long> counts = timeline.counts();
      assertThat(counts.size()).isBetween(1, Timeline.MOST);
      assertThat(counts.get(0) + (counts.size() == 1 ? 0 : counts.get(counts.size() - 1)))
          .isEqualTo(2);
    }
  }

  private static void assertSame(
      LogReader reader, Limits limits, BruteForce.Count byHand, String about) throws IOException {
    for (int threads = 1; threads <= 3; threads++) {
      assertSame(reader, limits, byHand, about + ", threads: " + threads, threads);
    }
  }

  private static void assertSame(
      LogReader reader, Limits limits, BruteForce.Count byHand, String about, int threads)
      throws IOException {
    PerCaller perCaller = new PerCaller(reader.callers().size());
    Outcome outcome = Logs.replay(reader, threads).through(limits, perCaller);
    assertThat(outcome.refusals().counts().stream().mapToLong(count -> count).sum())
        .isEqualTo(byHand.refused());
    assertThat(outcome.refused()).as("%s, %s", limits, about).isEqualTo(byHand.refused());
    assertThat(outcome.callersRefused()).isEqualTo(byHand.callers().size());
    Map<String, Integer> refusedOf =
        IntStream.range(0, reader.callers().size())
            .filter(caller -> perCaller.refused(caller) > 0)
            .boxed()
            .collect(Collectors.toMap(reader.callers()::name, perCaller::refused));
    assertThat(refusedOf).isEqualTo(byHand.refusedOf());
  }

  /** Some callers calm, some in bursts, for some minutes, to the microsecond. */
  static LogReader traffic(long seed, int requests) throws IOException {
    Random random = new Random(seed);
    List<Request> made = new ArrayList<>();
    while (made.size() < requests) {
      String caller = "c" + (int) (40 * Math.pow(random.nextDouble(), 3));
      long time = START + (long) (random.nextDouble() * 600 * SECOND);
      int burst = random.nextInt(4) == 0 ? 1 + random.nextInt(30) : 1;
      for (int i = 0; i < burst && made.size() < requests; i++) {
        made.add(new Request(time, caller));
        time += random.nextInt(400_000);
      }
    }
    made.sort(Comparator.comparingLong(Request::micros));
    StringBuilder log = new StringBuilder("time,address\n");
    for (Request request : made) {
      log.append(
          String.format(
              Locale.ROOT,
              "%d.%06d,%s%n",
              request.micros() / SECOND,
              request.micros() % SECOND,
              request.caller()));
    }
    LogReader reader = Logs.read(log.toString());
    assertThat(reader.spool().size()).isEqualTo(requests);
    return reader;
  }

  /** The time from the first request to the last. */
  static Duration span(LogReader reader) {
    Spool spool = reader.spool();
    return Duration.ofNanos(1000 * (spool.lastMicros() - spool.firstMicros()));
  }
}
