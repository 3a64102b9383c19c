package io.bartizan.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.testkit.ManualTicker;
import java.lang.reflect.Field;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Where keys go: the slots that those beyond the most share, and the segments of the map. */
class OverflowSpreadTest {

  private static final int KEYS = 10_000;
  private static final int SLOTS = 1024;

  /** No slot may hold more than so many times the mean. */
  private static final int MOST_TIMES_MEAN = 4;

  private static final long CAPACITY = 1_000_000;
  private static final Limit DAILY = Limit.parse(CAPACITY + " burst, 1000/d");

  private static final List<Arguments> FORMS =
      List.of(
          form("numbers", Integer::toString),
          form("padded numbers", i -> String.format("%08d", i)),
          form("users", i -> Key.of("user", "u" + i)),
          form("several parts", i -> Key.of("tenant", "t" + i % 10, "path", "/v1/items/" + i)),
          form("IPv4", i -> Key.of("address", "10.1." + i / 256 + "." + i % 256)),
          form("IPv6", i -> Key.of("address", "2001:db8:" + Integer.toHexString(i) + "::/64")),
          form(
              "UUIDs", i -> new UUID(i * 0x9e3779b97f4a7c15L, ~i * 0xc2b2ae3d27d4eb4fL).toString()),
          form("hexadecimal", i -> Integer.toHexString(i * 0x9e3779b9)),
          form("mail", i -> "first" + i % 100 + ".last" + i / 100 + "@example.com"),
          form("long and alike", i -> "k".repeat(1000) + i),
          form("alike at the end", i -> i + "k".repeat(1000)),
          form("one character", i -> Character.toString((char) (0x4e00 + i))),
          form("blanks", i -> " ".repeat(i / 1000) + "\t".repeat(i % 1000 + 1)),
          form("beyond ASCII", i -> "\u00e9\u4e2d\ud83d\ude00" + i),
          form("one hash code", OverflowSpreadTest::colliding));

  static List<Arguments> forms() {
    return FORMS;
  }

  private static Arguments form(String name, IntFunction<String> key) {
    return Arguments.of(name, IntStream.range(0, KEYS).mapToObj(key).toList());
  }

  /** "Aa" and "BB" have one hash code, and so has whatever is made of as many of them. */
  static String colliding(int number) {
    StringBuilder key = new StringBuilder();
    for (int bit = 0; bit < 14; bit++) {
      key.append((number >> bit & 1) == 0 ? "Aa" : "BB");
    }
    return key.toString();
  }

  /** What a decision has left tells how many of the keys before went where this one goes. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("forms")
  void ML04_keys_beyond_the_most_fill_all_slots_evenly(String form, List<String> keys) {
    assertThat(new HashSet<>(keys)).as(form).hasSize(KEYS);
    KeyedRateLimiter limiter = full(SLOTS);
    int slots = 0;
    long most = 0;
    for (String key : keys) {
      Decision decision = limiter.tryAcquire(key);
      assertThat(decision.source()).isEqualTo(Decision.Source.OVERFLOW);
      slots += decision.remaining() == CAPACITY - 1 ? 1 : 0;
      most = Math.max(most, CAPACITY - decision.remaining());
    }
    assertThat(slots).as("slots that %s fill", form).isBetween(SLOTS - SLOTS / 50, SLOTS);
    assertThat(most).as("%s in one slot", form).isBetween(10L, MOST_TIMES_MEAN * KEYS / SLOTS + 1L);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("forms")
  void ML04_noisy_key_harms_few_and_others_in_each_limiter(String form, List<String> keys) {
    Set<String> everywhere = new HashSet<>(keys);
    for (int i = 0; i < 4; i++) {
      KeyedRateLimiter limiter = full(SLOTS);
      assertThat(limiter.tryAcquire(keys.get(0), CAPACITY).isAllowed()).isTrue();
      List<String> harmed = new ArrayList<>();
      for (String key : keys) {
        if (!limiter.peek(key, 1).isAllowed()) {
          harmed.add(key);
        }
      }
      assertThat(harmed.size()).as(form).isBetween(1, MOST_TIMES_MEAN * KEYS / SLOTS + 1);
      everywhere.retainAll(harmed);
    }
    assertThat(everywhere).as("%s that share a slot in every limiter", form).hasSize(1);
  }

  /** A smaller limiter has fewer slots, never more than keys. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("forms")
  void ML04_small_limiter_uses_all_slots_it_has(String form, List<String> keys) {
    for (int maxKeys : new int[] {1, 2, 3, 7, 100}) {
      KeyedRateLimiter limiter = full(maxKeys);
      long slots = 0;
      for (String key : keys.subList(0, 2500)) {
        slots += limiter.tryAcquire(key).remaining() == CAPACITY - 1 ? 1 : 0;
      }
      assertThat(slots).as("%s of %d keys", form, maxKeys).isEqualTo(maxKeys);
    }
  }

  /**
   * Segments spread threads, not permits: equal hash codes go to one, whose map finds its own way.
   */
  @ParameterizedTest(name = "{0}")
  @MethodSource("forms")
  void ML04_keys_fill_all_segments_of_the_map_evenly(String form, List<String> keys)
      throws Exception {
    MapKeys map = new MapKeys(1_000_000);
    fill(new MemoryKeyedRateLimiter(DAILY, 1_000_000, Overflow.SHARE, clock(), map), keys);
    Field field = MapKeys.class.getDeclaredField("segments");
    field.setAccessible(true);
    List<Integer> sizes = Stream.of((Map<?, ?>[]) field.get(map)).map(Map::size).toList();
    assertThat(sizes.stream().mapToInt(size -> size).sum()).isEqualTo(KEYS);
    assertThat(sizes).hasSize(64);
    if (form.equals("one hash code")) {
      assertThat(sizes).contains(KEYS);
    } else {
      assertThat(sizes).as(form).allMatch(size -> size > KEYS / 64 / 2 && size < KEYS / 64 * 2);
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("forms")
  void ML04_keys_fill_all_segments_of_the_table_evenly(String form, List<String> keys)
      throws Exception {
    BucketTable table = new BucketTable((TokenBucket) DAILY, 100_000);
    fill(new BucketKeyedRateLimiter(table, 100_000, Overflow.SHARE, clock()), keys);
    List<Long> sizes =
        BucketTableTest.segments(table).stream().map(OverflowSpreadTest::prints).toList();
    assertThat(sizes.stream().mapToLong(size -> size).sum()).isEqualTo(KEYS);
    assertThat(sizes).as(form).hasSize(72).doesNotContain(0L);
    assertThat(sizes).as(form).allMatch(size -> size <= 2 * KEYS / 72);
  }

  private static long prints(long[] slots) {
    return IntStream.range(0, slots.length / 2).filter(slot -> slots[2 * slot] != 0).count();
  }

  private static void fill(KeyedRateLimiter limiter, List<String> keys) {
    for (String key : keys) {
      Decision unused = limiter.tryAcquire(key);
    }
  }

  private static MicroClock clock() {
    return new MicroClock(new ManualTicker(), InstantSource.system());
  }

  /** A limiter that holds as many keys as it may, for a long time. */
  private static KeyedRateLimiter full(int maxKeys) {
    KeyedRateLimiter limiter =
        KeyedRateLimiter.builder(DAILY, maxKeys).withTicker(new ManualTicker()).build();
    for (int i = 0; i < maxKeys; i++) {
      Decision.Source source = limiter.tryAcquire("resident" + i).source();
      assertThat(source).isEqualTo(Decision.Source.MEMORY);
    }
    return limiter;
  }
}
