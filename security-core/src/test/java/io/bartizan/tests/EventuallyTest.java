package io.bartizan.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class EventuallyTest {

  private static final Duration LONG = Duration.ofSeconds(30);
  private static final Duration SHORT = Duration.ofMillis(30);

  @Test
  void condition_thatComesTrue_endsTheWait() {
    AtomicInteger looks = new AtomicInteger();
    Eventually.within(LONG, "five looks", () -> looks.incrementAndGet() == 5);
    assertThat(looks).hasValue(5);
  }

  @Test
  void condition_broughtAboutByAnotherThread_isSeen() throws Exception {
    CountDownLatch looked = new CountDownLatch(1);
    AtomicInteger value = new AtomicInteger();
    Thread other =
        new Thread(
            () -> {
              try {
                looked.await();
                value.set(7);
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
            });
    other.start();
    Eventually.within(
        LONG,
        "the other thread's 7",
        () -> {
          looked.countDown();
          return value.get() == 7;
        });
    other.join();
  }

  @Test
  void condition_thatNeverHolds_failsWithWhatWasWaitedForAndNotBefore() {
    long started = System.nanoTime();
    assertThatThrownBy(() -> Eventually.within(SHORT, "the moon is blue", () -> false))
        .isInstanceOf(AssertionError.class)
        .hasMessage("not within 30 ms: the moon is blue");
    assertThat(System.nanoTime() - started).isGreaterThanOrEqualTo(SHORT.toNanos());
  }

  @Test
  void limit_ofNothing_looksOnce() {
    AtomicInteger looks = new AtomicInteger();
    Eventually.within(Duration.ZERO, "one look", () -> looks.incrementAndGet() == 1);
    assertThatThrownBy(() -> Eventually.within(Duration.ZERO, "another", () -> false))
        .hasMessageContaining("another");
  }

  @Test
  void assertions_thatHoldInTheEnd_endTheWait() {
    AtomicInteger looks = new AtomicInteger();
    Eventually.within(LONG, () -> assertThat(looks.incrementAndGet()).isEqualTo(3));
    assertThat(looks).hasValue(3);
  }

  @Test
  void assertions_thatNeverHold_failWithTheLastOne() {
    AtomicInteger looks = new AtomicInteger();
    assertThatThrownBy(
            () ->
                Eventually.within(
                    SHORT, () -> assertThat(looks.incrementAndGet()).as("look").isNegative()))
        .isInstanceOf(AssertionError.class)
        .hasMessageStartingWith("not within 30 ms: [look]")
        .hasMessageContaining(String.valueOf(looks.get()));
  }

  @Test
  void exception_endsTheWaitAtOnce() {
    AtomicInteger looks = new AtomicInteger();
    assertThatThrownBy(
            () ->
                Eventually.within(
                    LONG,
                    "a file",
                    () -> {
                      looks.incrementAndGet();
                      throw new IOException("no such file");
                    }))
        .isInstanceOf(AssertionError.class)
        .hasRootCauseInstanceOf(IOException.class)
        .hasMessageContaining("no such file");
    assertThat(looks).hasValue(1);
  }

  @Test
  void interrupt_endsTheWaitAndStays() {
    Thread.currentThread().interrupt();
    try {
      assertThatThrownBy(() -> Eventually.within(LONG, "never", () -> false))
          .hasMessage("interrupted while waiting");
      assertThat(Thread.currentThread().isInterrupted()).isTrue();
    } finally {
      Thread.interrupted();
    }
  }
}
