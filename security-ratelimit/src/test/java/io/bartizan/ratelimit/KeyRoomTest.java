package io.bartizan.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.Health;
import io.bartizan.testkit.ManualTicker;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** How keys come and go in memory, for every algorithm and for several limits at once. */
class KeyRoomTest {

  /** Longer than an idle key rests before it is taken away where there is room. */
  private static final Duration REST = Duration.ofSeconds(11);

  private final ManualTicker ticker = new ManualTicker();

  /** Each limit of the contract alone, and each beside another. */
  static Stream<Limits> limits() {
    List<Limit> examples = LimiterContractTest.examples();
    List<Limits> all = new ArrayList<>();
    for (int i = 0; i < examples.size(); i++) {
      Limit one = examples.get(i).named("one");
      Limit other = examples.get((i + 5) % examples.size()).named("other");
      all.add(Limits.allOf(one));
      all.add(Limits.allOf(one, other));
    }
    all.add(
        Limits.allOf(
            examples.subList(0, 8).stream().map(l -> l.named("l" + l.hashCode())).toList()));
    return all.stream();
  }

  static Stream<Limits> limitsThatBeginFull() {
    return limits().filter(limits -> !limits.toString().contains("at first"));
  }

  @ParameterizedTest
  @MethodSource("limits")
  void ML03_key_vanishes_when_nothing_counts_and_nothing_else_does(Limits limits) {
    KeyedRateLimiter limiter = limiter(limits, 2000, Overflow.SHARE);
    for (int i = 0; i < 200; i++) {
      assertThat(limiter.tryAcquire("old" + i).source()).isEqualTo(Decision.Source.MEMORY);
    }
    assertThat(limiter.health()).isEqualTo(Health.up("200 of 2000 keys"));
    ticker.advance(limiter.peek("old0").resetAfter().minus(Duration.ofNanos(1000)));
    newKeys(limiter, "early", 200);
    assertThat(limiter.health().detail()).as("something counts still").startsWith("400 of");

    ticker.advance(limiter.peek("early0").resetAfter().plus(REST));
    Decision busy = drain(limiter, "busy");
    newKeys(limiter, "new", 200);
    assertThat(limiter.health().detail()).isEqualTo("201 of 2000 keys");
    assertThat(limiter.peek("busy").isAllowed()).isEqualTo(false);
    assertThat(limiter.peek("busy").resetAfter()).isEqualTo(busy.resetAfter());
    assertThat(limiter.peek("new0").source()).isEqualTo(Decision.Source.MEMORY);
  }

  /** What is idle after a refund makes room as well; an opened window is not. */
  @ParameterizedTest
  @MethodSource("limitsThatBeginFull")
  void ML03_key_that_gave_all_back_or_took_nothing_makes_room(Limits limits) {
    KeyedRateLimiter limiter = limiter(limits, 1, Overflow.REFUSE);
    assertThat(limiter.peek("asked").isAllowed()).isTrue();
    limiter.refund("stranger", 3);
    assertThat(limiter.tryAcquire("much", Long.MAX_VALUE).isNeverAllowed()).isTrue();
    assertThat(limiter.health()).isEqualTo(Health.up("0 of 1 keys"));
    assertThat(limiter.tryAcquire("first").isAllowed()).isTrue();
    assertThat(limiter.health()).isEqualTo(Health.degraded("1 of 1 keys"));
    limiter.refund("first", 1);
    boolean opened = limits.toString().contains("from first request");
    assertThat(limiter.tryAcquire("second").isAllowed()).as("%s", limits).isEqualTo(!opened);
    assertThat(limiter.health().detail()).isEqualTo("1 of 1 keys");
  }

