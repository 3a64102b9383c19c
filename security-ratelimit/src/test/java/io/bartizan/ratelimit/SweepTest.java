package io.bartizan.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** When old keys are looked at, how many of them, and how long they must have rested. */
class SweepTest {

  private static final long REST = 10_000_000;
  private static final long OTHER_TIME = 64 * 1_000_003L + 1;
  private static final long SWEPT_TIME = 64 * 1_000_003L;

  /** Keys that only count how they are swept. */
  private static final class Swept implements Keys {
    final AtomicInteger size = new AtomicInteger();
    final List<Long> rests = new ArrayList<>();
    int goneInEight;
    Runnable meanwhile = () -> {};

    @Override
    public AtomicInteger size() {
      return size;
    }

    @Override
    public <R> @Nullable R ask(
        String key, Limits limits, long now, OverflowCells.Question<R> question) {
      throw new AssertionError("a sweep asks no key");
    }

    @Override
    public void begin(String key, Supplier<@Nullable Cell> first) {
      throw new AssertionError("a sweep begins no key");
    }

    @Override
    public Cell first(String key, Cell own) {
      throw new AssertionError("a sweep begins no key");
    }

    @Override
    public boolean sweep(long now, long restMicros) {
      boolean gone = rests.size() % 8 < goneInEight;
      rests.add(restMicros);
      meanwhile.run();
      return gone;
    }
  }

  private final Swept keys = new Swept();

  private void assertLooksAt(int count, long rest, Runnable step) {
    keys.rests.clear();
    step.run();
    assertThat(keys.rests).hasSize(count).allMatch(told -> told == rest);
  }

  @Test
  void ML03_check_looksAtTwoKeysOnceIn64_whereThereAreManyKeys() {
    Sweep sweep = new Sweep(keys, 10_000);
    keys.size.set(1023);
    assertLooksAt(0, REST, () -> sweep.some(SWEPT_TIME));
    keys.size.set(1024);
    assertLooksAt(2, REST, () -> sweep.some(SWEPT_TIME));
    assertLooksAt(0, REST, () -> sweep.some(OTHER_TIME));
    int looks = 0;
    for (int i = 0; i < 640; i++) {
      keys.rests.clear();
      sweep.some(SWEPT_TIME + i);
      looks += keys.rests.size();
    }
    assertThat(looks).isEqualTo(20);
  }

  @Test
  void ML03_check_looksAtEightKeysEachTime_whileHalfOfThemHadRunOut() {
    Sweep sweep = new Sweep(keys, 10_000);
    keys.size.set(5000);
    keys.goneInEight = 4;
    assertLooksAt(2, REST, () -> sweep.some(SWEPT_TIME));
    assertLooksAt(8, REST, () -> sweep.some(OTHER_TIME));
    assertLooksAt(8, REST, () -> sweep.some(OTHER_TIME));
    keys.goneInEight = 3;
    assertLooksAt(8, REST, () -> sweep.some(OTHER_TIME));
    assertLooksAt(0, REST, () -> sweep.some(OTHER_TIME));
    assertLooksAt(2, REST, () -> sweep.some(SWEPT_TIME));
    keys.size.set(1023);
    assertLooksAt(0, REST, () -> sweep.some(OTHER_TIME));
  }

  @Test
  void ML03_newKey_looksAtFourKeys_andAtSixteenWhereNoneHasRoom() {
    Sweep sweep = new Sweep(keys, 1000);
    assertLooksAt(0, REST, () -> sweep.forNewKey(OTHER_TIME));
    keys.size.set(1);
    assertLooksAt(4, REST, () -> sweep.forNewKey(OTHER_TIME));
    keys.size.set(749);
    assertLooksAt(4, REST, () -> sweep.forNewKey(OTHER_TIME));
    keys.size.set(750);
    assertLooksAt(4, 0, () -> sweep.forNewKey(OTHER_TIME));
    keys.size.set(999);
    assertLooksAt(4, 0, () -> sweep.forNewKey(OTHER_TIME));
    keys.size.set(1000);
    assertLooksAt(16, 0, () -> sweep.forNewKey(OTHER_TIME));
    keys.size.set(1001);
    assertLooksAt(16, 0, () -> sweep.forNewKey(OTHER_TIME));
  }

  @Test
  void ML03_sweepUnderWay_isNotJoinedByAnother_andTheNextOneIsFree() {
    Sweep sweep = new Sweep(keys, 1000);
    keys.size.set(1000);
    keys.meanwhile = () -> sweep.forNewKey(OTHER_TIME);
    assertLooksAt(16, 0, () -> sweep.forNewKey(OTHER_TIME));
    assertLooksAt(16, 0, () -> sweep.forNewKey(OTHER_TIME));
  }

  @Test
  void ML03_sweepThatFailed_isOver() {
    Sweep sweep = new Sweep(keys, 1000);
    keys.size.set(1000);
    keys.meanwhile =
        () -> {
          throw new IllegalStateException("a key that can't be swept");
        };
    assertThatThrownBy(() -> sweep.forNewKey(OTHER_TIME)).hasMessage("a key that can't be swept");
    keys.meanwhile = () -> {};
    assertLooksAt(16, 0, () -> sweep.forNewKey(OTHER_TIME));
  }
}
