package io.bartizan.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.ratelimit.count.Micros;
import io.bartizan.testkit.ManualTicker;
import io.bartizan.tests.Eventually;
import java.lang.reflect.Field;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the flat table says of a key, while its slot moves and is taken away too. */
class BucketTableMovesTest {

  /** A microsecond is three units, a permit two million. */
  private static final TokenBucket BUCKET = (TokenBucket) Limit.parse("7 burst, 3/2s");

  private static final Limits LIMITS = BUCKET.alone();
  private static final long NOW = 1_800_000_000_000_000L;

  private final BucketTable table = new BucketTable(BUCKET, 1);

  private static void begin(BucketTable table, String key, long arrival) {
    table.begin(key, () -> new BucketCell(arrival, BUCKET));
    table.size().incrementAndGet();
  }

  private void begin(String key) {
    begin(table, key, NOW * BUCKET.perMicro);
  }

  /** Makes the only segment grow, so that all slots move. */
  private void grow() throws Exception {
    long[] before = slots(table);
    for (int i = 0; slots(table) == before; i++) {
      begin("more" + i);
    }
  }

  private static long[] slots(BucketTable table) throws Exception {
    assertThat(BucketTableTest.segments(table)).hasSize(1);
    return BucketTableTest.segments(table).get(0);
  }

  private static Object segment(BucketTable table, int index) throws Exception {
    Field segments = BucketTable.class.getDeclaredField("segments");
    segments.setAccessible(true);
    return ((Object[]) segments.get(table))[index];
  }

  private static Field field(Object segment, String name) throws Exception {
    Field field = segment.getClass().getDeclaredField(name);
    field.setAccessible(true);
    return field;
  }

  static ReentrantLock lock(BucketTable table) throws Exception {
    Object segment = segment(table, 0);
    return (ReentrantLock) field(segment, "lock").get(segment);
  }

  private @Nullable Decision take(String key) {
    return take(table, key);
  }

  private static @Nullable Decision take(BucketTable table, String key) {
    return table.ask(key, LIMITS, NOW, (cell, now) -> cell.tryAcquire(now, 1));
  }

  private static long left(@Nullable Decision decision) {
    return Objects.requireNonNull(decision).remaining();
  }

  private long leftOf(String key) {
    return left(table.ask(key, LIMITS, NOW, (cell, now) -> cell.peek(now, 1)));
  }

  /** A bucket of its own and one in the table, at moments before and after 1970. */
  @ParameterizedTest
  @ValueSource(longs = {0, 1, 1_234_567, NOW, -1, -5_000_001, -NOW})
  void ML07_take_saysWhatACellSays(long begin) {
    BucketCell cell = new BucketCell(begin * BUCKET.perMicro, BUCKET);
    begin(table, "key", cell.arrival());
    int refused = 0;
    for (int i = 0; i < 60; i++) {
      long now = begin + 200_000L * i;
      long outcome = table.take("key", now, 1 + i % 3);
      assertThat(outcome).as("call %s", i).isEqualTo(cell.take(now, 1 + i % 3));
      refused += outcome < 0 ? 1 : 0;
      Long arrival = table.ask("key", LIMITS, now, (copy, at) -> ((BucketCell) copy).arrival());
      assertThat(arrival).as("after call %s", i).isEqualTo(cell.arrival());
    }
    assertThat(refused).isBetween(10, 50);
    assertThat(table.take("stranger", begin, 1)).isEqualTo(BucketCell.DEAD);
  }

  @Test
  void ML07_firstCell_isTheKeysPlaceInTheTable() {
    BucketCell own = new BucketCell(5 + NOW * BUCKET.perMicro, BUCKET);
    Cell first = table.first("key", own);
    assertThat(((BucketCell) first).arrival()).isEqualTo(own.arrival());
    MicroClock clock = new MicroClock(new ManualTicker(), () -> Micros.instant(NOW));
    Reservation slot = Objects.requireNonNull(first.reserve(clock, 2, 0));
    assertThat(slot.isGranted()).isTrue();
    begin(table, "key", ((BucketCell) first).arrival());
    assertThat(leftOf("key")).isEqualTo(4);
    slot.cancel();
    assertThat(leftOf("key")).isEqualTo(6);
    assertThat(left(first.peek(NOW, 1))).as("the copy is nobody's").isEqualTo(4);
  }

  @Test
  void ML07_question_whoseSlotMovesMeanwhile_countsInTheNewOne() throws Exception {
    begin("key");
    List<Cell> asked = new ArrayList<>();
    Decision decision =
        table.ask(
            "key",
            LIMITS,
            NOW,
            (cell, now) -> {
              asked.add(cell);
              if (asked.size() == 1) {
                growUnchecked();
              }
              return cell.tryAcquire(now, 1);
            });
    assertThat(asked).hasSize(2).doesNotHaveDuplicates();
    assertThat(left(decision)).isEqualTo(6);
    assertThat(leftOf("key")).isEqualTo(6);
    assertThat(lock(table).isLocked()).isFalse();
  }

