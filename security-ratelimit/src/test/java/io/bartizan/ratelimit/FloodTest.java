package io.bartizan.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.Health;
import io.bartizan.ratelimit.count.Count;
import io.bartizan.ratelimit.count.Micros;
import io.bartizan.testkit.ManualTicker;
import io.bartizan.tests.SeededCases;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Before, in and after a flood of keys: nobody gets more than the limit, and the flood ends. */
class FloodTest {

  private static final Instant START = Instant.parse("2026-11-28T00:00:00Z");

  private final ManualTicker ticker = new ManualTicker();

  private KeyedRateLimiter limiter(Plan plan, int maxKeys) {
    return KeyedRateLimiter.builder(plan, maxKeys)
        .withTicker(ticker)
        .withClock(() -> START)
        .build();
  }

  /**
   * The scenario of the entry, smaller: new users at a rate that the map holds, for a long time.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "5 burst, 5/5h",
        "5 burst, 5/5h, in steps",
        "1 burst, 1/5h",
        "300 burst, 300/5h",
        "5/5h fixed",
        "5/5h from first request",
        "5/day in UTC",
        "5/5h sliding",
        "5/5h sliding counter",
        "a: 5 burst, 5/5h; b: 7/5h sliding; c: 9/5h from first request"
      })
  void RL04_new_users_get_the_whole_limit_as_soon_as_the_map_has_room(String text) {
    Limits limits = Limits.parse(text);
    int maxKeys = 3000;
    KeyedRateLimiter limiter = limiter(limits, maxKeys);
    long most = limits.list().stream().mapToLong(Limit::capacity).min().orElseThrow();
    for (int i = 0; i < 20_000; i++) {
      Decision unused = limiter.tryAcquire("flood" + i, 1 + i % most);
      if (i % 5000 == 0) {
        ticker.advance(Duration.ofMillis(100));
      }
    }
    assertThat(limiter.health().status()).isEqualTo(Health.Status.DEGRADED);
    Duration window =
        limits.list().stream().map(Limit::window).max(Duration::compareTo).orElseThrow();
    Duration pause = window.dividedBy(1000);
    int users = 0;
    long served = 0;
    for (; users < 5000; users++) {
      ticker.advance(pause);
      Decision first = limiter.tryAcquire("user" + users);
      served += first.isAllowed() ? 1 : 0;
      if (users >= 2001) {
        assertThat(first.isAllowed()).as("%s: %s", users, first).isTrue();
        assertThat(first.remaining()).isEqualTo(most - 1);
        assertThat(first.source()).isEqualTo(Decision.Source.MEMORY);
      }
    }
    assertThat(served).isGreaterThanOrEqualTo(3000);
    assertThat(limiter.health().status()).isEqualTo(Health.Status.UP);
  }

  /** With room a newcomer is served whatever its slot has used, and slots run dry. */
  @Test
  void RL04_whoever_took_of_a_shared_bucket_goes_on_with_what_he_took() {
    KeyedRateLimiter limiter = limiter(Limit.parse("5 burst, 5/5h"), 1);
    assertThat(limiter.tryAcquire("first").remaining()).isEqualTo(4);
    assertThat(limiter.tryAcquire("much", 3).source()).isEqualTo(Decision.Source.OVERFLOW);
    assertThat(limiter.tryAcquire("little").source()).isEqualTo(Decision.Source.OVERFLOW);
    ticker.advance(Duration.ofHours(1));
    assertThat(limiter.peek("little").source()).isEqualTo(Decision.Source.MEMORY);
    assertThat(limiter.peek("little").remaining()).isEqualTo(4);
    assertThat(limiter.peek("much").remaining()).isEqualTo(2);
    ticker.advance(Duration.ofHours(1));
    assertThat(limiter.tryAcquire("stranger", 5).isAllowed()).isTrue();
    assertThat(limiter.health().status()).isEqualTo(Health.Status.DEGRADED);
    ticker.advance(Duration.ofHours(5));
    assertThat(limiter.peek("much").remaining()).isEqualTo(5);
    assertThat(limiter.health()).isEqualTo(Health.up("0 of 1 keys"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "5 burst, 5/10s",
        "7 burst, 3/7s",
        "5 burst, 2/10s, in steps",
        "8 burst, 8/10s, 3 at first",
        "5/10s fixed",
        "5/10s sliding",
        "6/10s sliding counter",
        "a: 5 burst, 5/10s; b: 7/15s sliding",
        "a: 5/10s fixed; b: 9/20s sliding counter; c: 20 burst, 7/10s, in steps"
      })
  void RL04_nobody_gets_more_than_alone_whatever_comes_and_goes(String text) {
    Limits limits = Limits.parse(text);
    boolean promises = limits.list().stream().allMatch(limit -> limit.count(0).promisesTimes());
    SeededCases.check(
        100,
        random -> {
          ManualTicker time = new ManualTicker();
          int maxKeys = random.nextInt(1, 20);
          KeyedRateLimiter limiter =
              KeyedRateLimiter.builder(limits, maxKeys)
                  .withTicker(time)
                  .withClock(() -> START)
                  .build();
          long now = Micros.of(START);
          Map<String, List<Count>> alone = new HashMap<>();
          long taken = 0;
          int users = random.nextInt(1, 40);
          for (int i = 0; i < 600; i++) {
            long pause =
                random.nextInt(4) == 0 ? random.nextLong(4_000_000) : random.nextInt(20_000);
            pause = random.nextInt(100) == 0 ? 40_000_000 : pause;
            time.advance(Duration.ofNanos(1000 * pause));
            now += pause;
            boolean flood = i / 100 % 2 == 0 && random.nextInt(3) > 0;
            String key = flood ? "flood" + i : "user" + random.nextInt(users);
            long at = now;
            List<Count> counts =
                alone.computeIfAbsent(
                    key, k -> limits.list().stream().map(limit -> alone(limit, at)).toList());
            long permits = random.nextLong(1, 4);
            if (promises && random.nextInt(4) == 0) {
              Reservation slot =
                  limiter.reserve(key, permits, Duration.ofSeconds(random.nextInt(9)));
              for (Count count : counts) {
                if (slot.isGranted()) {
                  assertThat(1000 * count.waitMicros(now, permits))
                      .isLessThanOrEqualTo(slot.delay().toNanos());
                  count.charge(now, permits);
                }
              }
            } else if (limiter.tryAcquire(key, permits).isAllowed()) {
              taken++;
              for (Count count : counts) {
                assertThat(count.fits(now, permits)).as("%s at %s", key, now).isTrue();
                count.charge(now, permits);
              }
              if (random.nextInt(5) == 0) {
                limiter.refund(key, permits);
                counts.forEach(count -> count.refund(at, permits));
              }
            }
          }
          assertThat(taken).isGreaterThan(25);
        });
  }

  /** A shared bucket begins once for all who share it, so a newcomer may find it full. */
  private static Count alone(Limit limit, long now) {
    return limit instanceof TokenBucket bucket
        ? bucket.startingWith(bucket.capacity()).count(now)
        : limit.count(now);
  }

  /** A window that a request opens promises no more than twice the limit in its length. */
  @Test
  void RL04_windows_from_the_first_request_admit_twice_the_limit_at_most() {
    Limit limit = Limit.parse("4/10s from first request");
    SeededCases.check(
        500,
        random -> {
          ManualTicker time = new ManualTicker();
          KeyedRateLimiter limiter =
              KeyedRateLimiter.builder(limit, random.nextInt(1, 6)).withTicker(time).build();
          Map<String, Deque<Long>> admitted = new HashMap<>();
          long now = 0;
          for (int i = 0; i < 600; i++) {
            long pause =
                random.nextInt(3) == 0 ? random.nextLong(6_000_000) : random.nextInt(9_000);
            time.advance(Duration.ofNanos(1000 * pause));
            now += pause;
            String key = random.nextInt(3) == 0 ? "flood" + i : "user" + random.nextInt(5);
            if (limiter.tryAcquire(key).isAllowed()) {
              Deque<Long> times = admitted.computeIfAbsent(key, k -> new ArrayDeque<>());
              times.add(now);
              while (times.getFirst() <= now - 10_000_000) {
                times.removeFirst();
              }
              assertThat(times.size()).isLessThanOrEqualTo(8);
            }
          }
        });
  }

  @Test
  void RL04_takers_are_remembered_while_their_permits_count_and_no_longer_than_twice() {
    SeededCases.check(
        300,
        random -> {
          int most = random.nextInt(1, 40);
          int keys = random.nextInt(1, 60);
          Takers takers = new Takers(most);
          Map<Integer, List<long[]>> oracle = new HashMap<>();
          long now = -random.nextLong(1_000_000);
          long last = Long.MIN_VALUE;
          for (int i = 0; i < 400; i++) {
            now += random.nextInt(10) == 0 ? random.nextInt(200) : random.nextInt(4);
            int key = random.nextInt(1, keys + 1);
            if (random.nextBoolean()) {
              long permits = random.nextInt(20) == 0 ? Long.MAX_VALUE / 1000 : random.nextInt(1, 9);
              long until = now + random.nextInt(100);
              last = Math.max(last, until);
              takers.add(key, permits, now, until);
              oracle.computeIfAbsent(key, k -> new ArrayList<>()).add(new long[] {permits, until});
            }
            check(takers, oracle, key, now, most);
          }
          assertThat(takers.permits(keys + 1, now)).isIn(0L, Takers.UNKNOWN);
          assertThat(takers.permits(random.nextInt(1, keys + 1), last)).isZero();
          takers.clear();
          assertThat(takers.permits(random.nextInt(1, keys + 1), now)).isZero();
        });
  }

  private static void check(
      Takers takers, Map<Integer, List<long[]>> oracle, int key, long now, int most) {
    long least = 0;
    long all = 0;
    for (long[] taken : oracle.getOrDefault(key, List.of())) {
      least += now < taken[1] ? taken[0] : 0;
      all += taken[0];
    }
    long told = takers.permits(key, now);
    // Integer.MAX_VALUE permits of one key are as good as all
    assertThat(told).isGreaterThanOrEqualTo(Math.min(least, Integer.MAX_VALUE));
    if (oracle.size() <= most) {
      assertThat(told).isLessThanOrEqualTo(Math.max(all, Takers.UNKNOWN / 2));
      assertThat(all > 0 || told == 0).isTrue();
    }
  }
}
