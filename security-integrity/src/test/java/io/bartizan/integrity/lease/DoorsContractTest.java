package io.bartizan.integrity.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.integrity.lease.Door.Attempt;
import io.bartizan.integrity.replay.DeliveryGuard;
import java.time.Duration;
import java.time.InstantSource;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** TK-01: what every door does with a message under a lease, over every {@link DeliveryGuard}. */
abstract class DoorsContractTest {

  static final Duration LEASE = Duration.ofSeconds(1);

  abstract DeliveryGuard guard();

  abstract InstantSource clock();

  /** Lets so much time pass for the guard and the messages. */
  abstract void pass(Duration time);

  private Function<String, Attempt> receiver(Door door, DeliveryGuard guard, boolean lenient) {
    return door.receiver(guard, LEASE, lenient, clock());
  }

  private static void assertSaid(Attempt attempt, String outcome, int status) {
    assertThat(attempt.said()).isEqualTo(outcome);
    assertThat(attempt.status()).as(outcome).isEqualTo(status);
  }

  @ParameterizedTest
  @EnumSource
  void TK01_abandonedMessage_isAcceptedAgainAndCompletedOneIsNot(Door door) {
    DeliveryGuard guard = guard();
    Function<String, Attempt> here = receiver(door, guard, false);
    Function<String, Attempt> there = receiver(door, guard, true);
    String message = door.message("fails", clock());
    Attempt first = here.apply(message);
    assertSaid(first, "accepted", 200);
    assertSaid(here.apply(message), "IN_PROGRESS", 503);
    assertSaid(there.apply(message), "IN_PROGRESS", 503);
    first.abandon().run();
    Attempt second = there.apply(message);
    assertSaid(second, "accepted", 200);
    first.complete().run(); // too late: only the first call counts
    assertSaid(here.apply(message), "IN_PROGRESS", 503);
    second.complete().run();
    second.abandon().run();
    assertSaid(here.apply(message), "REPLAYED", 200);
    assertSaid(there.apply(message), "REPLAYED", 200);
    assertSaid(here.apply(door.message("another", clock())), "accepted", 200);
  }

  @ParameterizedTest
  @EnumSource
  void TK01_crash_blocksAMessageForTheLeaseAndNoLonger(Door door) {
    Function<String, Attempt> receiver = receiver(door, guard(), false);
    String message = door.message("crashes", clock());
    Attempt slow = receiver.apply(message);
    assertSaid(receiver.apply(message), "IN_PROGRESS", 503);
    pass(LEASE.plusMillis(100));
    Attempt next = receiver.apply(message);
    assertSaid(next, "accepted", 200);
    slow.abandon().run(); // it was slow and not dead, and frees nothing of another's
    assertSaid(receiver.apply(message), "IN_PROGRESS", 503);
    next.complete().run();
    pass(LEASE.plusMillis(100));
    assertSaid(receiver.apply(message), "REPLAYED", 200);
  }

  @ParameterizedTest
  @EnumSource
  void TK01_answerThatWasLost_isAskedForAgainByTheSameHolderAlone(Door door) {
    DeliveryGuard guard = guard();
    FlakyGuard flaky = new FlakyGuard(guard, new SplittableRandom(1));
    Function<String, Attempt> here = receiver(door, flaky, false);
    Function<String, Attempt> there = receiver(door, guard, false);
    String message = door.message("lost", clock());
    flaky.losesNextAnswer = true;
    assertSaid(here.apply(message), "REPLAY_UNDECIDED", 503);
    assertSaid(there.apply(message), "IN_PROGRESS", 503);
    Attempt begun = here.apply(message);
    assertSaid(begun, "accepted", 200);
    assertSaid(here.apply(message), "IN_PROGRESS", 503);
    assertSaid(there.apply(message), "IN_PROGRESS", 503);
    begun.complete().run();
    assertSaid(here.apply(message), "REPLAYED", 200);
  }
}
