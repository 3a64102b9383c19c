package io.bartizan.integrity.jwt;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** TK-11: whose turn it is among new issuers for whom there was no place. */
class TenantQueueTest {

  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private final TenantQueue queue = new TenantQueue();

  @Test
  void next_isTheNameThatWasAskedForMostOften_andTheEldestAmongEquals() {
    queue.ask("a", 1);
    queue.ask("b", 2);
    queue.ask("c", 3);
    queue.ask("b", 4);
    assertThat(queue.poll(5)).isEqualTo("b");
    assertThat(queue.poll(5)).isEqualTo("a");
    queue.remove("c");
    queue.remove("never asked for");
    assertThat(queue.poll(5)).isNull();
    assertThat(queue.size()).isZero();
  }

  @Test
  void nameThatWasNotAskedForForLong_isForgotten() {
    queue.ask("a", 0);
    queue.ask("b", 0);
    queue.ask("b", 0);
    queue.ask("a", 20 * SECOND);
    assertThat(queue.poll(31 * SECOND)).isEqualTo("a");
    assertThat(queue.size()).isZero();
    queue.ask("c", Long.MAX_VALUE - 1);
    assertThat(queue.poll(Long.MIN_VALUE + 1)).as("the clock may run over").isEqualTo("c");
  }

  @Test
  void fullQueue_givesUpOneThatWasAskedForOnce() {
    for (int i = 0; i < 100; i++) {
      queue.ask("twice" + i, 0);
      queue.ask("twice" + i, 0);
    }
    for (int i = 0; i < 3 * TenantQueue.MAX_NAMES; i++) {
      queue.ask("once" + i, 0);
      assertThat(queue.size()).isLessThanOrEqualTo(TenantQueue.MAX_NAMES);
    }
    for (int i = 0; i < 100; i++) {
      assertThat(queue.poll(0)).startsWith("twice");
    }
  }

  /** Whoever asks for all of his names twice and then no more closes the queue for a while only. */
  @Test
  void queueOfNamesThatWereAskedForOften_losesACountForEachThatIsTurnedAway() {
    for (int i = 0; i < TenantQueue.MAX_NAMES; i++) {
      queue.ask("x" + i, 0);
      queue.ask("x" + i, 0);
    }
    for (int i = 0; i < TenantQueue.MAX_NAMES; i++) {
      queue.ask("honest", 0);
    }
    assertThat(queue.poll(0)).isEqualTo("honest");
    assertThat(queue.size()).isEqualTo(TenantQueue.MAX_NAMES - 1);
  }
}
