package io.bartizan.benchmarks.backtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.benchmarks.backtest.Logs.Request;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.Limits;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class SearchTest {
  private static final Limits GIVEN = Limits.parse("5 burst, 2/s");

  @Test
  void smallest_ofEachFamily_sparesEnoughAndOneLessDoesNot() throws IOException {
    for (String share : List.of("callers=0.8", "callers=1", "requests=0.95", "requests=0.999")) {
      Spare spare = Spare.parse(share);
      LogReader reader = ReplayTest.traffic(11, 400);
      List<Request> requests = Logs.requests(reader);
      long total = spare.of() == Spare.Of.CALLERS ? reader.callers().active() : requests.size();
      Search search = new Search(Logs.replay(reader, 2), spare, reader.spool(), reader.callers());
      List<Search.Family> families = Search.families(GIVEN, ReplayTest.span(reader));
      assertThat(families).hasSize(1 + 3 * 4);

      for (Search.Family family : families) {
        Search.Found found = search.smallest(family);
        Limit limit = found.limit();
        assertThat(limit).as("%s %s", family, found.whyNot()).isNotNull();
        assertThat(Limit.parse(limit.toString())).isEqualTo(limit);
        long permits = limit.capacity();
        assertThat(spared(requests, family, permits, spare, total))
            .as("%s of %s", limit, share)
            .isTrue();
        if (permits > 1) {
          assertThat(spared(requests, family, permits - 1, spare, total))
              .as("one less than %s of %s", limit, share)
              .isFalse();
          assertThat(found.oneLess()).isNotNull();
          assertThat(found.oneLess().refused())
              .isEqualTo(BruteForce.of(requests, rule(family, permits - 1)).refused());
        }
        assertThat(found.with()).isNotNull();
        assertThat(found.with().refused())
            .isEqualTo(BruteForce.of(requests, rule(family, permits)).refused());
      }
    }
  }

  /** A hundred callers with 1 to 100 requests at one moment: what is needed is plain. */
  @Test
  void smallest_ofCallersWithKnownBursts_isTheBurstOfTheShare() throws IOException {
    StringBuilder log = new StringBuilder("time,ip\n");
    for (int caller = 1; caller <= 100; caller++) {
      log.append(("1431857103,c" + caller + "\n").repeat(caller));
    }
    LogReader reader = Logs.read(log.toString());

    assertThat(fixed(reader, "callers=0.99")).isEqualTo("99/s fixed");
    assertThat(fixed(reader, "callers=0.981")).isEqualTo("99/s fixed");
    assertThat(fixed(reader, "callers=0.98")).isEqualTo("98/s fixed");
    assertThat(fixed(reader, "callers=1")).isEqualTo("100/s fixed");
    assertThat(fixed(reader, "callers=0.01")).isEqualTo("1/s fixed");
    assertThat(fixed(reader, "requests=1")).isEqualTo("100/s fixed");
    // 5050 requests; with 97 a second 3 + 2 + 1 are refused, which is 0.12 %
    assertThat(fixed(reader, "requests=0.9988")).isEqualTo("97/s fixed");
    assertThat(fixed(reader, "requests=0.9989")).isEqualTo("98/s fixed");
  }

  @Test
  void smallest_whereNoneCanHoldEnough_saysWhy() throws IOException {
    LogReader reader = ReplayTest.traffic(12, 1_000);
    Replay little = new Replay(reader.spool(), reader.callers(), Logs.quiet(), 10_000, 1);
    Search search = new Search(little, Spare.parse("callers=1"), reader.spool(), reader.callers());

    for (Search.Family family : Search.families(GIVEN, Duration.ofMinutes(10))) {
      Search.Found found = search.smallest(family);
      if (family.algorithm() == Algorithm.SLIDING_WINDOW) {
        assertThat(found.limit()).isNull();
        assertThat(found.whyNot()).contains("heap");
      } else {
        assertThat(found.limit()).isNotNull();
      }
    }
  }

  /** A bucket that takes a day for each permit holds 36 525, however many a caller has. */
  @Test
  void smallest_beyondTheDomainOfALimit_saysThatEvenTheLargestRefuses() throws IOException {
    LogReader reader = Logs.read("time,ip\n" + "1431857103,c\n".repeat(40_000));
    Search search =
        new Search(
            Logs.replay(reader), Spare.parse("requests=1"), reader.spool(), reader.callers());
    Search.Family slow = Search.families(Limits.parse("2 burst, 1/d"), Duration.ofDays(9)).get(0);

    assertThat(search.smallest(slow).whyNot()).isEqualTo("even 36525 burst, 1/d refuses more");
  }

  @Test
  void families_haveNoPeriodLongerThanTheLog() {
    assertThat(Search.families(GIVEN, Duration.ofMinutes(5)))
        .extracting(Search.Family::period)
        .containsOnly(Duration.ofSeconds(1), Duration.ofMillis(2500), Duration.ofMinutes(1));
    assertThat(Search.families(GIVEN, Duration.ZERO))
        .extracting(Search.Family::algorithm)
        .contains(Algorithm.values());
  }

  @Test
  void spare_ofShares_roundsTowardsSparingMore() {
    assertThat(Spare.parse("callers=0.99").mayBeRefused(1000)).isEqualTo(10);
    assertThat(Spare.parse("callers=0.99").mayBeRefused(99)).isZero();
    assertThat(Spare.parse("requests=1").mayBeRefused(1_000_000)).isZero();
    assertThat(Spare.parse("requests=0.5")).hasToString("50 % of requests");
    for (String wrong :
        List.of("", "callers", "callers=0", "callers=1.1", "calls=1", "callers=x")) {
      assertThatThrownBy(() -> Spare.parse(wrong))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("callers=0.99");
    }
  }

  private static String fixed(LogReader reader, String share) throws IOException {
    Search search =
        new Search(Logs.replay(reader), Spare.parse(share), reader.spool(), reader.callers());
    Search.Family family =
        Search.families(GIVEN, Duration.ZERO).stream()
            .filter(one -> one.algorithm() == Algorithm.FIXED_WINDOW)
            .findFirst()
            .orElseThrow();
    return String.valueOf(search.smallest(family).limit());
  }

  private static boolean spared(
      List<Request> requests, Search.Family family, long permits, Spare spare, long total) {
    BruteForce.Count count = BruteForce.of(requests, rule(family, permits));
    double refused = spare.of() == Spare.Of.CALLERS ? count.callers().size() : count.refused();
    return total - refused >= spare.share().doubleValue() * total - 1e-9;
  }

  /** What a limit of the family promises, by hand; a refill that is kept is two a second. */
  static BruteForce.Rule rule(Search.Family family, long permits) {
    long period = family.period().toNanos() / 1000;
    return switch (family.algorithm()) {
      case TOKEN_BUCKET ->
          family.refill() == null
              ? BruteForce.bucket(permits, permits, period)
              : BruteForce.bucket(permits, 2, ReplayTest.SECOND);
      case SLIDING_WINDOW -> BruteForce.sliding(permits, period);
      case SLIDING_WINDOW_COUNTER -> BruteForce.counter(permits, period);
      case FIXED_WINDOW -> BruteForce.fixed(permits, period);
    };
  }
}
