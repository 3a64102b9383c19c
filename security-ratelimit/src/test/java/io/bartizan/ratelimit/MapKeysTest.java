package io.bartizan.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys come, change their limits, die and are swept, one thread's part in it at a time. */
class MapKeysTest {

  private static final Limits THREE = Limit.parse("3/s fixed").alone();
  private static final Limits FIVE = Limit.parse("5/s fixed").alone();
  private static final TokenBucket BUCKET = (TokenBucket) Limit.parse("3 burst, 1/s");

  private final MapKeys keys = new MapKeys(10);

  private static void begin(MapKeys keys, String key, Cell cell) {
    keys.begin(key, () -> cell);
    keys.size().incrementAndGet();
  }

  private static Cell begin(MapKeys keys, String key) {
    Cell cell = Cell.of(THREE, 0);
    begin(keys, key, cell);
    return cell;
  }

  /** A new cell dies at once, since nothing counts in it. */
  private static void kill(Cell cell) {
    assertThat(cell.retire(0, 0)).isTrue();
  }

  private static @Nullable Decision take(MapKeys keys, String key, Limits limits, long now) {
    return keys.ask(key, limits, now, (cell, time) -> cell.tryAcquire(time, 1));
  }

  private static long left(@Nullable Decision decision) {
    return Objects.requireNonNull(decision).remaining();
  }

  private static Map<?, ?>[] segments(MapKeys keys) throws Exception {
    Field segments = MapKeys.class.getDeclaredField("segments");
    segments.setAccessible(true);
    return (Map<?, ?>[]) segments.get(keys);
  }

