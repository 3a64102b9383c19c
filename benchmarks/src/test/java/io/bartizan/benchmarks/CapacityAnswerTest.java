package io.bartizan.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.bartizan.benchmarks.LoadSubject.Mode;
import java.util.List;
import org.junit.jupiter.api.Test;

class CapacityAnswerTest {
  private static final double BYTES = 200;

  /** 40 000 × 0.7 = 28 000 a server. */
  private static final WayCost WAY = way(Mode.COALESCING, 40_000, 20);

  /** 20 000 × 0.7 = 14 000 a master. */
  private static final WayCost MASTER = way(Mode.COALESCING, 20_000, 40);

  @Test
  void rate_upToTheKneeLessHeadroom_isOneServer() {
    CapacityAnswer answer = answer(28_000, 1_000_000);

    assertThat(answer.servers()).isOne();
    assertThat(answer.cores()).isOne();
    assertThat(answer.busyCores()).as("28 000 × 20 µs").isCloseTo(0.56, within(1e-9));
    assertThat(answer.connections()).as("4 processes").isEqualTo(4);
    assertThat(answer.bytes()).as("a million × 200").isEqualTo(200_000_000);
    assertThat(answer.bytesToGive()).as("÷ 0.7").isEqualTo(285_714_286);
  }

  @Test
  void rate_aboveTheKneeLessHeadroom_isACluster() {
    CapacityAnswer little = answer(28_001, 1_000_000);
    CapacityAnswer much = answer(140_001, 1_000_000_000);

    assertThat(little.servers()).as("28 001 ÷ 14 000 is 3 masters").isEqualTo(3);
    assertThat(much.servers()).as("140 001 ÷ 14 000 and no hot key").isEqualTo(11);
    assertThat(much.connections()).as("4 processes × 11").isEqualTo(44);
    assertThat(much.busyCores()).as("140 001 × 40 µs").isCloseTo(5.6, within(0.001));
    assertThat(much.cores()).as("12 727 × 40 µs = 0.51, ÷ 0.7, up: 1 each").isEqualTo(11);
    assertThat(much.steps()).anyMatch(step -> step.contains("so 11 masters"));
  }

  @Test
  void hotKey_thatOneServerCarries_takesMoreServersForTheRest() {
    // Zipf 1 over 4 keys: 1 ÷ (1 + 1/2 + 1/3 + 1/4) = 0.48 for the hottest, 13 440 of 28 000 +.
    Wanted wanted = wanted(28_100, 4, 1);
    double hot = 28_100 * 0.48;

    CapacityAnswer answer = CapacityAnswer.of(wanted, WAY, MASTER, BYTES);

    assertThat(answer.servers())
        .as("(28 100 − 13 488) ÷ (14 000 − 13 488) = 28.5")
        .isEqualTo((int) Math.ceil((28_100 - hot) / (14_000 - hot)))
        .isEqualTo(29);
  }

  @Test
  void hotKey_thatNoServerCarries_isNotPossible() {
    CapacityAnswer answer = CapacityAnswer.of(wanted(30_000, 4, 1), WAY, MASTER, BYTES);

    assertThat(answer.isPossible()).as("0.48 × 30 000 = 14 400 > 14 000").isFalse();
    assertThat(answer.steps()).last().asString().contains("14,400", "one key lives on one server");
    assertThat(answer(30_000, 1_000_000).isPossible()).as("with even keys").isTrue();
  }

  @Test
  void knee_none_isNotPossible() {
    WayCost none = new WayCost(Mode.COALESCING, 0, false, 0, 1, null, "measured");

    CapacityAnswer answer = CapacityAnswer.of(wanted(10, 10, 0), none, none, BYTES);

    assertThat(answer.isPossible()).isFalse();
    assertThat(answer.steps().get(0)).contains("at no rate tried");
  }

  @Test
  void cores_serverThatUsesMoreThanOne_areRoundedUp() {
    WayCost costly = way(Mode.COALESCING, 40_000, 60);

    CapacityAnswer answer = CapacityAnswer.of(wanted(20_000, 9, 0), costly, costly, BYTES);

    assertThat(answer.busyCores()).isCloseTo(1.2, within(1e-9));
    assertThat(answer.cores()).as("1.2 ÷ 0.7 = 1.7").isEqualTo(2);
  }

