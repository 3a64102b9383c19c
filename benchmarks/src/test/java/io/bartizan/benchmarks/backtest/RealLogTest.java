package io.bartizan.benchmarks.backtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bartizan.benchmarks.backtest.Logs.Request;
import io.bartizan.ratelimit.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A real log of ten thousand lines, shuffled within its minutes. */
@Tag("deep")
class RealLogTest {
  private static final long SECOND = ReplayTest.SECOND;

  @Test
  void realLog_throughEachAlgorithm_isWhatCountingByHandGives() throws IOException {
    LogReader reader = Logs.read(Files.readAllBytes(log()), Logs.options("address"));
    List<Request> requests = Logs.requests(reader);
    assertThat(requests).hasSize(10_000);
    assertThat(reader.faults().total()).isZero();
    assertThat(reader.callers().active()).isEqualTo(1_753);
    Replay replay = Logs.replay(reader);
    Map<String, BruteForce.Rule> rules =
        Map.of(
            "10 burst, 1/s", BruteForce.bucket(10, 1, SECOND),
            "30 burst, 100/h", BruteForce.bucket(30, 100, 3_600 * SECOND),
            "20/min sliding", BruteForce.sliding(20, 60 * SECOND),
            "20/min sliding counter", BruteForce.counter(20, 60 * SECOND),
            "20/min fixed", BruteForce.fixed(20, 60 * SECOND),
            "50/d sliding", BruteForce.sliding(50, 86_400 * SECOND));
    for (Map.Entry<String, BruteForce.Rule> one : rules.entrySet()) {
      BruteForce.Count byHand = BruteForce.of(requests, one.getValue());
      Outcome outcome = replay.through(Limits.parse(one.getKey()));
      assertThat(byHand.refused()).as(one.getKey()).isPositive();
      assertThat(outcome.refused()).as(one.getKey()).isEqualTo(byHand.refused());
      assertThat(outcome.callersRefused()).as(one.getKey()).isEqualTo(byHand.callers().size());
    }
  }

  @Test
  void smallestLimitsOfTheRealLog_spareEnoughAndOneLessDoesNot() throws IOException {
    LogReader reader = Logs.read(Files.readAllBytes(log()), Logs.options("address"));
    List<Request> requests = Logs.requests(reader);
    Spare spare = Spare.parse("callers=0.99");
    long most = spare.mayBeRefused(1_753);
    Search search = new Search(Logs.replay(reader), spare, reader.spool(), reader.callers());

    for (Search.Family family :
        Search.families(Limits.parse("10/min fixed"), ReplayTest.span(reader))) {
      Search.Found found = search.smallest(family);
      assertThat(found.limit()).isNotNull();
      long permits = found.limit().capacity();
      assertThat(hit(requests, family, permits)).as("%s", found.limit()).isLessThanOrEqualTo(most);
      assertThat(hit(requests, family, permits - 1)).as("%s", found.limit()).isGreaterThan(most);
    }
  }

  private static long hit(List<Request> requests, Search.Family family, long permits) {
    return permits == 0
        ? Integer.MAX_VALUE
        : BruteForce.of(requests, SearchTest.rule(family, permits)).callers().size();
  }

  private static Path log() {
    String root = System.getenv("BARTIZAN_VECTORS");
    if (root == null || root.isBlank()) {
      String needed = "needs the environment variable BARTIZAN_VECTORS, a folder of test vectors";
      if (System.getenv("BARTIZAN_CI") != null) {
        fail("BARTIZAN_CI is set, so nothing may be missing: it " + needed);
      }
      assumeTrue(false, needed);
    }
    return Path.of(String.valueOf(root), "access-logs", "common.log");
  }
}
