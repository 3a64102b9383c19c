package io.bartizan.benchmarks.backtest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpoolTest {
  private static final long START = Logs.micros("2015-05-17T10:00:00Z");

  private final Map<Integer, List<Long>> added = new HashMap<>();

  /** In whole seconds, milliseconds and microseconds, which are stored as such; in five chunks. */
  @ParameterizedTest
  @ValueSource(longs = {1_000_000, 1_000, 1})
  void requests_inSeveralChunks_comeBackByCallerInTheirOrder(long unit) throws IOException {
    try (Spool spool = filled(1 << 20, 43_000, unit)) {
      assertThat(spool.isInFile()).isFalse();
      assertAllComeBack(spool);
    }
  }

  @Test
  void requests_beyondTheMemory_comeBackFromTheFileWhichGoesAtTheEnd() throws IOException {
    Spool spool = filled(50_000, 43_000, 1);
    try (spool) {
      assertThat(spool.isInFile()).isTrue();
      assertAllComeBack(spool);
      assertAllComeBack(spool);
    }
    assertThat(spool.file()).doesNotExist();
  }

  @Test
  void timesThatAreNotTaken_arePassedOver() throws IOException {
    try (Spool spool = filled(50_000, 43_000, 1)) {
      List<Integer> callers = new ArrayList<>();
      boolean all =
          spool.replay(
              (caller, times) -> {
                callers.add(caller);
                for (int i = 0; i < caller % 3; i++) {
                  long expected =
                      i < added.get(caller).size() ? added.get(caller).get(i) : CallerTimes.NONE;
                  assertThat(times.next()).isEqualTo(expected);
                }
                return true;
              });
      assertThat(all).isTrue();
      assertThat(callers).isSorted().doesNotHaveDuplicates().hasSameSizeAs(added.keySet());
    }
  }

  @Test
  void hearer_thatWantsNoMore_hearsNoMore() throws IOException {
    try (Spool spool = filled(1 << 20, 100, 1)) {
      int[] heard = new int[1];
      assertThat(spool.replay((caller, times) -> ++heard[0] < 3)).isFalse();
      assertThat(heard[0]).isEqualTo(3);
    }
  }

  private void assertAllComeBack(Spool spool) throws IOException {
    for (int parts = 1; parts <= 3; parts++) {
      Map<Integer, List<Long>> back = new HashMap<>();
      for (int part = 0; part < parts; part++) {
        int its = part;
        int of = parts;
        boolean all =
            spool.replay(
                part,
                parts,
                (caller, times) -> {
                  assertThat(caller % of).isEqualTo(its);
                  List<Long> own = back.computeIfAbsent(caller, one -> new ArrayList<>());
                  for (long micros; (micros = times.next()) != CallerTimes.NONE; ) {
                    own.add(micros);
                  }
                  return true;
                });
        assertThat(all).isTrue();
      }
      assertThat(back.equals(added)).as("%d parts", parts).isTrue();
    }
  }

  private Spool filled(long bytesInMemory, int requests, long unit) throws IOException {
    Random random = new Random(7);
    Spool spool = new Spool(bytesInMemory, 10_000);
    long time = START;
    for (int i = 0; i < requests; i++) {
      time += random.nextInt(1_000) == 0 ? 10_000_000_000L : unit * random.nextInt(3);
      int caller = (int) (5_000 * Math.pow(random.nextDouble(), 4));
      spool.add(time, caller);
      added.computeIfAbsent(caller, its -> new ArrayList<>()).add(time);
    }
    spool.end();
    assertThat(spool.size()).isEqualTo(requests);
    assertThat(spool.firstMicros()).isGreaterThanOrEqualTo(START);
    assertThat(spool.lastMicros()).isEqualTo(time);
    return spool;
  }
}