  @Test
  void onMaster_losesWhatSharedCallsGained() {
    WayCost single = way(Mode.SINGLE, 10_000, 50);
    WayCost together = way(Mode.COALESCING, 40_000, 20);
    WayCost leased = way(Mode.LEASED, 80_000, 4);

    assertThat(together.onMaster(single, together).knee()).isEqualTo(10_000);
    assertThat(together.onMaster(single, together).microsPerCheck()).isEqualTo(50);
    assertThat(leased.onMaster(single, together).knee()).isEqualTo(20_000);
    assertThat(leased.onMaster(single, together).origin())
        .isEqualTo("80,000 on one server × 10,000 with a call a check ÷ 40,000 coalescing");
    assertThat(leased.onMaster(single, together).microsPerCheck()).isEqualTo(10);
    assertThat(single.onMaster(single, together)).isEqualTo(single);
    assertThat(together.onMaster(way(Mode.SINGLE, 50_000, 10), together).knee())
        .as("never more than on one server")
        .isEqualTo(40_000);
  }

  /** Of all three ways: coalescing, a call a check, and leased permits. */
  private static CapacityAdvice advice(Wanted wanted) {
    return CapacityAdvice.of(
        wanted,
        List.of(
            CapacityAnswer.of(wanted, WAY, MASTER, BYTES),
            CapacityAnswer.of(wanted, way(Mode.SINGLE, 10_000, 50), MASTER, BYTES),
            CapacityAnswer.of(wanted, way(Mode.LEASED, 900_000, 1), MASTER, BYTES)));
  }

  @Test
  void advice_leasingThatSavesServers_saysSo() {
    Wanted wanted = wanted(50_000, 10, 0);
    CapacityAdvice advice = advice(wanted);

    assertThat(advice.first().mode()).isEqualTo(Mode.COALESCING);
    assertThat(advice.changes().get(0))
        .contains("one Redis server instead of", "0.05 cores busy")
        .contains("625 times", "gets lots");
    assertThat(advice.sentence()).contains("Redis masters").contains("10 keys");
  }

  @Test
  void advice_hotKeyThatOnlyLeasingCarries_leadsWithLeasing() {
    Wanted wanted = wanted(100_000, 1, 0);
    CapacityAdvice advice = advice(wanted);

    assertThat(advice.first().mode()).isEqualTo(Mode.LEASED);
    assertThat(advice.sentence()).endsWith("with leased permits.");
    assertThat(advice.changes().get(0)).contains("makes it possible");
    assertThat(advice.changes().get(1)).contains("does not make it possible");
  }

  @Test
  void advice_coldKeys_saysThatNoneGetsLots() {
    Wanted wanted = wanted(1_000, 1_000_000, 0);
    CapacityAnswer usual = CapacityAnswer.of(wanted, WAY, MASTER, BYTES);
    CapacityAdvice advice =
        CapacityAdvice.of(
            wanted,
            List.of(
                usual,
                CapacityAnswer.of(wanted, way(Mode.SINGLE, 10_000, 50), MASTER, BYTES),
                CapacityAnswer.of(wanted, way(Mode.LEASED, 40_000, 20), MASTER, BYTES)));

    assertThat(advice.changes().get(0)).contains("changes nothing", "none does");
  }

  @Test
  void hottestShare_ofManyKeys_isThatOfTheWholeSum() {
    double sum = 0;
    for (int i = 1; i <= 1_000_000; i++) {
      sum += 1 / Math.sqrt(i);
    }

    assertThat(KeyChoice.hottestShare(1_000_000, 0.5)).isCloseTo(1 / sum, within(1e-9));
    assertThat(KeyChoice.hottestShare(4, 1)).isCloseTo(0.48, within(1e-12));
    assertThat(KeyChoice.hottestShare(50, 0)).isCloseTo(0.02, within(1e-12));
  }

  private static CapacityAnswer answer(double rate, long keys) {
    return CapacityAnswer.of(wanted(rate, keys, 0), WAY, MASTER, BYTES);
  }

  private static Wanted wanted(double rate, long keys, double skew) {
    return new Wanted(rate, keys, 4, 5_000, 0.3, skew, 0);
  }

  private static WayCost way(Mode mode, double knee, double micros) {
    return new WayCost(mode, knee, false, micros, 1, 1_000L, "measured");
  }
}