  private static int seed(MapKeys keys) throws Exception {
    Field seed = MapKeys.class.getDeclaredField("seed");
    seed.setAccessible(true);
    return seed.getInt(keys);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1",
    "16384, 1",
    "16385, 2",
    "32768, 2",
    "32769, 4",
    "65536, 4",
    "65537, 8",
    "8388608, 512",
    "8388609, 1024",
    "16777216, 1024",
    "100000000, 1024"
  })
  void ML04_segments_areAPowerOfTwo_oneFor16384Keys(int maxKeys, int segments) throws Exception {
    assertThat(segments(new MapKeys(maxKeys))).hasSize(segments);
  }

  @Test
  void ML04_seed_isAnotherInEachLimiter() throws Exception {
    Set<Integer> seeds = new HashSet<>();
    for (int i = 0; i < 40; i++) {
      seeds.add(seed(new MapKeys(10)));
    }
    assertThat(seeds).hasSizeGreaterThan(35);
  }

  /** Whatever the seed; a multiplication alone left segments empty with a few of a thousand. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, -1, 2, 64, 1 << 16, 1 << 31, 0x85eb_ca6b, 0x1234_5678})
  void ML04_keysThatAreAlike_fillAllSegmentsEvenly_withEachSeed(int seed) throws Exception {
    Field field = MapKeys.class.getDeclaredField("seed");
    field.setAccessible(true);
    for (int shift : new int[] {0, 6, 16}) {
      MapKeys map = new MapKeys(1_000_000);
      field.setInt(map, seed);
      for (int i = 0; i < 6400; i++) {
        Cell unused = begin(map, text(i << shift));
      }
      assertThat(segments(map))
          .hasSize(64)
          .allMatch(segment -> segment.size() > 50 && segment.size() < 150);
    }
  }

  /** A text of this hash code. */
  private static String text(int hashCode) {
    StringBuilder text = new StringBuilder();
    for (long rest = Integer.toUnsignedLong(hashCode); rest > 0; rest /= 31) {
      text.append((char) (rest % 31));
    }
    return text.reverse().toString();
  }

  @Test
  void ML03_key_isBegunOnce_andAskedFromThenOn() {
    assertThat(take(keys, "key", THREE, 0)).isNull();
    keys.begin("key", () -> null);
    assertThat(take(keys, "key", THREE, 0)).isNull();
    Cell cell = begin(keys, "key");
    keys.begin(
        "key",
        () -> {
          throw new AssertionError("it has a cell");
        });
    Cell[] asked = new Cell[1];
    String answer =
        keys.ask(
            "key",
            THREE,
            7,
            (present, now) -> {
              asked[0] = present;
              return "at " + now;
            });
    assertThat(answer).isEqualTo("at 7");
    assertThat(asked[0]).isSameAs(cell).isSameAs(keys.first("key", cell));
    assertThat(left(take(keys, "key", THREE, 7))).isEqualTo(2);
    assertThat(left(take(keys, "key", THREE, 7))).isEqualTo(1);
    assertThat(take(keys, "other", THREE, 7)).isNull();
    assertThat(keys.size()).hasValue(1);
  }

  @Test
  void ML07_otherLimits_goOnWithWhatTheKeyConsumed() {
    Cell old = begin(keys, "key");
    assertThat(left(take(keys, "key", THREE, 7))).isEqualTo(2);
    assertThat(left(take(keys, "key", FIVE, 7))).isEqualTo(3);
    assertThat(left(take(keys, "key", FIVE, 7))).isEqualTo(2);
    assertThat(old.tryAcquire(7, 1)).as("dead").isNull();
    assertThat(keys.size()).hasValue(1);
  }

  @Test
  void ML03_deadKey_isGoneWhenItIsAsked() {
    for (Limits limits : List.of(THREE, FIVE)) {
      Cell cell = begin(keys, "key");
      Cell unused = begin(keys, "other");
      kill(cell);
      assertThat(take(keys, "key", limits, 0)).isNull();
      assertThat(keys.size()).hasValue(1);
      Cell next = begin(keys, "key");
      assertThat(left(take(keys, "key", THREE, 0))).as("the new one").isEqualTo(2);
      assertThat(left(next.peek(0, 1))).isEqualTo(2);
      assertThat(keys.size()).hasValue(2);
      takeAway("key");
      takeAway("other");
      assertThat(keys.size()).hasValue(0);
    }
  }

  /** The cell that died has gone and another has come, before its asker takes it away. */
  @Test
  void ML03_keyThatCameBackMeanwhile_isAskedAndStays() {
    Cell old = begin(keys, "key");
    List<Cell> asked = new ArrayList<>();
    Decision decision =
        keys.ask(
            "key",
            THREE,
            0,
            (cell, now) -> {
              asked.add(cell);
              if (cell == old) {
                replace("key", Cell.of(THREE, 0));
                return null;
              }
              return cell.tryAcquire(now, 1);
            });
    assertThat(left(decision)).isEqualTo(2);
    assertThat(asked).hasSize(2).doesNotHaveDuplicates();
    assertThat(keys.size()).hasValue(1);
    assertThat(left(take(keys, "key", THREE, 0))).isEqualTo(1);
  }

  private void replace(String key, Cell by) {
    takeAway(key);
    begin(keys, key, by);
  }

  /** As if the cell were dead. */
  private void takeAway(String key) {
    String none = keys.ask(key, THREE, 0, (cell, now) -> null);
    assertThat(none).isNull();
  }

  /** The same between the moment at which a cell counts other limits and its end. */
  @Test
  void ML07_cellThatAnotherThreadChangedMeanwhile_isNotChangedTwice() {
    Cell young = Cell.of(FIVE, 0);
    Decision first = young.tryAcquire(0, 2);
    assertThat(left(first)).isEqualTo(3);
    Cell old =
        new BucketCell(BUCKET, 0) {
          @Override
          boolean counts(Limits limits) {
            if (limits.equals(FIVE)) {
              replace("key", young);
            }
            return limits.equals(THREE);
          }

          @Override
          @Nullable Frozen freeze() {
            throw new AssertionError("it is not the key's any more");
          }
        };
    begin(keys, "key", old);
    assertThat(left(take(keys, "key", FIVE, 0))).isEqualTo(2);
    assertThat(left(young.peek(0, 1))).isEqualTo(2);
    assertThat(keys.size()).hasValue(1);
  }

  /** Each call looks at one key or goes to the next segment. */
  @ParameterizedTest
  @CsvSource({"10, 1", "16385, 2", "65536, 4"})
  void ML03_sweep_takesEachIdleKeyOnceAndNoOther(int maxKeys, int segments) throws Exception {
    MapKeys map = new MapKeys(maxKeys);
    int all = 100;
    for (int i = 0; i < all; i++) {
      Cell unused = begin(map, "key" + i);
      if (i % 4 == 0) {
        assertThat(left(take(map, "key" + i, THREE, 500_000))).isEqualTo(2);
      }
    }
    assertThat(segments(map)).hasSize(segments).noneMatch(Map::isEmpty);
    int gone = 0;
    for (int i = 0; i < all + 2 * segments; i++) {
      gone += map.sweep(500_001, 0) ? 1 : 0;
      assertThat(map.size()).hasValue(all - gone);
    }
    assertThat(gone).isEqualTo(75);
    for (int i = 0; i < all + 2 * segments; i++) {
      assertThat(map.sweep(999_999, 0)).isFalse();
    }
    for (int i = 0; i < all; i++) {
      Decision decision = take(map, "key" + i, THREE, 999_999);
      assertThat(decision != null).as("key %s", i).isEqualTo(i % 4 == 0);
    }
  }

  @Test
  void ML03_sweep_letsAKeyRest() {
    Cell unused = begin(keys, "key");
    assertThat(left(take(keys, "key", THREE, 500_000))).isEqualTo(2);
    assertThat(gone(1_500_000 - 1, 1_000_000)).isZero();
    assertThat(gone(1_500_000, 1_000_000)).isOne();
    assertThat(gone(1_500_000, 0)).isZero();
    assertThat(keys.size()).hasValue(0);
  }

  private int gone(long now, long rest) {
    int gone = 0;
    for (int i = 0; i < 10; i++) {
      gone += keys.sweep(now, rest) ? 1 : 0;
    }
    return gone;
  }

  /** The iterator has chosen its next key already. */
  @Test
  void ML03_sweep_passesOverAKeyThatIsGone() {
    kill(begin(keys, "one"));
    kill(begin(keys, "two"));
    assertThat(keys.sweep(0, 0)).as("none yet, it was made before").isFalse();
    assertThat(take(keys, "one", THREE, 0)).isNull();
    assertThat(take(keys, "two", THREE, 0)).isNull();
    for (int i = 0; i < 4; i++) {
      assertThat(keys.sweep(0, 0)).isFalse();
      assertThat(keys.size()).hasValue(0);
    }
  }

  @Test
  void ML03_sweep_leavesAKeyThatCameBackMeanwhile() {
    Cell young = Cell.of(THREE, 0);
    Cell old =
        new BucketCell(BUCKET, 0) {
          @Override
          boolean counts(Limits limits) {
            return true;
          }

          @Override
          boolean retire(long now, long restMicros) {
            replace("key", young);
            return true;
          }
        };
    begin(keys, "key", old);
    assertThat(keys.sweep(0, 0)).as("none yet, it was made before").isFalse();
    assertThat(keys.sweep(0, 0)).as("not the one that died").isFalse();
    assertThat(keys.size()).hasValue(1);
    assertThat(left(take(keys, "key", THREE, 0))).isEqualTo(2);
    assertThat(left(young.peek(0, 1))).isEqualTo(2);
  }
}
