package io.bartizan.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.testkit.ManualTicker;
import io.bartizan.tests.SeededCases;
import java.lang.reflect.Field;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLongArray;
import org.junit.jupiter.api.Test;

/** Buckets in flat arrays say what buckets in a map of cells say, whatever comes and goes. */
class BucketTableTest {

  private final ManualTicker ticker = new ManualTicker();

  private KeyedRateLimiter table(String limit, int maxKeys) {
    return KeyedRateLimiter.builder(Limit.parse(limit), maxKeys).withTicker(ticker).build();
  }

  @Test
  void every_verb_answers_as_with_a_cell_a_key() {
    SeededCases.check(
        60,
        random -> {
          ManualTicker time = new ManualTicker();
          TokenBucket bucket = (TokenBucket) Limit.parse("7 burst, 3/2s");
          int maxKeys = random.nextInt(1000, 4000);
          MicroClock clock = new MicroClock(time, InstantSource.system());
          KeyedRateLimiter flat =
              new BucketKeyedRateLimiter(
                  new BucketTable(bucket, maxKeys), maxKeys, Overflow.REFUSE, clock);
          KeyedRateLimiter cells =
              new MemoryKeyedRateLimiter(
                  bucket, maxKeys, Overflow.REFUSE, clock, new MapKeys(maxKeys));
          List<Reservation[]> slots = new ArrayList<>();
          int allowed = 0;
          for (int i = 0; i < 3000; i++) {
            time.advance(Duration.ofNanos(random.nextLong(20_000_000)));
            time.advance(Duration.ofSeconds(random.nextInt(300) == 0 ? 20 : 0));
            String key = "key" + random.nextInt(random.nextInt(3) == 0 ? 900 : 10);
            long permits = random.nextLong(1, 4);
            switch (random.nextInt(9)) {
              case 0 -> same(flat.peek(key, permits), cells.peek(key, permits));
              case 1 -> same(flat.charge(key, permits), cells.charge(key, permits));
              case 2 -> {
                flat.refund(key, permits);
                cells.refund(key, permits);
              }
              case 3 -> {
                Duration wait = Duration.ofMillis(random.nextInt(3000));
                Reservation one = flat.reserve(key, permits, wait);
                Reservation other = cells.reserve(key, permits, wait);
                same(one.decision(), other.decision());
                assertThat(one.delay()).isEqualTo(other.delay());
                slots.add(new Reservation[] {one, other});
              }
              case 4 -> {
                if (!slots.isEmpty()) {
                  for (Reservation slot : slots.remove(random.nextInt(slots.size()))) {
                    slot.cancel();
                  }
                }
              }
              default -> {
                Decision decision = flat.tryAcquire(key, permits);
                same(decision, cells.tryAcquire(key, permits));
                allowed += decision.isAllowed() ? 1 : 0;
              }
            }
          }
          assertThat(allowed).isBetween(300, 2900);
        });
  }

  private static void same(Decision flat, Decision cells) {
    assertThat(flat).hasToString(cells.toString());
    assertThat(flat.remaining()).isEqualTo(cells.remaining());
    assertThat(flat.resetAfter()).isEqualTo(cells.resetAfter());
    assertThat(flat.retryAfter()).isEqualTo(cells.retryAfter());
  }

  @Test
  void reserved_permits_come_back_after_the_table_has_grown() {
    KeyedRateLimiter limiter = table("4 burst, 1/h", 100_000);
    Reservation first = limiter.reserve("key", 1, Duration.ZERO);
    Reservation second = limiter.reserve("key", 2, Duration.ZERO);
    for (int i = 0; i < 10_000; i++) {
      assertThat(limiter.tryAcquire("other" + i).isAllowed()).isTrue();
    }
    first.cancel();
    assertThat(limiter.peek("key").remaining()).isEqualTo(2);
    second.cancel();
    second.cancel();
    assertThat(limiter.peek("key").remaining()).isEqualTo(4);
  }

