package io.bartizan.integrity.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.core.Health;
import io.bartizan.core.SecretBytes;
import io.bartizan.core.VerificationException;
import io.bartizan.integrity.mac.MacKeyRing;
import io.bartizan.integrity.mac.MacReason;
import io.bartizan.integrity.mac.SignedValues;
import io.bartizan.integrity.replay.ReplayGuard.Use;
import io.bartizan.testkit.ManualInstantSource;
import io.bartizan.testkit.ManualTicker;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class InMemoryReplayGuardTest {

  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
  private static final Instant LATER = NOW.plusSeconds(60);

  private final ManualInstantSource clock = new ManualInstantSource(NOW);

  @Test
  void use_sameId_isFirstOnce() {
    InMemoryReplayGuard guard = guard(10);
    assertThat(guard.use("a", id(1), LATER)).isEqualTo(Use.FIRST);
    assertThat(guard.use("a", id(1), LATER)).isEqualTo(Use.REPEATED);
    assertThat(guard.use("a", id(2), LATER)).isEqualTo(Use.FIRST);
    assertThat(guard.use("b", id(1), LATER)).isEqualTo(Use.FIRST);
    assertThat(guard.size()).isEqualTo(3);
  }

  @Test
  void use_scopeAndIdJoinedOtherwise_areOtherIds() {
    InMemoryReplayGuard guard = guard(10);
    assertThat(guard.use("ab", bytes("c"), LATER)).isEqualTo(Use.FIRST);
    assertThat(guard.use("a", bytes("bc"), LATER)).isEqualTo(Use.FIRST);
  }

  @Test
  void use_untilTheEnd_isRemembered_andForgottenAfterwards() {
    InMemoryReplayGuard guard = guard(1);
    assertThat(guard.use("a", id(1), LATER)).isEqualTo(Use.FIRST);
    clock.set(LATER.minusMillis(1));
    assertThat(guard.use("a", id(1), LATER)).isEqualTo(Use.REPEATED);
    clock.set(LATER);
    assertThat(guard.use("a", id(1), LATER)).isEqualTo(Use.UNDECIDED);
    assertThat(guard.use("a", id(2), LATER.plusSeconds(1))).isEqualTo(Use.FIRST);
  }

  @Test
  void use_fullGuard_refusesAndForgetsNothing() {
    InMemoryReplayGuard guard = guard(500);
    for (int i = 0; i < 500; i++) {
      assertThat(guard.use("a", id(i), LATER)).isEqualTo(Use.FIRST);
    }
    assertThat(guard.use("a", id(500), LATER)).isEqualTo(Use.UNDECIDED);
    assertThat(guard.health().status()).isEqualTo(Health.Status.DOWN);
    for (int i = 0; i < 500; i++) {
      assertThat(guard.use("a", id(i), LATER)).isEqualTo(Use.REPEATED);
    }
    clock.set(LATER.plusMillis(1));
    assertThat(guard.use("a", id(500), LATER.plusSeconds(60))).isEqualTo(Use.FIRST);
  }

  @Test
  void health_fullOfIdsPastTheirEnd_isUp_andDownOnlyWhileEverythingIsRefused() {
    InMemoryReplayGuard guard = guard(100);
    for (int i = 0; i < 90; i++) {
      assertThat(guard.use("a", id(i), LATER)).isEqualTo(Use.FIRST);
    }
    assertThat(guard.health()).isEqualTo(Health.degraded("90 of 100 ids remembered"));
    for (int i = 90; i < 100; i++) {
      assertThat(guard.use("a", id(i), LATER.plusSeconds(1))).isEqualTo(Use.FIRST);
    }
    assertThat(guard.health()).isEqualTo(Health.down("100 of 100 ids remembered"));
    clock.set(LATER);
    assertThat(guard.health()).as("no traffic").isEqualTo(Health.up("10 of 100 ids remembered"));
    clock.set(NOW);
    assertThat(guard.use("a", id(1), LATER)).as("health forgot none").isEqualTo(Use.REPEATED);
  }

  @Test
  void use_fullGuardThatWasSweptInThisMillisecond_takesTheRoomThatCameSince() {
    ManualTicker ticker = new ManualTicker();
    InMemoryReplayGuard guard =
        InMemoryReplayGuard.builder(3).withClock(clock).withTicker(ticker).build();
    for (int i = 0; i < 3; i++) {
      assertThat(guard.use("a", id(i), LATER)).isEqualTo(Use.FIRST);
    }
    clock.set(LATER);
    Instant end = LATER.plusSeconds(60);
    assertThat(guard.use("a", id(3), end)).as("one clock").isEqualTo(Use.UNDECIDED);
    ticker.advance(Duration.ofSeconds(60));
    assertThat(guard.use("a", id(4), end)).as("both clocks").isEqualTo(Use.FIRST);
    assertThat(guard.use("a", id(5), end)).isEqualTo(Use.FIRST);
    assertThat(guard.use("a", id(6), end)).isEqualTo(Use.FIRST);
    assertThat(guard.use("a", id(7), end)).as("full").isEqualTo(Use.UNDECIDED);
  }

  @Test
  void use_extremeEnds_areDecided() {
    InMemoryReplayGuard guard = guard(10);
    assertThat(guard.use("a", id(1), Instant.MAX)).isEqualTo(Use.FIRST);
    assertThat(guard.use("a", id(1), Instant.MAX)).isEqualTo(Use.REPEATED);
    assertThat(guard.use("a", id(2), Instant.MIN)).isEqualTo(Use.UNDECIDED);
    assertThat(guard.use("", new byte[0], LATER)).isEqualTo(Use.FIRST);
  }

  @Test
  void use_manyThreadsOneId_exactlyOneIsFirst() throws Exception {
    InMemoryReplayGuard guard = guard(1000);
    int threads = 8;
    ExecutorService workers = Executors.newFixedThreadPool(threads);
    try {
      for (int round = 0; round < 200; round++) {
        byte[] id = id(round);
        CountDownLatch start = new CountDownLatch(1);
        List<Future<Use>> uses = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
          uses.add(
              workers.submit(
                  () -> {
                    start.await();
                    return guard.use("a", id, LATER);
                  }));
        }
        start.countDown();
        List<Use> answers = new ArrayList<>();
        for (Future<Use> use : uses) {
          answers.add(use.get());
        }
        assertThat(answers).containsOnlyOnce(Use.FIRST).doesNotContain(Use.UNDECIDED);
      }
    } finally {
      workers.shutdownNow();
    }
  }

  @Test
  void G14_oneTimeValue_isBurntOnceAndOnlyAfterItsTagHeld() {
    SignedValues resets =
        SignedValues.builder("reset", MacKeyRing.of(SecretBytes.random(32)), Duration.ofMinutes(15))
            .withSingleUse(guard(10))
            .withClock(clock)
            .build();
    String value = resets.sign(bytes("user-7"));
    int inTag = value.length() - 20;
    String swapped = value.charAt(inTag) == 'A' ? "B" : "A";
    String forged = value.substring(0, inTag) + swapped + value.substring(inTag + 1);
    assertThatThrownBy(() -> resets.verify(forged))
        .isInstanceOfSatisfying(
            VerificationException.class,
            refusal -> assertThat(refusal.reason()).isEqualTo(MacReason.SIGNATURE_INVALID));
    assertThat(resets.verify(value).text()).isEqualTo("user-7");
    assertThatThrownBy(() -> resets.verify(value))
        .isInstanceOfSatisfying(
            VerificationException.class,
            refusal -> assertThat(refusal.reason()).isEqualTo(MacReason.REPLAYED));
  }

  @Test
  void of_badSize_isRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> InMemoryReplayGuard.of(0));
    assertThatIllegalArgumentException().isThrownBy(() -> InMemoryReplayGuard.of(100_000_001));
  }

  private InMemoryReplayGuard guard(int maxIds) {
    return InMemoryReplayGuard.builder(maxIds).withClock(clock).build();
  }

  private static byte[] id(int number) {
    return bytes("id-" + number);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
