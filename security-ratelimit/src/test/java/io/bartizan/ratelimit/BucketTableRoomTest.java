package io.bartizan.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How many slots the flat table has for its keys, and how it sweeps them. */
class BucketTableRoomTest {

  private static final TokenBucket BUCKET = (TokenBucket) Limit.parse("10 burst, 10/s");
  private static final long FULL_AT = 1_000_000;
  private static final long REST = 500;

  private final BucketTable table = new BucketTable(BUCKET, 1);

  private static long arrival(long micros) {
    return micros * BUCKET.perMicro;
  }

  private void begin(String key, long fullAt) {
    table.begin(key, () -> new BucketCell(arrival(fullAt), BUCKET));
    table.size().incrementAndGet();
  }

  private int places() throws Exception {
    assertThat(BucketTableTest.segments(table)).hasSize(1);
    return BucketTableTest.segments(table).get(0).length / 2;
  }

  private boolean isHeld(String key) {
    return table.take(key, 0, 1) != BucketCell.DEAD;
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1",
    "2, 2",
    "15, 15",
    "16, 16",
    "17, 16",
    "22400, 16",
    "22401, 17",
    "23800, 17",
    "23801, 18"
  })
  void ML04_segments_areSixteenOrOneFor1400Keys(int maxKeys, int segments) throws Exception {
    assertThat(BucketTableTest.segments(new BucketTable(BUCKET, maxKeys))).hasSize(segments);
  }

  /** At most three quarters are used, and five eighths where the slots were made anew. */
  @Test
  void ML03_slots_growWithTheKeys() throws Exception {
    int places = 1;
    for (int keys = 1; keys <= 1500; keys++) {
      if (4 * keys > 3 * places) {
        places = 1;
        while (5 * places < 8 * keys) {
          places *= 2;
        }
      }
      begin("key" + keys, FULL_AT);
      assertThat(places()).as("slots of %s keys", keys).isEqualTo(places);
    }
    for (int keys = 1; keys <= 1500; keys++) {
      assertThat(isHeld("key" + keys)).isTrue();
    }
    assertThat(isHeld("key0")).isFalse();
  }

  @Test
  void ML03_key_isBegunOnceAndNotWithoutACell() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    table.begin(
        "key",
        () -> {
          asked.incrementAndGet();
          return null;
        });
    assertThat(asked).hasValue(1);
    assertThat(isHeld("key")).isFalse();
    begin("key", FULL_AT);
    table.begin(
        "key",
        () -> {
          throw new AssertionError("it has a cell");
        });
    assertThat(isHeld("key")).isTrue();
    assertThat(places()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 31, 32, 33, 100, 500})
  void ML03_sweep_takesEachKeyOnce_andGivesTheRoomBackAfterwards(int keys) throws Exception {
    for (int i = 0; i < keys; i++) {
      begin("key" + i, FULL_AT);
    }
    int places = places();
    assertThat(table.sweep(FULL_AT + REST - 1, REST)).as("too early").isFalse();
    int gone = 0;
    int calls = 0;
    while (places() > 1) {
      assertThat(table.size()).hasValue(keys - gone);
      gone += table.sweep(FULL_AT + REST, REST) ? 1 : 0;
      calls++;
      assertThat(calls).isLessThanOrEqualTo(2 * (keys + (places + 1) / 32 + 2));
    }
    assertThat(gone).isEqualTo(keys);
    assertThat(table.size()).hasValue(0);
    for (int i = 0; i < keys; i++) {
      assertThat(isHeld("key" + i)).isFalse();
    }
    assertThat(table.sweep(FULL_AT + REST, REST)).isFalse();
  }

  /** A call ends at the first slot that counts, and passes over the others. */
  @Test
  void ML03_sweep_endsAtEachKeyThatCounts() throws Exception {
    for (int i = 0; i < 1400; i++) {
      begin("key" + i, i == 700 ? 2 * FULL_AT : FULL_AT);
    }
    assertThat(places()).isEqualTo(2048);
    int found = 0;
    int empty = 0;
    while (found < 1399) {
      boolean gone = table.sweep(FULL_AT, 0);
      found += gone ? 1 : 0;
      empty += gone ? 0 : 1;
    }
    assertThat(empty).as("the key that counts still, and no other stop").isBetween(0, 4);
    assertThat(isHeld("key700")).isTrue();
    assertThat(table.size()).hasValue(1);
    int calls = 0;
    while (places() == 2048) {
      assertThat(table.sweep(FULL_AT, 0)).isFalse();
      calls++;
    }
    assertThat(calls).isLessThan(4);
    assertThat(places()).isEqualTo(2);
    assertThat(isHeld("key700")).isTrue();
  }

  /** Slots are made anew only where less than half of those used count something. */
  @ParameterizedTest
  @CsvSource({"50, 256", "51, 128", "100, 1"})
  void ML03_slots_shrinkWhereLessThanHalfOfThemCount(int idle, int places) throws Exception {
    for (int i = 0; i < 100; i++) {
      begin("key" + i, i < idle ? FULL_AT : 2 * FULL_AT);
    }
    assertThat(places()).isEqualTo(256);
    for (int i = 0; i < 300; i++) {
      boolean unused = table.sweep(FULL_AT, 0);
    }
    assertThat(table.size()).hasValue(100 - idle);
    assertThat(places()).isEqualTo(places);
    for (int i = 0; i < 100; i++) {
      assertThat(isHeld("key" + i)).as("key %s", i).isEqualTo(i >= idle);
    }
  }

  /** A slot whose key is gone is that key's again when it comes back, and takes no other. */
  @Test
  void ML03_keyThatComesBack_hasItsOldSlot() throws Exception {
    for (int i = 0; i < 12; i++) {
      begin("key" + i, FULL_AT);
    }
    assertThat(places()).isEqualTo(16);
    for (int round = 0; round < 5; round++) {
      int gone = 0;
      for (int i = 0; i < 12; i++) {
        gone += table.sweep(FULL_AT, 0) ? 1 : 0;
      }
      for (int i = 0; i < 12; i++) {
        if (!isHeld("key" + i)) {
          begin("key" + i, FULL_AT);
          gone--;
        }
      }
      assertThat(gone).isZero();
      assertThat(places()).isLessThanOrEqualTo(32);
    }
    assertThat(table.size()).hasValue(12);
  }

  /** Whether they are free or their keys are dead. */
  @ParameterizedTest
  @CsvSource({"0, 1", "1, 1", "31, 1", "32, 2", "33, 2", "63, 2", "64, 3", "255, 8"})
  void ML03_sweep_looksAt32SlotsACall(int slot, int calls) throws Exception {
    for (int i = 0; i < 192; i++) {
      begin("key" + i, FULL_AT);
    }
    long[] slots = BucketTableTest.segments(table).get(0);
    assertThat(slots).hasSize(2 * 256);
    for (int at = 0; at < slots.length; at += 2) {
      slots[at + 1] = BucketCell.DEAD;
    }
    slots[2 * slot] = slots[2 * slot] == 0 ? 1 : slots[2 * slot];
    slots[2 * slot + 1] = arrival(FULL_AT);
    for (int i = 1; i < calls; i++) {
      assertThat(table.sweep(FULL_AT, 0)).as("call %s", i).isFalse();
    }
    assertThat(table.sweep(FULL_AT, 0)).isTrue();
  }

  /** At most 5 in 8 slots are used where they are made anew. */
  @ParameterizedTest
  @CsvSource({"0, 1", "1, 2", "2, 4", "3, 8", "5, 8", "6, 16", "10, 16", "11, 32", "20, 32"})
  @CsvSource({"21, 64", "40, 64", "41, 128"})
  void ML03_segment_isMadeAsSmallAsItsKeysAllow(int left, int places) throws Exception {
    for (int i = 0; i < 100; i++) {
      begin("key" + i, i < left ? 2 * FULL_AT : FULL_AT);
    }
    assertThat(places()).isEqualTo(256);
    for (int i = 0; i < 200 && places() == 256; i++) {
      boolean unused = table.sweep(FULL_AT, 0);
    }
    assertThat(places()).isEqualTo(places);
    assertThat(table.size()).hasValue(left);
    for (int i = 0; i < 100; i++) {
      assertThat(isHeld("key" + i)).as("key %s", i).isEqualTo(i < left);
    }
    for (int more = left + 1; 4 * more <= 3 * places; more++) {
      begin("more" + more, FULL_AT);
      assertThat(places()).as("slots of %s keys", more).isEqualTo(places);
    }
    begin("one more", FULL_AT);
    assertThat(places()).isGreaterThan(places);
    assertThat(BucketTableMovesTest.lock(table).isLocked()).isFalse();
  }

  @Test
  void ML03_sweep_goesThroughAllSegments() throws Exception {
    BucketTable wide = new BucketTable(BUCKET, 1000);
    assertThat(BucketTableTest.segments(wide)).hasSize(16);
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < 300; i++) {
        wide.begin("key" + i, () -> new BucketCell(arrival(FULL_AT), BUCKET));
        wide.size().incrementAndGet();
      }
      assertThat(BucketTableTest.segments(wide)).allMatch(slots -> slots.length > 2);
      int gone = 0;
      for (int i = 0; i < 400; i++) {
        gone += wide.sweep(FULL_AT, 0) ? 1 : 0;
      }
      assertThat(gone).isEqualTo(300);
      assertThat(wide.size()).hasValue(0);
      assertThat(BucketTableTest.segments(wide)).allMatch(slots -> slots.length == 2);
    }
  }
}