  private void growUnchecked() {
    try {
      grow();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** What only looks is asked once, whatever moves. */
  @Test
  void ML07_question_thatTakesNothing_isNotAskedAgain() {
    begin("key");
    List<Cell> asked = new ArrayList<>();
    Decision decision =
        table.ask(
            "key",
            LIMITS,
            NOW,
            (cell, now) -> {
              asked.add(cell);
              growUnchecked();
              return cell.peek(now, 1);
            });
    assertThat(left(decision)).isEqualTo(7);
    assertThat(asked).hasSize(1);
  }

  @Test
  void ML07_question_whoseBucketIsTakenFromMeanwhile_isAskedAgain() {
    begin("key");
    List<Cell> asked = new ArrayList<>();
    Decision decision =
        table.ask(
            "key",
            LIMITS,
            NOW,
            (cell, now) -> {
              asked.add(cell);
              if (asked.size() < 3) {
                assertThat(table.take("key", now, 2)).isPositive();
              }
              return cell.tryAcquire(now, 1);
            });
    assertThat(asked).hasSize(3);
    assertThat(left(decision)).isEqualTo(2);
    assertThat(leftOf("key")).isEqualTo(2);
  }

  /** Another thread has taken the bucket out of its slot, and has not yet shown the new ones. */
  @ParameterizedTest
  @ValueSource(ints = {0, 2})
  void ML07_question_thatFindsItsSlotEmptied_waitsForWhoMovesIt(int at) throws Exception {
    BucketTable moving = withKeyAt(at);
    long[] old = slots(moving);
    long[] renewed = old.clone();
    CompletableFuture<Decision> decision;
    Object segment = segment(moving, 0);
    lock(moving).lock();
    try {
      old[at + 1] = BucketCell.DEAD;
      decision = CompletableFuture.supplyAsync(() -> take(moving, "key"));
      awaitWaiting(moving, decision);
      field(segment, "slots").set(segment, renewed);
    } finally {
      lock(moving).unlock();
    }
    assertThat(left(decision.get(20, TimeUnit.SECONDS))).isEqualTo(6);
    assertThat(renewed[at + 1]).isEqualTo(NOW * BUCKET.perMicro + BUCKET.perPermit);
    assertThat(lock(moving).isLocked()).isFalse();
  }

  /** A hash is secret, so a table is made until it puts the key there. */
  private static BucketTable withKeyAt(int at) throws Exception {
    while (true) {
      BucketTable table = new BucketTable(BUCKET, 1);
      begin(table, "key", NOW * BUCKET.perMicro);
      assertThat(slots(table)).hasSize(4);
      if (slots(table)[at] != 0) {
        return table;
      }
    }
  }

  /** Where nobody moves it, it is dead. */
  @Test
  void ML03_question_thatFindsItsKeyDead_hasNoAnswer() throws Exception {
    begin("key");
    begin("other");
    assertThat(take("stranger")).isNull();
    assertThat(table.sweep(NOW, 0)).isTrue();
    assertThat(take("key") == null).isNotEqualTo(take("other") == null);
    assertThat(lock(table).isLocked()).isFalse();
  }

  private static void awaitWaiting(BucketTable table, CompletableFuture<?> other) throws Exception {
    ReentrantLock lock = lock(table);
    Eventually.within(
        Duration.ofSeconds(20),
        "the other thread waits for the lock",
        () -> lock.hasQueuedThreads() || other.isDone());
    assertThat(other).isNotDone();
  }

  /** While one thread begins a key of a segment, no other does. */
  @Test
  void ML07_begin_isForOneThreadAtATime() throws Exception {
    CompletableFuture<Void> second;
    lock(table).lock();
    try {
      second = CompletableFuture.runAsync(() -> begin("second"));
      awaitWaiting(table, second);
      begin("first");
      assertThat(take("second")).isNull();
    } finally {
      lock(table).unlock();
    }
    second.get(20, TimeUnit.SECONDS);
    assertThat(left(take("second"))).isEqualTo(6);
    assertThat(left(take("first"))).isEqualTo(6);
    assertThat(lock(table).isLocked()).isFalse();
  }

  /** A key that died and comes back has its slot again, also the first one of all. */
  @ParameterizedTest
  @ValueSource(ints = {0, 2})
  void ML03_keyThatComesBack_takesNoOtherSlot(int at) throws Exception {
    BucketTable table = withKeyAt(at);
    long[] slots = slots(table);
    slots[at + 1] = BucketCell.DEAD;
    begin(table, "key", 7);
    assertThat(slots(table)).isSameAs(slots);
    assertThat(slots[at + 1]).isEqualTo(7);
    assertThat(slots[2 - at]).isZero();
  }

  /** The lower bits of its print choose a slot, and it passes over what is taken. */
  @Test
  void ML04_key_liesInItsSlotOrBehindTakenOnes() throws Exception {
    for (int i = 0; i < 1000; i++) {
      begin("key" + i);
    }
    long[] slots = slots(table);
    int mask = slots.length / 2 - 1;
    int passed = 0;
    for (int slot = 0; slot <= mask; slot++) {
      if (slots[2 * slot] != 0) {
        for (int at = (int) slots[2 * slot] & mask; at != slot; at = (at + 1) & mask) {
          assertThat(slots[2 * at]).as("slot %s before %s", at, slot).isNotZero();
          passed++;
        }
      }
    }
    assertThat(passed).isBetween(100, 5000);
  }

  /** 0 is that of a free slot. */
  @Test
  void ML04_printOfAHash_isTheHashButNot0() {
    assertThat(BucketTable.print(0)).isEqualTo(1);
    for (long hash : new long[] {1, 2, -1, Long.MIN_VALUE, Long.MAX_VALUE, 0x1_0000_0000L}) {
      assertThat(BucketTable.print(hash)).isEqualTo(hash);
    }
  }
}
