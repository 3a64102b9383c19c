package io.bartizan.ratelimit.prepaid;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.core.Health;
import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.Decision.Source;
import io.bartizan.ratelimit.Key;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.Limits;
import io.bartizan.ratelimit.Plan;
import io.bartizan.ratelimit.RateLimitListener.Verb;
import io.bartizan.ratelimit.TokenBucket;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** One process over a place whose time and ways the test moves. */
class PrepaidRateLimiterTest {

  private static final long MILLI = VirtualTime.MILLI;
  private static final String PREFIX = "bartizan.ratelimit.prepaid.";
  private static final long HOLD = 500 * MILLI;
  private static final Limit WIDE = Limit.parse("100000 burst, 100000/s").named("wide");
  private static final Limit SLOW = Limit.parse("100000 burst, 1/h").named("slow");

  private final VirtualTime time = new VirtualTime();
  private long way;
  private FarPlace place;

  private PrepaidRateLimiter over(Plan plan) {
    place = new FarPlace(time, plan, () -> way);
    return builder().build();
  }

  private PrepaidRateLimiter.Builder builder() {
    return PrepaidRateLimiter.builder(place.client()).withTicker(time).withoutTimer();
  }

  /** So many checks of one permit, one every {@code pause}; the answers that had come by then. */
  private List<Decision> checks(PrepaidRateLimiter limiter, int count, long pause) {
    List<CompletableFuture<Decision>> answers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      answers.add(limiter.tryAcquire("key", 1).toCompletableFuture());
      time.pass(pause);
    }
    time.pass(2 * way);
    return answers.stream().map(CompletableFuture::join).toList();
  }

  private static long count(List<Decision> decisions, Source source) {
    return decisions.stream().filter(decision -> decision.source() == source).count();
  }

  @Test
  void hot_key_is_decided_here_and_every_permit_was_taken_first() {
    PrepaidRateLimiter limiter = over(WIDE);
    List<Decision> decisions = checks(limiter, 10_000, MILLI);
    assertThat(decisions).allMatch(Decision::isAllowed);
    assertThat(count(decisions, Source.REMOTE)).isLessThan(40);
    assertThat(count(decisions, Source.PREPAID)).isGreaterThan(9_900);
    PrepaidCounts counts = limiter.counts();
    assertThat(place.calls).isLessThan(100);
    assertThat(counts.callsSaved()).isGreaterThan(9_800);
    assertThat(place.granted - place.returned).isEqualTo(10_000 + counts.held() + counts.lapsed());
  }

  @Test
  void permits_taken_are_used_returned_lapsed_or_held() {
    PrepaidRateLimiter limiter = over(WIDE);
    way = 3 * MILLI;
    for (int i = 0; i < 50; i++) {
      List<Decision> unused = checks(limiter, 100, i * MILLI / 5);
      time.pass(i * 20L * MILLI);
      limiter.sweep();
      PrepaidCounts counts = limiter.counts();
      assertThat(counts.taken())
          .isEqualTo(counts.used() + counts.returned() + counts.lapsed() + counts.held());
    }
    assertThat(limiter.counts().lots()).isGreaterThan(10);
    assertThat(limiter.counts().unusedShare()).isBetween(0.01, 0.9);
  }

  @Test
  void steady_caller_never_waits_once_its_lots_come() {
    PrepaidRateLimiter limiter = over(WIDE);
    way = 10 * MILLI;
    List<Decision> unused = checks(limiter, 1000, MILLI / 5);
    List<Decision> decisions = checks(limiter, 50_000, MILLI / 5);
    assertThat(count(decisions, Source.PREPAID)).isEqualTo(50_000);
  }

  @Test
  void lot_follows_demand_up_and_down() {
    PrepaidRateLimiter limiter = over(WIDE);
    List<Decision> unused = checks(limiter, 4000, MILLI / 20);
    assertThat(limiter.counts().held()).isBetween(1_000L, 6_250L * 2);
    unused = checks(limiter, 1000, 10 * MILLI);
    assertThat(limiter.counts().held()).isBetween(1L, 100L);
  }

  @Test
  void lot_is_a_small_share_of_the_capacity_and_of_what_remains() {
    Limit limit = Limit.parse("1000 burst, 1/h").named("limit");
    PrepaidRateLimiter limiter = over(limit);
    List<Decision> decisions = checks(limiter, 1100, MILLI / 10);
    assertThat(limiter.counts().taken() / limiter.counts().lots()).isLessThanOrEqualTo(62);
    assertThat(decisions.stream().filter(Decision::isAllowed).count()).isEqualTo(1000);
    assertThat(decisions.subList(960, 1000)).allMatch(Decision::isAllowed);
  }

  @Test
  void small_limit_stays_plain() {
    PrepaidRateLimiter limiter = over(Limit.parse("127 burst, 100000/s").named("small"));
    List<Decision> decisions = checks(limiter, 5000, MILLI / 10);
    assertThat(count(decisions, Source.REMOTE)).isEqualTo(5000);
    assertThat(limiter.counts().lots()).isZero();
  }

  /** Such a key has another name where it is counted, and would be held in full for each caller. */
  @Test
  void key_that_is_counted_by_its_digest_stays_plain_and_loses_nothing() {
    for (String key : List.of("k".repeat(Key.MAX_CHARS + 1), "sha256:x", "")) {
      PrepaidRateLimiter limiter = over(WIDE);
      for (int i = 0; i < 2000; i++) {
        assertThat(limiter.tryAcquire(key, 1).toCompletableFuture().join().isAllowed()).isTrue();
        time.pass(MILLI / 10);
      }
      assertThat(place.granted - place.returned).isEqualTo(2000);
      assertThat(limiter.counts().lots()).isZero();
    }
  }

  @Test
  void exact_window_stays_plain() {
    PrepaidRateLimiter limiter = over(Limit.parse("100000/s sliding").named("exact"));
    assertThat(count(checks(limiter, 1000, MILLI / 10), Source.REMOTE)).isEqualTo(1000);
  }

  @Test
  void rare_key_stays_plain_and_costs_no_lot() {
    PrepaidRateLimiter limiter = over(WIDE);
    assertThat(count(checks(limiter, 200, 40 * MILLI), Source.REMOTE)).isEqualTo(200);
    assertThat(limiter.counts().calls()).isZero();
  }

  @Test
  void refusal_is_remembered_until_its_retry_time() {
    PrepaidRateLimiter limiter = over(Limit.parse("10 burst, 10/s").named("small"));
    List<Decision> decisions = checks(limiter, 20, 0);
    assertThat(count(decisions, Source.DENY_CACHE)).isPositive();
    Decision refused = decisions.get(19);
    assertThat(refused.isAllowed()).isFalse();
    assertThat(refused.retryAfter()).isEqualTo(Duration.ofMillis(100));
    long before = place.calls;
    time.pass(99 * MILLI);
    Decision still = checks(limiter, 1, 0).get(0);
    assertThat(still.retryAfter()).isEqualTo(Duration.ofMillis(1));
    assertThat(place.calls).isEqualTo(before);
    assertThat(limiter.counts().remembered()).isPositive();
    time.pass(MILLI);
    assertThat(checks(limiter, 1, 0).get(0).isAllowed()).isTrue();
  }

  @Test
  void refund_goes_to_the_place_and_ends_a_refusal() {
    PrepaidRateLimiter limiter = over(Limit.parse("20 burst, 1/h").named("small"));
    assertThat(checks(limiter, 40, 0).get(39).source()).isEqualTo(Source.DENY_CACHE);
    Void unused = limiter.refund("key", 3).toCompletableFuture().join();
    assertThat(checks(limiter, 4, 0).stream().filter(Decision::isAllowed).count()).isEqualTo(3);
    limiter.blocking().refund("key", 1);
    assertThat(limiter.blocking().tryAcquire("key").isAllowed()).isTrue();
  }

  @Test
  void charge_goes_to_the_place_and_lots_are_used_up_beside_it() {
    PrepaidRateLimiter limiter = over(SLOW);
    assertThat(count(checks(limiter, 100, 0), Source.PREPAID)).isPositive();
    long held = limiter.counts().held();
    assertThat(held).isPositive();
    long left = place.counts.peek("key").remaining();
    Decision owes = limiter.charge("key", left + 40).toCompletableFuture().join();
    assertThat(owes.source()).isEqualTo(Source.REMOTE);
    assertThat(owes.isAllowed()).isFalse();
    assertThat(limiter.blocking().charge("key", 1).isAllowed()).isFalse();
    List<Decision> rest = checks(limiter, (int) held + 10, 0);
    assertThat(rest.stream().filter(Decision::isAllowed).count()).isEqualTo(held);
    limiter.close();
    assertThatThrownBy(() -> limiter.charge("key", 1)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void remembered_refusal_says_nothing_about_fewer_permits() {
    PrepaidRateLimiter limiter = over(Limit.parse("20 burst, 1/h").named("small"));
    List<Decision> unused = checks(limiter, 17, 0);
    assertThat(limiter.blocking().tryAcquire("key", 5).source()).isEqualTo(Source.REMOTE);
    assertThat(limiter.blocking().tryAcquire("key", 5).source()).isEqualTo(Source.DENY_CACHE);
    assertThat(limiter.blocking().tryAcquire("key", 3).isAllowed()).isTrue();
  }

  @Test
  void idle_lots_are_given_back() {
    PrepaidRateLimiter limiter = over(SLOW);
    List<Decision> unused = checks(limiter, 1000, MILLI);
    long held = limiter.counts().held();
    assertThat(held).isPositive();
    limiter.sweep();
    assertThat(limiter.counts().held()).isEqualTo(held);
    time.pass(HOLD / 4);
    limiter.sweep();
    assertThat(limiter.counts().held()).isZero();
    assertThat(place.counts.peek("key").remaining()).isBetween(98_990L, 99_000L);
    time.pass(HOLD);
    limiter.sweep();
    limiter.sweep();
    assertThat(checks(limiter, 1, 0).get(0).source()).isEqualTo(Source.REMOTE);
  }

  @Test
  void what_a_bucket_refilled_meanwhile_is_not_given_back() {
    PrepaidRateLimiter limiter = over(WIDE);
    List<Decision> unused = checks(limiter, 1000, MILLI);
    assertThat(limiter.counts().held()).isBetween(1L, 500L);
    time.pass(HOLD / 4);
    limiter.sweep();
    limiter.sweep();
    assertThat(limiter.counts().held()).isZero();
    assertThat(place.returned).isZero();
    assertThat(limiter.counts().lapsed()).isPositive();
  }

  @Test
  void lot_that_is_never_touched_again_ends_with_the_hold_time() {
    PrepaidRateLimiter limiter = over(SLOW);
    List<Decision> unused = checks(limiter, 1000, MILLI);
    time.pass(HOLD - 1);
    assertThat(limiter.blocking().peek("key").source()).isEqualTo(Source.REMOTE);
    assertThat(limiter.blocking().tryAcquire("key").source()).isEqualTo(Source.REMOTE);
  }

  @Test
  void close_gives_back_also_what_is_on_its_way() {
    PrepaidRateLimiter limiter = over(SLOW);
    way = 5 * MILLI;
    List<Decision> unused = checks(limiter, 1000, MILLI);
    CompletableFuture<Void> closing = limiter.giveBack();
    assertThat(closing).isNotDone();
    time.pass(4 * way);
    assertThat(closing).isCompleted();
    assertThat(limiter.counts().held()).isZero();
    assertThat(place.granted - place.returned).isBetween(1000L, 1004L);
    assertThatThrownBy(() -> limiter.tryAcquire("key"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the limiter is closed");
    assertThat(limiter.health().status()).isEqualTo(Health.Status.DOWN);
    limiter.close();
  }

  @Test
  void window_never_carries_a_lot_over_its_edge() {
    PrepaidRateLimiter limiter = over(Limit.parse("10000/s fixed").named("window"));
    time.passTo(900 * MILLI);
    List<Decision> decisions = checks(limiter, 1000, MILLI / 10 - 1);
    assertThat(decisions.get(999).source()).isEqualTo(Source.PREPAID);
    assertThat(limiter.counts().held()).isPositive();
    time.passTo(1000 * MILLI);
    Decision first = limiter.blocking().tryAcquire("key");
    assertThat(first.source()).isEqualTo(Source.REMOTE);
    assertThat(first.remaining()).isEqualTo(9_999);
    assertThat(count(checks(limiter, 1000, MILLI / 10), Source.PREPAID)).isGreaterThan(950);
  }

  @Test
  void outage_uses_up_the_lots_and_then_the_policy_answers_and_nothing_is_held() {
    PrepaidRateLimiter limiter = over(WIDE);
    List<Decision> unused = checks(limiter, 2000, MILLI);
    long held = limiter.counts().held();
    place.isAway = true;
    assertThat(limiter.health().status()).isEqualTo(Health.Status.DEGRADED);
    List<Decision> decisions = checks(limiter, 2000, MILLI);
    assertThat(count(decisions, Source.PREPAID)).isBetween(held / 2, held);
    assertThat(count(decisions, Source.FAILED_OPEN))
        .isEqualTo(2000 - count(decisions, Source.PREPAID));
    assertThat(limiter.counts().held()).isZero();
    place.isAway = false;
    assertThat(count(checks(limiter, 2000, MILLI), Source.PREPAID)).isGreaterThan(1000);
  }

  @Test
  void decision_from_a_lot_tells_what_it_can_know() {
    PrepaidRateLimiter limiter = over(Limit.parse("100000 burst, 10/s").named("limit"));
    List<Decision> decisions = checks(limiter, 1000, MILLI);
    Decision last = decisions.get(999);
    assertThat(last.source()).isEqualTo(Source.PREPAID);
    assertThat(last.limit().name()).isEqualTo("limit");
    assertThat(last.permits()).isEqualTo(1);
    assertThat(last.retryAfter()).isZero();
    Decision real = place.counts.peek("key");
    long could = real.remaining() + limiter.counts().held();
    assertThat(last.remaining()).isBetween(could - 300, could + 1);
    Duration off = real.resetAfter().minus(last.resetAfter());
    assertThat(off.abs()).isLessThan(Duration.ofSeconds(30));
  }

  @Test
  void several_limits_hold_each_their_own_and_the_decision_has_its_parts() {
    Limits both = Limits.parse("burst: 2000 burst, 100000/s; daily: 100000/day in UTC");
    PrepaidRateLimiter limiter = over(both);
    List<Decision> decisions = checks(limiter, 1000, MILLI);
    Decision last = decisions.get(999);
    assertThat(last.source()).isEqualTo(Source.PREPAID);
    assertThat(last.parts())
        .extracting(part -> part.limit().name())
        .containsExactly("burst", "daily");
    assertThat(last.parts().get(1).remaining()).isBetween(98_500L, 99_000L);
    assertThat(last.limit().name()).isEqualTo("burst");
    assertThat(limiter.counts().taken() / limiter.counts().lots()).isLessThanOrEqualTo(125);
  }

  @Test
  void heavy_checks_are_served_too() {
    PrepaidRateLimiter limiter = over(WIDE);
    List<CompletableFuture<Decision>> answers = new ArrayList<>();
    for (int i = 0; i < 4000; i++) {
      answers.add(limiter.tryAcquire("key", i % 7 == 0 ? 40 : 1).toCompletableFuture());
      time.pass(MILLI);
    }
    List<Decision> decisions = answers.stream().map(CompletableFuture::join).toList();
    assertThat(decisions).allMatch(Decision::isAllowed);
    assertThat(count(decisions, Source.PREPAID)).isGreaterThan(3_800);
  }

  @Test
  void changed_limit_holds_from_the_next_lot_on() {
    AtomicReference<Limit> limit = new AtomicReference<>(WIDE);
    PrepaidRateLimiter limiter = over(key -> limit.get().limitsOf(key));
    List<Decision> unused = checks(limiter, 1000, MILLI);
    Limit less = Limit.parse("50 burst, 10/s").named("wide");
    limit.set(less);
    time.pass(HOLD);
    List<Decision> decisions = checks(limiter, 1000, MILLI);
    assertThat(decisions.stream().filter(Decision::isAllowed).count()).isLessThan(65);
    assertThat(limiter.counts().held()).isZero();
  }

  @Test
  void newcomer_finds_room_beside_one_who_takes_lots() {
    Limit limit = Limit.parse("1000 burst, 1/h").named("limit");
    PrepaidRateLimiter old = over(limit);
    List<Decision> unused = checks(old, 600, MILLI / 10);
    PrepaidRateLimiter fresh = builder().build();
    List<Decision> decisions = checks(fresh, 200, MILLI / 10);
    assertThat(decisions.stream().filter(Decision::isAllowed).count()).isEqualTo(200);
  }

  @Test
  void reserve_and_acquire_are_the_places_own() {
    PrepaidRateLimiter limiter = over(WIDE);
    List<Decision> unused = checks(limiter, 1000, MILLI);
    var reservation = limiter.reserve("key", 5, Duration.ZERO).toCompletableFuture().join();
    assertThat(reservation.isGranted()).isTrue();
    assertThat(reservation.decision().source()).isEqualTo(Source.MEMORY);
    assertThat(limiter.acquire("key", 5, Duration.ZERO).toCompletableFuture().join().source())
        .isEqualTo(Source.MEMORY);
    PrepaidRateLimiter windows = over(Limit.parse("100000/s fixed").named("window"));
    assertThatThrownBy(() -> windows.reserve("key", 1, Duration.ZERO))
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void peek_looks_at_the_lots_and_takes_nothing() {
    PrepaidRateLimiter limiter = over(WIDE);
    List<Decision> unused = checks(limiter, 1000, MILLI);
    long held = limiter.counts().held();
    Decision told = limiter.peek("key", 2).toCompletableFuture().join();
    assertThat(told.source()).isEqualTo(Source.PREPAID);
    assertThat(told.isAllowed()).isTrue();
    assertThat(limiter.blocking().peek("key", 90_000).source()).isEqualTo(Source.REMOTE);
    assertThat(limiter.counts().held()).isEqualTo(held);
  }

  @Test
  void flood_of_keys_heats_none_and_hides_no_hot_one() {
    PrepaidRateLimiter limiter = over(WIDE);
    int hot = 0;
    for (int i = 0; i < 60_000; i++) {
      Decision unused = limiter.blocking().tryAcquire("flood" + i);
      if (i % 20 == 0) {
        hot += limiter.blocking().tryAcquire("key").source() == Source.PREPAID ? 1 : 0;
      }
      time.pass(MILLI / 100);
    }
    assertThat(hot).isGreaterThan(2_700);
    assertThat(place.calls).isLessThan(60_000 + 300);
  }

  @Test
  void keys_beyond_the_most_stay_plain() {
    place = new FarPlace(time, WIDE, () -> 0);
    PrepaidRateLimiter limiter = builder().withMaxKeys(1).build();
    List<Decision> unused = checks(limiter, 1000, MILLI);
    int plain = 0;
    for (int i = 0; i < 1000; i++) {
      plain += limiter.blocking().tryAcquire("other").source() == Source.REMOTE ? 1 : 0;
    }
    assertThat(plain).isEqualTo(1000);
  }

  @Test
  void listener_hears_every_decision() {
    place = new FarPlace(time, WIDE, () -> 0);
    List<Source> heard = new ArrayList<>();
    PrepaidRateLimiter limiter =
        builder()
            .withListener(
                (verb, decision) -> {
                  assertThat(verb).isEqualTo(Verb.TRY_ACQUIRE);
                  heard.add(decision.source());
                })
            .build();
    List<Decision> decisions = checks(limiter, 1000, MILLI);
    assertThat(heard).isEqualTo(decisions.stream().map(Decision::source).toList());
  }

  @Test
  void meters_show_what_became_of_checks_calls_and_permits() {
    PrepaidRateLimiter limiter = over(Limit.parse("1000 burst, 1/h").named("limit"));
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    PrepaidMetrics unused = PrepaidMetrics.of(registry, "api").watch(limiter);
    List<Decision> decisions = checks(limiter, 900, MILLI / 10);
    long lots = limiter.counts().lots();
    time.pass(2 * HOLD);
    limiter.sweep(); // what lies unused goes back
    decisions = new ArrayList<>(decisions);
    decisions.addAll(checks(limiter, 300, MILLI / 10));

    long fromLots = count(decisions, Source.PREPAID);
    long remembered = count(decisions, Source.DENY_CACHE);
    long plain = count(decisions, Source.REMOTE);
    assertThat(fromLots + remembered + plain).isEqualTo(1200);
    assertThat(meter(registry, "fromlots")).isEqualTo((double) fromLots).isPositive();
    assertThat(meter(registry, "remembered")).isEqualTo((double) remembered).isPositive();
    assertThat(meter(registry, "calls")).isEqualTo((double) (place.calls - plain));
    assertThat(meter(registry, "lots")).isGreaterThanOrEqualTo((double) lots).isPositive();
    assertThat(permits(registry, "used")).isEqualTo((double) fromLots);
    assertThat(permits(registry, "returned")).isEqualTo((double) place.returned).isPositive();
    assertThat(permits(registry, "taken") + plain(decisions)).isEqualTo((double) place.granted);
    assertThat(permits(registry, "taken"))
        .isEqualTo(
            permits(registry, "used")
                + permits(registry, "returned")
                + permits(registry, "lapsed")
                + meter(registry, "held"));
    assertThat(meter(registry, "unused"))
        .isEqualTo(
            (permits(registry, "returned") + permits(registry, "lapsed"))
                / permits(registry, "taken"))
        .isPositive();
    assertThatThrownBy(() -> PrepaidMetrics.of(registry, "a b"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** The meter's value, with the name that the meters were given. */
  private static double meter(SimpleMeterRegistry registry, String name) {
    return value(registry.get(PREFIX + name).tag("name", "api").meter());
  }

  private static double permits(SimpleMeterRegistry registry, String fate) {
    return value(registry.get(PREFIX + "permits").tags("name", "api", "fate", fate).meter());
  }

  private static double value(Meter meter) {
    return meter.measure().iterator().next().getValue();
  }

  /** Permits of checks that went to the place. */
  private static double plain(List<Decision> decisions) {
    return (double)
        decisions.stream()
            .filter(each -> each.source() == Source.REMOTE && each.isAllowed())
            .mapToLong(Decision::permits)
            .sum();
  }

  @Test
  void arguments_are_checked_before_anything_is_asked() {
    PrepaidRateLimiter limiter = over(WIDE);
    assertThatThrownBy(() -> limiter.tryAcquire("key", 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("permits is 0");
    assertThatThrownBy(() -> limiter.tryAcquire(null)).isInstanceOf(NullPointerException.class);
    assertThat(place.calls).isZero();
    PrepaidRateLimiter.Builder builder = builder();
    assertThatThrownBy(() -> builder.withHold(Duration.ofMillis(9)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("hold is 9 milliseconds");
    assertThatThrownBy(() -> builder.withMaxKeys(0)).isInstanceOf(IllegalArgumentException.class);
    assertThat(limiter)
        .hasToString(
            "PrepaidRateLimiter[hold 500 milliseconds, at most 10000 hot keys, over FarPlace]");
  }

  @Test
  void bucket_that_hardly_refills_is_held_too() {
    TokenBucket slowest = (TokenBucket) Limit.parse("1000 burst, 1/30d").named("slow");
    PrepaidRateLimiter limiter = over(slowest);
    assertThat(count(checks(limiter, 500, MILLI), Source.PREPAID)).isGreaterThan(400);
  }
}