  @Test
  void reservation_of_a_key_that_went_and_came_back_gives_nothing_to_it() {
    KeyedRateLimiter limiter = table("4 burst, 4/s", 2000);
    Reservation old = limiter.reserve("key", 2, Duration.ZERO);
    ticker.advance(Duration.ofMinutes(1));
    for (int i = 0; i < 1000; i++) {
      Decision unused = limiter.tryAcquire("other" + i);
    }
    assertThat(limiter.tryAcquire("key", 4).isAllowed()).isTrue();
    old.cancel();
    assertThat(limiter.peek("key").remaining()).isZero();
  }

  /**
   * Threads ask for the same few keys while each adds keys of its own, which make the segments
   * grow, run out and be swept, so that slots move under the checks.
   */
  @Test
  void permits_are_neither_lost_nor_given_twice_while_slots_move() throws Exception {
    int capacity = 15_000;
    int known = 8;
    int threads = 4;
    KeyedRateLimiter limiter = table(capacity + " burst, " + capacity + "/s", 210_000);
    AtomicLongArray admitted = new AtomicLongArray(known);
    CyclicBarrier start = new CyclicBarrier(threads);
    List<Callable<Integer>> tasks = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      int thread = t;
      tasks.add(
          () -> {
            SplittableRandom random = new SplittableRandom(thread);
            start.await(20, TimeUnit.SECONDS);
            int refused = 0;
            for (int i = 0; i < 50_000; i++) {
              int key = random.nextInt(known);
              boolean allowed = limiter.tryAcquire("known" + key).isAllowed();
              admitted.addAndGet(key, allowed ? 1 : 0);
              refused += allowed ? 0 : 1;
              Decision unused = limiter.tryAcquire("new" + thread + "-" + i);
              if (i % 4 == 0) {
                Reservation slot = limiter.reserve("brief" + random.nextInt(40), 1, Duration.ZERO);
                slot.cancel();
              }
            }
            return refused;
          });
    }
    int refused = all(tasks).stream().mapToInt(count -> count).sum();
    long sum = 0;
    for (int key = 0; key < known; key++) {
      assertThat(admitted.get(key) + limiter.peek("known" + key).remaining()).isEqualTo(capacity);
      sum += admitted.get(key);
    }
    assertThat(sum + refused).isEqualTo(threads * 50_000L);
    assertThat(refused).isPositive();
    for (int i = 0; i < 40; i++) {
      assertThat(limiter.peek("brief" + i).remaining()).isEqualTo(capacity);
    }
  }

  /** Two threads ask for one key again and again while another makes its only segment grow. */
  @Test
  void check_that_found_a_slot_which_moved_counts_in_the_new_one_or_not_at_all() throws Exception {
    TokenBucket bucket = (TokenBucket) Limit.parse("1000000000 burst, 1000/s");
    long taken = 0;
    for (int round = 0; round < 50; round++) {
      BucketTable table = new BucketTable(bucket, 1);
      table.begin("known", () -> new BucketCell(0, bucket));
      AtomicBoolean grown = new AtomicBoolean();
      Callable<Long> growth =
          () -> {
            for (int i = 0; i < 3000; i++) {
              table.begin("new" + i, () -> new BucketCell(1, bucket));
            }
            grown.set(true);
            return 0L;
          };
      Callable<Long> checks =
          () -> {
            long count = 0;
            while (!grown.get()) {
              count += table.take("known", 0, 1) >= 0 ? 1 : 0;
            }
            return count;
          };
      Callable<Long> questions =
          () -> {
            long count = 0;
            while (!grown.get()) {
              Decision decision =
                  table.ask("known", bucket.alone(), 0, (cell, now) -> cell.tryAcquire(now, 1));
              count += decision != null && decision.isAllowed() ? 1 : 0;
            }
            return count;
          };
      List<Long> counts = all(List.of(growth, checks, questions));
      long admitted = counts.get(1) + counts.get(2);
      Decision left = table.ask("known", bucket.alone(), 0, (cell, now) -> cell.peek(now, 1));
      assertThat(Objects.requireNonNull(left).remaining()).isEqualTo(bucket.capacity() - admitted);
      taken += admitted;
    }
    assertThat(taken).isPositive();
  }

  private static <T> List<T> all(List<Callable<T>> tasks) throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(tasks.size());
    try {
      List<T> results = new ArrayList<>();
      for (Future<T> future : pool.invokeAll(tasks, 60, TimeUnit.SECONDS)) {
        results.add(future.get());
      }
      return results;
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void RL03_keys_of_one_hash_code_are_apart_and_found_as_quickly_as_others() throws Exception {
    int keys = 8000;
    BucketTable table = new BucketTable((TokenBucket) Limit.parse("3 burst, 1/h"), keys);
    KeyedRateLimiter limiter = limiter(table, keys);
    Map<String, Integer> taken = new HashMap<>();
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < keys; i++) {
      String key = OverflowSpreadTest.colliding(i);
      assertThat(key.hashCode()).isEqualTo(OverflowSpreadTest.colliding(0).hashCode());
      taken.put(key, random.nextInt(1, 4));
      assertThat(limiter.tryAcquire(key, taken.get(key)).isAllowed()).isTrue();
    }
    taken.forEach((key, count) -> assertThat(limiter.peek(key).remaining()).isEqualTo(3 - count));
    long steps = 0;
    for (long[] slots : segments(table)) {
      int mask = slots.length / 2 - 1;
      for (int at = 0; at < slots.length; at += 2) {
        steps += slots[at] == 0 ? 0 : (at / 2 - (int) slots[at]) & mask;
      }
    }
    assertThat((double) steps / keys).as("slots passed over a key").isBetween(0.1, 3.0);
  }

  @Test
  void RL15_room_of_a_burst_is_given_back() throws Exception {
    TokenBucket bucket = (TokenBucket) Limit.parse("5 burst, 5/s");
    BucketTable table = new BucketTable(bucket, 100_000);
    KeyedRateLimiter limiter = limiter(table, 100_000);
    for (int i = 0; i < 60_000; i++) {
      assertThat(limiter.tryAcquire("bot" + i).isAllowed()).isTrue();
    }
    assertThat(slots(table)).isGreaterThan(60_000);
    for (int i = 0; i < 100_000; i++) {
      ticker.advance(Duration.ofNanos(1_999_000));
      Decision unused = limiter.tryAcquire("user" + i % 1000);
    }
    assertThat(slots(table)).isBetween(1000, 6000);
    assertThat(table.size().get()).isBetween(1000, 3000);
  }

  @Test
  void key_without_a_count_takes_no_slot() throws Exception {
    BucketTable table = new BucketTable((TokenBucket) Limit.parse("5 burst, 5/s"), 10_000);
    KeyedRateLimiter limiter = limiter(table, 10_000);
    for (int i = 0; i < 1000; i++) {
      assertThat(limiter.peek("key" + i).isAllowed()).isTrue();
      assertThat(limiter.tryAcquire("key" + i, 6).isNeverAllowed()).isTrue();
      limiter.refund("key" + i, 1);
    }
    assertThat(slots(table)).isEqualTo(segments(table).size());
    assertThat(table.size().get()).isZero();
  }

  private KeyedRateLimiter limiter(BucketTable table, int maxKeys) {
    MicroClock clock = new MicroClock(ticker, InstantSource.system());
    return new BucketKeyedRateLimiter(table, maxKeys, Overflow.SHARE, clock);
  }

  private static int slots(BucketTable table) throws Exception {
    return segments(table).stream().mapToInt(slots -> slots.length / 2).sum();
  }

  static List<long[]> segments(BucketTable table) throws Exception {
    Field segments = BucketTable.class.getDeclaredField("segments");
    segments.setAccessible(true);
    List<long[]> all = new ArrayList<>();
    for (Object segment : (Object[]) segments.get(table)) {
      Field slots = segment.getClass().getDeclaredField("slots");
      slots.setAccessible(true);
      all.add((long[]) slots.get(segment));
    }
    return all;
  }
}
