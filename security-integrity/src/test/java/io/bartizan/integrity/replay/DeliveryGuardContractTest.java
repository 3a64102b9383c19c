package io.bartizan.integrity.replay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.bartizan.integrity.replay.DeliveryGuard.Begin;
import io.bartizan.integrity.replay.ReplayGuard.Use;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** TK-01: what every {@link DeliveryGuard} promises. */
public abstract class DeliveryGuardContractTest {

  private static final Duration LEASE = Duration.ofSeconds(30);
  private static final byte[] FORM = "1.body".getBytes(UTF_8);
  private static final byte[] ANEW = "2.body".getBytes(UTF_8);

  protected abstract DeliveryGuard guard();

  /** Of the guard's wall clock. */
  protected abstract Instant now();

  /** Lets so much time pass, a second at most for a guard with a clock of its own. */
  protected abstract void pass(Duration time);

  private static byte[] id(String text) {
    return text.getBytes(UTF_8);
  }

  private Instant later() {
    return now().plusSeconds(3600);
  }

  @Test
  void TK01_begunMessage_isBusyForOthersAndTheSameHoldersOwn() {
    DeliveryGuard guard = guard();
    assertThat(guard.begin("s", id("a"), FORM, "one", LEASE)).isEqualTo(Begin.BEGUN);
    assertThat(guard.begin("s", id("a"), FORM, "two", LEASE)).isEqualTo(Begin.BUSY);
    assertThat(guard.begin("s", id("a"), ANEW, "two", LEASE)).isEqualTo(Begin.BUSY);
    assertThat(guard.begin("s", id("a"), FORM, "one", LEASE)).isEqualTo(Begin.BEGUN);
    assertThat(guard.begin("s", id("b"), FORM, "two", LEASE)).isEqualTo(Begin.BEGUN);
    assertThat(guard.begin("t", id("a"), FORM, "two", LEASE)).isEqualTo(Begin.BEGUN);
  }

  @Test
  void TK01_completedMessage_tellsReplayFromDuplicate() {
    DeliveryGuard guard = guard();
    assertThat(guard.begin("s", id("c"), FORM, "one", LEASE)).isEqualTo(Begin.BEGUN);
    assertThat(guard.complete("s", id("c"), FORM, "one", later())).isTrue();
    assertThat(guard.begin("s", id("c"), FORM, "two", LEASE)).isEqualTo(Begin.REPLAYED);
    assertThat(guard.begin("s", id("c"), ANEW, "two", LEASE)).isEqualTo(Begin.DUPLICATE);
    assertThat(guard.begin("s", id("c"), FORM, "one", LEASE)).isEqualTo(Begin.REPLAYED);
    assertThat(guard.complete("s", id("c"), FORM, "one", later())).as("once more").isTrue();
    assertThat(guard.abandon("s", id("c"), "one")).isTrue();
    assertThat(guard.begin("s", id("c"), ANEW, "two", LEASE))
        .as("what is completed can't be abandoned")
        .isEqualTo(Begin.DUPLICATE);
  }

  @Test
  void TK01_abandonedMessage_isBegunAnewAndOnlyItsHolderAbandons() {
    DeliveryGuard guard = guard();
    assertThat(guard.begin("s", id("d"), FORM, "one", LEASE)).isEqualTo(Begin.BEGUN);
    assertThat(guard.abandon("s", id("d"), "two")).isTrue();
    assertThat(guard.begin("s", id("d"), FORM, "two", LEASE)).isEqualTo(Begin.BUSY);
    assertThat(guard.abandon("s", id("d"), "one")).isTrue();
    assertThat(guard.begin("s", id("d"), FORM, "two", LEASE)).isEqualTo(Begin.BEGUN);
  }

  @Test
  void TK01_crash_blocksForTheLeaseAndNoLonger() {
    DeliveryGuard guard = guard();
    Duration lease = Duration.ofMillis(500);
    assertThat(guard.begin("s", id("e"), FORM, "one", lease)).isEqualTo(Begin.BEGUN);
    pass(Duration.ofMillis(600));
    assertThat(guard.begin("s", id("e"), FORM, "two", LEASE)).isEqualTo(Begin.BEGUN);
    // the first one was slow and not dead: its work counts, and it frees nothing of another's
    assertThat(guard.abandon("s", id("e"), "one")).isTrue();
    assertThat(guard.begin("s", id("e"), FORM, "three", LEASE)).isEqualTo(Begin.BUSY);
    assertThat(guard.complete("s", id("e"), FORM, "one", later())).isTrue();
    assertThat(guard.begin("s", id("e"), FORM, "three", LEASE)).isEqualTo(Begin.REPLAYED);
  }

  @Test
  void TK01_concurrentBegins_haveOneHolder() throws Exception {
    DeliveryGuard guard = guard();
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      for (int round = 0; round < 50; round++) {
        byte[] id = id("race " + round);
        CountDownLatch start = new CountDownLatch(1);
        List<Future<Begin>> begins = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
          String holder = "holder" + i;
          begins.add(
              threads.submit(
                  () -> {
                    start.await();
                    return guard.begin("s", id, FORM, holder, LEASE);
                  }));
        }
        start.countDown();
        List<Begin> answers = new ArrayList<>();
        for (Future<Begin> begin : begins) {
          answers.add(begin.get());
        }
        assertThat(answers).containsOnlyOnce(Begin.BEGUN).contains(Begin.BUSY).hasSize(4);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void TK01_useIsStillOnce() {
    DeliveryGuard guard = guard();
    assertThat(guard.use("s", id("f"), later())).isEqualTo(Use.FIRST);
    assertThat(guard.use("s", id("f"), later())).isEqualTo(Use.REPEATED);
  }

  @Test
  void begin_badArguments_areRefused() {
    DeliveryGuard guard = guard();
    for (String holder : List.of("", "a b", "a\n", "é", "x".repeat(65))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> guard.begin("s", id("g"), FORM, holder, LEASE));
    }
    for (Duration lease : List.of(Duration.ZERO, Duration.ofDays(2), Duration.ofSeconds(-1))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> guard.begin("s", id("g"), FORM, "h", lease));
    }
  }
}