  @ParameterizedTest
  @MethodSource("limits")
  void ML03_full_map_refuses_new_keys_until_an_old_one_vanishes(Limits limits) {
    KeyedRateLimiter limiter = limiter(limits, 3, Overflow.REFUSE);
    for (String key : List.of("a", "b", "c")) {
      assertThat(limiter.tryAcquire(key).source()).isEqualTo(Decision.Source.MEMORY);
    }
    assertThat(limiter.health()).isEqualTo(Health.degraded("3 of 3 keys"));
    assertIsRefused(limiter.tryAcquire("d"));
    assertIsRefused(limiter.peek("d"));
    limiter.refund("d", 1);
    ticker.advance(limiter.peek("a").resetAfter().minus(Duration.ofNanos(1000)));
    assertIsRefused(limiter.tryAcquire("d"));
    assertThat(limiter.tryAcquire("a").source()).isEqualTo(Decision.Source.MEMORY);
    ticker.advance(Duration.ofNanos(1000));
    assertThat(limiter.tryAcquire("d").source()).isEqualTo(Decision.Source.MEMORY);
    newKeys(limiter, "e", 3);
    assertIsRefused(limiter.peek("nobody"));
    assertThat(limiter.health().detail()).isEqualTo("3 of 3 keys");
  }

  private static void assertIsRefused(Decision decision) {
    assertThat(decision.isAllowed()).isFalse();
    assertThat(decision.source()).isEqualTo(Decision.Source.OVERFLOW);
  }

  @ParameterizedTest
  @MethodSource("limits")
  void ML03_full_map_lets_new_keys_share_until_nothing_of_theirs_counts(Limits limits) {
    KeyedRateLimiter limiter = limiter(limits, 1, Overflow.SHARE);
    Limit smallest =
        limits.list().stream()
            .min((a, b) -> Long.compare(a.capacity(), b.capacity()))
            .orElseThrow();
    long begins = limiter(limits, 1, Overflow.SHARE).peek("nobody").remaining();
    assertThat(limiter.tryAcquire("first").source()).isEqualTo(Decision.Source.MEMORY);
    ticker.advance(Duration.ofNanos(1000));
    long shared = 0;
    for (int i = 0; i < 2 * smallest.capacity(); i++) {
      Decision decision = limiter.tryAcquire(i % 2 == 0 ? "second" : "third");
      assertThat(decision.source()).isEqualTo(Decision.Source.OVERFLOW);
      shared += decision.isAllowed() ? 1 : 0;
    }
    assertThat(shared).as("both together").isEqualTo(begins);
    assertThat(limiter.health().status()).isEqualTo(Health.Status.DEGRADED);

    Duration reset = limiter.peek("second").resetAfter();
    ticker.advance(reset.minus(Duration.ofNanos(1000)));
    assertThat(limiter.peek("second").resetAfter()).as("what it took counts").isPositive();
    Decision unused = limiter.tryAcquire("second");
    ticker.advance(limiter.peek("second").resetAfter().plus(limiter.peek("first").resetAfter()));
    assertThat(limiter.tryAcquire("second").source()).isEqualTo(Decision.Source.MEMORY);
    assertThat(limiter.health().detail()).isEqualTo("1 of 1 keys");
  }

  /** Takes one by one until nothing is left. */
  private static Decision drain(KeyedRateLimiter limiter, String key) {
    Decision last = limiter.tryAcquire(key);
    while (last.isAllowed()) {
      last = limiter.tryAcquire(key);
    }
    return last;
  }

  private static void newKeys(KeyedRateLimiter limiter, String name, int count) {
    for (int i = 0; i < count; i++) {
      Decision unused = limiter.tryAcquire(name + i);
    }
  }

  /** Where no window, month or day ends by chance meanwhile. */
  private KeyedRateLimiter limiter(Limits limits, int maxKeys, Overflow overflow) {
    return KeyedRateLimiter.builder(limits, maxKeys)
        .withOverflow(overflow)
        .withTicker(ticker)
        .withClock(() -> Instant.parse("2026-11-10T12:00:00.000001Z"))
        .build();
  }
}
