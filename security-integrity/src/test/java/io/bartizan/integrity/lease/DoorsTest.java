package io.bartizan.integrity.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.integrity.lease.Door.Attempt;
import io.bartizan.integrity.replay.DeliveryGuard;
import io.bartizan.integrity.replay.InMemoryReplayGuard;
import io.bartizan.testkit.ManualInstantSource;
import io.bartizan.tests.SeededCases;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DoorsTest extends DoorsContractTest {

  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final ManualInstantSource clock =
      new ManualInstantSource(Instant.parse("2026-11-21T12:00:00Z"));

  @Override
  DeliveryGuard guard() {
    return InMemoryReplayGuard.builder(10_000).withClock(clock).build();
  }

  @Override
  InstantSource clock() {
    return clock;
  }

  @Override
  void pass(Duration time) {
    clock.advance(time);
  }

  /**
   * A sender that tries again until it hears 200, webhooks signed anew, against receivers of two
   * settings that take turns, whose handlers fail, crash before or after their work and stall
   * beyond the lease, and whose guard sometimes gives no answer though it did what it was asked.
   */
  @ParameterizedTest
  @EnumSource
  void TK01_eachMessage_isHandledAtLeastOnceAndOnceWhereTheHandlerCompletes(Door door) {
    SeededCases.check(
        20,
        random -> {
          FlakyGuard flaky = new FlakyGuard(guard(), random.split());
          for (int message = 0; message < 20; message++) {
            deliver(door, "msg_" + message, flaky, random);
          }
        });
  }

  private void deliver(Door door, String id, FlakyGuard guard, SplittableRandom random) {
    List<Function<String, Attempt>> receivers =
        List.of(
            door.receiver(guard, MINUTE, false, clock),
            door.receiver(guard, MINUTE.plusSeconds(30), true, clock));
    String first = door.message(id, clock);
    int handled = 0;
    int excuses = 0; // work that was done and could not be marked as done
    boolean acknowledged = false;
    guard.fails = true;
    for (int attempt = 0; attempt < 60 && !acknowledged; attempt++) {
      boolean calm = attempt >= 30;
      guard.fails = !calm;
      String message = door == Door.WEBHOOK ? door.message(id, clock) : first;
      Attempt answer = receivers.get(random.nextInt(2)).apply(message);
      if (answer.said().equals("accepted")) {
        switch (calm ? 0 : random.nextInt(6)) {
          case 0, 1 -> {
            handled++;
            int before = guard.lostCompletions;
            answer.complete().run();
            excuses += guard.lostCompletions - before > 1 ? 1 : 0;
            acknowledged = calm || random.nextInt(4) > 0; // the answer may be lost on its way
          }
          case 2 -> answer.abandon().run(); // the handler failed
          case 3 -> {} // crashed before its work
          case 4 -> {
            handled++; // crashed between its work and its mark
            excuses++;
          }
          default -> clock.advance(MINUTE.plusSeconds(31)); // stalls beyond its lease, then fails
        }
      } else {
        assertThat(answer.status()).as(answer.said()).isIn(200, 503);
        acknowledged = answer.status() == 200;
        if (acknowledged) {
          assertThat(handled).as("acknowledged is handled").isPositive();
        }
      }
      clock.advance(Duration.ofSeconds(random.nextInt(120)));
    }
    assertThat(acknowledged).as("%s in the end", id).isTrue();
    assertThat(handled).as("%s at least once", id).isPositive();
    assertThat(handled - excuses).as("%s once where its handler completes", id).isLessThan(2);
  }
}
