package io.bartizan.integrity.replay;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.SecretBytes;
import io.bartizan.integrity.mac.MacKeyRing;
import io.bartizan.integrity.mac.MacReason;
import io.bartizan.integrity.mac.SignedValues;
import io.bartizan.integrity.replay.DeliveryGuard.Begin;
import io.bartizan.integrity.replay.ReplayGuard.Use;
import io.bartizan.testkit.ManualInstantSource;
import io.bartizan.testkit.ManualTicker;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class InMemoryDeliveriesTest extends DeliveryGuardContractTest {

  private final ManualInstantSource clock =
      new ManualInstantSource(Instant.parse("2026-11-21T12:00:00Z"));
  private final MacKeyRing ring = MacKeyRing.of(SecretBytes.random(32));

  @Override
  protected DeliveryGuard guard() {
    return InMemoryReplayGuard.builder(1000).withClock(clock).build();
  }

  @Override
  protected Instant now() {
    return clock.instant();
  }

  @Override
  protected void pass(Duration time) {
    clock.advance(time);
  }

  private SignedValues values(Duration validity, ReplayGuard guard) {
    return SignedValues.builder("p", ring, validity).withSingleUse(guard).withClock(clock).build();
  }

  private static Object reason(SignedValues values, String value) {
    return values.check(value).<Object>fold(v -> "accepted", refusal -> refusal.reason());
  }

  @Test
  void TK02_valueUsedByAStricterVerifier_isUsedForALaxerOne() {
    for (int minutes : new int[] {1, 16, 40, 59}) {
      InMemoryReplayGuard guard = InMemoryReplayGuard.builder(100).withClock(clock).build();
      SignedValues longer = values(Duration.ofMinutes(60), guard);
      SignedValues shorter = values(Duration.ofMinutes(15), guard);
      String value = longer.sign("alice");
      assertThat(reason(shorter, value)).isEqualTo("accepted");
      for (int i = 0; i < 300; i++) { // room is needed, and others' ends pass
        Use unused = guard.use("fill", new byte[] {(byte) i}, clock.instant().plusSeconds(30));
      }
      clock.advance(Duration.ofMinutes(minutes));
      assertThat(reason(longer, value)).as("%s min", minutes).isEqualTo(MacReason.REPLAYED);
      clock.advance(Duration.ofMinutes(60 - minutes));
      assertThat(reason(longer, value)).isEqualTo(MacReason.EXPIRED);
    }
  }

  @Test
  void TK02_clockThatJumps_forgetsNothingEarly() {
    for (Duration jump : new Duration[] {Duration.ofHours(1), Duration.ofDays(400)}) {
      InMemoryReplayGuard guard = InMemoryReplayGuard.builder(100).withClock(clock).build();
      SignedValues values = values(Duration.ofMinutes(15), guard);
      String value = values.sign("alice");
      Instant before = clock.instant();
      assertThat(reason(values, value)).isEqualTo("accepted");
      clock.advance(jump);
      for (int i = 0; i < 50; i++) {
        assertThat(reason(values, values.sign("other " + i))).isEqualTo("accepted");
      }
      clock.set(before);
      assertThat(reason(values, value)).isEqualTo(MacReason.REPLAYED);
    }
  }

  @Test
  void TK02_clockThatJumpsWhileTheGuardIsFull_refusesRatherThanForgets() {
    ManualTicker ticker = new ManualTicker();
    InMemoryReplayGuard guard =
        InMemoryReplayGuard.builder(3).withClock(clock).withTicker(ticker).build();
    SignedValues values = values(Duration.ofMinutes(15), guard);
    String value = values.sign("alice");
    Instant before = clock.instant();
    assertThat(reason(values, value)).isEqualTo("accepted");
    clock.advance(Duration.ofHours(1));
    for (int i = 0; i < 2; i++) {
      assertThat(reason(values, values.sign("x"))).isEqualTo("accepted");
    }
    assertThat(reason(values, values.sign("x"))).isEqualTo(MacReason.REPLAY_UNDECIDED);
    clock.set(before);
    assertThat(reason(values, value)).isEqualTo(MacReason.REPLAYED);
    clock.advance(Duration.ofHours(2));
    ticker.advance(Duration.ofHours(2));
    assertThat(reason(values, values.sign("x"))).as("both clocks say so").isEqualTo("accepted");
  }

  @Test
  void TK01_peek_burnsNothing() {
    SignedValues values = values(Duration.ofMinutes(15), guard());
    String value = values.sign("alice");
    for (int scanner = 0; scanner < 3; scanner++) {
      assertThat(values.peek(value).isAccepted()).isTrue();
    }
    assertThat(reason(values, value)).isEqualTo("accepted");
    assertThat(reason(values, value)).isEqualTo(MacReason.REPLAYED);
    assertThat(values.peek(value + "A").isAccepted()).isFalse();
    assertThat(values.peek(null).isAccepted()).isFalse();
    clock.advance(Duration.ofMinutes(15));
    assertThat(values.peek(value).isAccepted()).isFalse();
  }

  @Test
  void lease_whileTheWallClockJumps_isOverByTheClockThatNeverDoes() {
    ManualTicker ticker = new ManualTicker();
    InMemoryReplayGuard guard =
        InMemoryReplayGuard.builder(3).withClock(clock).withTicker(ticker).build();
    byte[] id = {1};
    Instant until = clock.instant().plus(Duration.ofDays(1));
    Duration lease = Duration.ofMinutes(1);
    assertThat(guard.begin("s", id, id, "one", lease)).isEqualTo(Begin.BEGUN);
    clock.advance(Duration.ofHours(1));
    assertThat(guard.begin("s", id, id, "two", lease)).as("ahead").isEqualTo(Begin.BUSY);
    clock.set(clock.instant().minus(Duration.ofHours(3)));
    ticker.advance(Duration.ofSeconds(59));
    assertThat(guard.begin("s", id, id, "two", lease)).isEqualTo(Begin.BUSY);
    ticker.advance(Duration.ofSeconds(1));
    assertThat(guard.begin("s", id, id, "two", lease)).as("back").isEqualTo(Begin.BEGUN);
    assertThat(guard.complete("s", id, id, "two", until)).isTrue();
    ticker.advance(Duration.ofDays(2));
    assertThat(guard.begin("s", id, id, "three", lease)).isEqualTo(Begin.REPLAYED);
  }

  @Test
  void begin_manyThatEnd_takeNoMemoryForEver() {
    InMemoryReplayGuard guard = InMemoryReplayGuard.builder(10).withClock(clock).build();
    Instant until = clock.instant().plusSeconds(3600);
    for (int i = 0; i < 10_000; i++) {
      byte[] id = {(byte) (i % 5)};
      assertThat(guard.begin("s", id, id, "h" + i, Duration.ofHours(1))).isEqualTo(Begin.BEGUN);
      assertThat(guard.abandon("s", id, "h" + i)).isTrue();
    }
    assertThat(guard.size()).isZero();
    assertThat(guard.use("s", new byte[] {9}, until)).isEqualTo(Use.FIRST);
  }
}
