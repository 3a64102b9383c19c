package io.bartizan.integrity.mac;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.bartizan.core.Checked;
import io.bartizan.core.SecretBytes;
import io.bartizan.core.house.Span;
import io.bartizan.integrity.lease.FlakyGuard;
import io.bartizan.integrity.replay.DeliveryGuard;
import io.bartizan.integrity.replay.InMemoryReplayGuard;
import io.bartizan.integrity.replay.ReplayGuard.Use;
import io.bartizan.testkit.ManualInstantSource;
import io.bartizan.tests.SeededCases;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SingleUseTest extends SingleUseContractTest {

  private final ManualInstantSource clock =
      new ManualInstantSource(Instant.parse("2026-11-21T12:00:00Z"));

  @Override
  DeliveryGuard guard() {
    return memory(1000);
  }

  @Override
  InstantSource clock() {
    return clock;
  }

  private InMemoryReplayGuard memory(int maxIds) {
    return InMemoryReplayGuard.builder(maxIds).withClock(clock).build();
  }

  /** The example of docs/guides/signed-values.md. */
  @Test
  void handle_exampleOfTheDocs_runs() {
    MacKeyRing ring = MacKeyRing.of(SecretBytes.random(32));
    InMemoryReplayGuard guard = memory(100);
    List<String> store = new ArrayList<>();
    SignedValues resets =
        SignedValues.builder("password-reset", ring, Duration.ofMinutes(15))
            .withSingleUse(guard, Duration.ofSeconds(30))
            .withClock(clock)
            .build();
    String value = resets.sign("alice");
    for (int i = 0; i < 2; i++) {
      Checked<SignedValue> done = resets.handle(value, reset -> store.add(reset.text()));
      int status = done.fold(reset -> 200, refusal -> resets.status(refusal.reason()));
      assertThat(status).isEqualTo(200);
      assertThat(done.isAccepted()).isEqualTo(i == 0);
    }
    assertThat(store).containsExactly("alice");
    assertThat(resets.toString()).contains("lease 30 seconds");
  }

  @Test
  void TK01_statusesTellTheSenderWhatToDo() {
    SignedValues leased = values(guard(), VALIDITY);
    SignedValues plain =
        SignedValues.builder("p", MacKeyRing.of(SecretBytes.random(32)), VALIDITY)
            .withSingleUse(guard())
            .build();
    for (MacReason reason : MacReason.values()) {
      int expected =
          switch (reason) {
            case REPLAYED -> 200;
            case DUPLICATE -> 409;
            case IN_PROGRESS, KEYS_UNAVAILABLE, REPLAY_UNDECIDED -> 503;
            default -> 400;
          };
      assertThat(leased.status(reason)).as("%s", reason).isEqualTo(expected);
      assertThat(plain.status(reason))
          .as("%s", reason)
          .isEqualTo(reason == MacReason.REPLAYED ? 409 : expected);
    }
  }

  @Test
  void TK02_completedValue_isKnownUntilNobodyAcceptsIt() {
    for (int seconds : new int[] {60, 16 * 60, 59 * 60, 3599, 3600 + 299}) {
      InMemoryReplayGuard guard = memory(10);
      SignedValues longer = values(guard, Duration.ofHours(1));
      String value = longer.sign("alice");
      values(guard, VALIDITY).verify(value).complete();
      Instant used = clock.instant();
      clock.advance(Duration.ofSeconds(seconds));
      for (int i = 0; i < 30; i++) { // room is needed, and others' ends pass
        Use unused = guard.use("fill", new byte[] {(byte) i}, clock.instant().plusSeconds(30));
      }
      // an instance whose clock is 5 minutes behind, the most that is allowed
      Instant now = clock.instant();
      clock.set(seconds > 3599 ? now.minusSeconds(300) : now);
      assertThat(reason(longer, value)).as("after %s s", seconds).isEqualTo(MacReason.REPLAYED);
      clock.set(used.plusSeconds(3600));
      assertThat(reason(longer, value)).isEqualTo(MacReason.EXPIRED);
    }
  }

  @Test
  void TK01_fullGuard_refusesAndLosesNothing() {
    SignedValues values = values(memory(1), VALIDITY);
    SignedValue first = values.verify(values.sign("a"));
    String second = values.sign("b");
    assertThat(reason(values, second)).isEqualTo(MacReason.REPLAY_UNDECIDED);
    clock.advance(Duration.ofMillis(5));
    first.abandon();
    assertThat(reason(values, second)).isEqualTo("accepted");
  }

  @Test
  void build_leaseThatCannotHold_isRefused() {
    MacKeyRing ring = MacKeyRing.of(SecretBytes.random(32));
    InMemoryReplayGuard guard = memory(10);
    SignedValues.Builder minute = SignedValues.builder("p", ring, Duration.ofMinutes(1));
    for (Duration lease :
        List.of(Duration.ZERO, Duration.ofMillis(999), Duration.ofMinutes(1), Duration.ofDays(2))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> minute.withSingleUse(guard, lease))
          .withMessageStartingWith("lease is " + Span.exact(lease) + ",");
    }
    SignedValues unused = minute.withSingleUse(guard, Duration.ofSeconds(59)).build();
    assertThatIllegalStateException().isThrownBy(() -> minute.withSingleUse(guard));
    SignedValues.Builder plain =
        SignedValues.builder("p", ring, Duration.ofMinutes(1)).withSingleUse(guard);
    assertThatIllegalStateException()
        .isThrownBy(() -> plain.withSingleUse(guard, Duration.ofSeconds(1)));
    assertThatIllegalStateException()
        .isThrownBy(
            () -> SignedValues.neverExpires("p", ring).withSingleUse(guard, Duration.ofSeconds(1)))
        .withMessage("values that never expire can't be for single use");
  }

  /**
   * Clients that send a value until they hear that it is done, against two instances with other
   * settings, whose handlers fail, crash before or after their work, and stall beyond the lease,
   * and whose guard loses answers.
   */
  @Test
  void TK01_eachValue_isHandledAtLeastOnceAndOnceWhereTheHandlerCompletes() {
    Tally tally = new Tally();
    SeededCases.check(
        40,
        random -> {
          FlakyGuard flaky = new FlakyGuard(memory(10_000), random.split());
          List<SignedValues> instances =
              List.of(values(flaky, Duration.ofHours(2)), values(flaky, Duration.ofHours(3)));
          for (int i = 0; i < 20; i++) {
            use(instances, flaky, random, tally);
          }
        });
    assertThat(tally.replayed).as("uses of what was completed").isGreaterThan(100);
    assertThat(tally.busy).as("uses of what was begun").isGreaterThan(100);
    assertThat(tally.late).as("handlers that outlived their lease").isGreaterThan(20);
  }

  private static final class Tally {
    private int replayed;
    private int busy;
    private int late;
  }

  private void use(
      List<SignedValues> instances, FlakyGuard guard, SplittableRandom random, Tally tally) {
    String value = instances.get(random.nextInt(2)).sign("alice");
    int handled = 0;
    int excuses = 0; // work whose end the guard could not be told in time
    boolean completed = false;
    int quiet = 0; // times that it was sent after it was done
    @Nullable SignedValue stalled = null;
    guard.fails = true;
    for (int attempt = 0; attempt < 80 && quiet < 4; attempt++) {
      if (attempt == 30) {
        guard.fails = false;
      }
      SignedValues instance = instances.get(random.nextInt(2));
      Checked<SignedValue> checked = instance.check(value);
      if (checked.isAccepted()) {
        assertThat(completed).as("handled again after it was completed").isFalse();
        SignedValue begun = checked.orThrow();
        switch (attempt >= 30 ? 0 : random.nextInt(6)) {
          case 0, 1 -> {
            handled++;
            int before = guard.lostCompletions;
            begun.complete();
            completed = guard.lostCompletions - before < 2;
            excuses += completed ? 0 : 1;
          }
          case 2 -> begun.abandon(); // the handler failed
          case 3 -> {} // crashed before its work
          case 4 -> {
            handled++; // crashed between its work and its mark
            excuses++;
          }
          default -> {
            if (stalled == null) {
              stalled = begun; // works on beyond its lease, and marks its work then
            }
            clock.advance(LEASE.plusSeconds(1));
          }
        }
      } else {
        Object reason = reason(checked);
        tally.busy += reason == MacReason.IN_PROGRESS ? 1 : 0;
        tally.replayed += reason == MacReason.REPLAYED ? 1 : 0;
        int status = instance.status((MacReason) reason);
        assertThat(status).as("%s", reason).isIn(200, 503);
        assertThat(status == 503 || handled > 0).as("said to be done is done").isTrue();
        quiet += status == 200 ? 1 : 0;
      }
      if (stalled != null && random.nextInt(3) == 0) {
        handled++;
        excuses++; // it was too late to keep others off
        int before = guard.lostCompletions;
        stalled.complete();
        completed |= guard.lostCompletions - before < 2;
        stalled = null;
        tally.late++;
      }
      clock.advance(Duration.ofMillis(random.nextInt(3000)));
    }
    assertThat(quiet).as("in the end it is known to be done").isEqualTo(4);
    assertThat(handled).as("at least once").isPositive();
    assertThat(handled - excuses).as("once where its handler completes").isLessThan(2);
  }
}
