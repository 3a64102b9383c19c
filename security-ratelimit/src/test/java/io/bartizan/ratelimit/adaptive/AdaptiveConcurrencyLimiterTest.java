package io.bartizan.ratelimit.adaptive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.Permit;
import io.bartizan.ratelimit.RateLimitListener;
import io.bartizan.testkit.ManualTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AdaptiveConcurrencyLimiterTest {

  private static final Duration FAST = Duration.ofMillis(10);
  private static final Duration SLOW = Duration.ofMillis(40);

  private final ManualTicker ticker = new ManualTicker();

  private AdaptiveConcurrencyLimiter.Builder builder(int most) {
    return AdaptiveConcurrencyLimiter.builder(most).withTicker(ticker);
  }

  /** As many pieces of work at once as are let in, each taking that long, so many times. */
  private void busy(AdaptiveConcurrencyLimiter limiter, int times, Duration each) {
    busy(limiter, times, each, Permit.Outcome.DONE);
  }

  private void busy(
      AdaptiveConcurrencyLimiter limiter, int times, Duration each, Permit.Outcome outcome) {
    for (int i = 0; i < times; i++) {
      List<Permit> held = all(limiter, Priority.CRITICAL);
      ticker.advance(each);
      held.forEach(permit -> permit.close(outcome));
    }
  }

  private static List<Permit> all(AdaptiveConcurrencyLimiter limiter, Priority priority) {
    List<Permit> held = new ArrayList<>();
    Permit next = limiter.tryAcquire(priority, 1);
    while (next.isGranted()) {
      held.add(next);
      next = limiter.tryAcquire(priority, 1);
    }
    return held;
  }

  @Test
  void limit_that_is_used_by_work_that_takes_no_longer_grows_to_the_most() {
    AdaptiveConcurrencyLimiter limiter = builder(60).build();
    assertThat(limiter.limit()).isEqualTo(20);
    busy(limiter, 80, FAST);
    assertThat(limiter.limit()).isBetween(25, 55);
    busy(limiter, 80, FAST);
    assertThat(limiter.limit()).isEqualTo(60);
    assertThat(limiter.unqueuedLatency()).isEqualTo(FAST);
    assertThat(limiter.held()).isZero();
  }

  @Test
  void limit_that_is_not_used_stays() {
    AdaptiveConcurrencyLimiter limiter = builder(60).build();
    for (int i = 0; i < 2000; i++) {
      Permit permit = limiter.tryAcquire();
      ticker.advance(FAST);
      permit.close();
    }
    assertThat(limiter.limit()).isEqualTo(20);
  }

  @Test
  void limit_sinks_by_half_at_most_in_a_window_whose_work_takes_longer() {
    AdaptiveConcurrencyLimiter limiter = builder(200).withInitial(100).build();
    busy(limiter, 15, FAST);
    int before = limiter.limit();
    assertThat(before).isBetween(100, 120);
    busy(limiter, 6, SLOW);
    assertThat(limiter.limit()).isBetween(before / 4 + 1, before / 2 + 12);
  }

  /** A service that does ten at once: everybody waits for those before, as many tens as are in. */
  @Test
  void limit_of_a_service_that_does_ten_at_once_comes_to_ten_and_a_little_more() {
    AdaptiveConcurrencyLimiter limiter = builder(200).withInitial(10).build();
    List<Integer> limits = new ArrayList<>();
    for (int i = 0; i < 3000; i++) {
      List<Permit> held = all(limiter, Priority.CRITICAL);
      for (int j = 0; j < held.size(); j++) {
        ticker.advance(j % 10 == 0 ? FAST : Duration.ZERO);
        held.get(j).close();
      }
      limits.add(limiter.limit());
    }
    assertThat(limits.subList(500, 3000)).allMatch(limit -> limit >= 5 && limit <= 30);
    assertThat(limits.subList(500, 3000).stream().mapToInt(limit -> limit).average().orElseThrow())
        .isBetween(10.0, 20.0);
  }

  @Test
  void limit_never_falls_below_the_minimum() {
    AdaptiveConcurrencyLimiter limiter = builder(200).withMinimum(7).build();
    busy(limiter, 100, FAST, Permit.Outcome.OVERLOADED);
    assertThat(limiter.limit()).isEqualTo(7);
  }

  @Test
  void overload_that_was_said_halves_the_limit_and_a_tenth_of_it_takes_a_tenth() {
    AdaptiveConcurrencyLimiter limiter = builder(200).withInitial(100).build();
    busy(limiter, 10, FAST, Permit.Outcome.OVERLOADED);
    assertThat(limiter.limit()).isEqualTo(50);
    AdaptiveConcurrencyLimiter other = builder(200).withInitial(100).build();
    for (int i = 0; i < 10; i++) {
      List<Permit> held = all(other, Priority.CRITICAL);
      ticker.advance(FAST);
      for (int j = 0; j < held.size(); j++) {
        held.get(j).close(j % 10 == 0 ? Permit.Outcome.OVERLOADED : Permit.Outcome.DONE);
      }
    }
    assertThat(other.limit()).isBetween(88, 91);
  }

  @Test
  void work_that_is_ignored_changes_nothing() {
    AdaptiveConcurrencyLimiter limiter = builder(200).build();
    busy(limiter, 500, FAST, Permit.Outcome.IGNORED);
    assertThat(limiter.limit()).isEqualTo(20);
    assertThat(limiter.unqueuedLatency()).isZero();
    assertThat(limiter.held()).isZero();
  }

  @Test
  void service_that_became_slower_for_good_is_found_out_by_a_lower_limit() {
    AdaptiveConcurrencyLimiter limiter = builder(40).withMinimum(4).build();
    busy(limiter, 200, FAST);
    assertThat(limiter.unqueuedLatency()).isEqualTo(FAST);
    for (int i = 0; i < 400; i++) {
      busy(limiter, 1, SLOW);
    }
    assertThat(limiter.unqueuedLatency()).isBetween(Duration.ofMillis(39), Duration.ofMillis(41));
    assertThat(limiter.limit()).isEqualTo(40);
  }

  @Test
  void share_of_each_priority_is_rounded_up_and_counts_what_all_hold() {
    AdaptiveConcurrencyLimiter limiter = builder(25).withInitial(25).build();
    assertThat(all(limiter, Priority.BULK)).hasSize(13);
    assertThat(all(limiter, Priority.LOW)).hasSize(18 - 13);
    assertThat(limiter.tryAcquire().isGranted()).isTrue();
    assertThat(all(limiter, Priority.NORMAL)).hasSize(23 - 19);
    assertThat(all(limiter, Priority.CRITICAL)).hasSize(25 - 23);
    assertThat(limiter.held()).isEqualTo(25);
    assertThat(limiter.refused(Priority.BULK)).isEqualTo(1);
    assertThat(limiter.refused(Priority.CRITICAL)).isEqualTo(1);
    AdaptiveConcurrencyLimiter own =
        builder(25).withInitial(25).withShare(Priority.BULK, 1).withShare(Priority.LOW, 30).build();
    assertThat(all(own, Priority.BULK)).hasSize(1);
    assertThat(all(own, Priority.LOW)).hasSize(8 - 1);
  }

  /** Else a service whose work is all unimportant would keep its first limit for ever. */
  @Test
  void limit_is_used_too_if_only_the_share_of_a_priority_is() {
    AdaptiveConcurrencyLimiter limiter = builder(200).build();
    for (int i = 0; i < 300; i++) {
      List<Permit> held = all(limiter, Priority.BULK);
      ticker.advance(FAST);
      held.forEach(Permit::close);
    }
    assertThat(limiter.limit()).isGreaterThan(100);
  }

  @Test
  void what_is_held_never_exceeds_a_limit_that_sank_at_the_next_grant() {
    AdaptiveConcurrencyLimiter limiter = builder(200).withInitial(100).build();
    List<Permit> held = all(limiter, Priority.CRITICAL);
    ticker.advance(Duration.ofSeconds(1));
    held.subList(0, 40).forEach(permit -> permit.close(Permit.Outcome.OVERLOADED));
    assertThat(limiter.limit()).isEqualTo(50);
    assertThat(limiter.held()).isEqualTo(60);
    Permit refused = limiter.tryAcquire();
    assertThat(refused.isGranted()).isFalse();
    assertThat(refused.remaining()).isZero();
    assertThat(refused.source()).isEqualTo(Decision.Source.MEMORY);
    held.subList(40, 51).forEach(permit -> permit.close(Permit.Outcome.IGNORED));
    assertThat(limiter.tryAcquire(Priority.CRITICAL, 1).isGranted()).isTrue();
    assertThat(limiter.tryAcquire(Priority.CRITICAL, 1).isGranted()).isFalse();
  }

  /** Else work that needs more than the limit would never start, and the limit never rise. */
  @Test
  void work_that_needs_more_than_the_limit_starts_when_nothing_is_held_and_only_then() {
    AdaptiveConcurrencyLimiter limiter = builder(100).withInitial(4).build();
    Permit one = limiter.tryAcquire();
    assertThat(limiter.tryAcquire(Priority.BULK, 10).isGranted()).isFalse();
    one.close();
    assertThat(limiter.tryAcquire(Priority.BULK, 51).isGranted()).isFalse();
    assertThat(limiter.limit()).isEqualTo(4);
    Permit many = limiter.tryAcquire(Priority.BULK, 10);
    assertThat(many.isGranted()).isTrue();
    assertThat(many.remaining()).isZero();
    assertThat(limiter.limit()).isEqualTo(4);
    assertThat(limiter.tryAcquire(Priority.CRITICAL, 1).isGranted()).isFalse();
    assertThat(limiter.tryAcquire(Priority.CRITICAL, 60).isGranted()).isFalse();
    many.close();
    assertThat(limiter.held()).isZero();
  }

  @Test
  void listener_hears_of_other_limits_once_a_second_and_not_of_measuring() {
    List<String> heard = new ArrayList<>();
    RateLimitListener listener =
        new RateLimitListener() {
          @Override
          public void decided(Verb verb, Decision decision) {
            heard.add("decided");
          }

          @Override
          public void limitChanged(int before, int now) {
            heard.add(before + "-" + now);
          }
        };
    AdaptiveConcurrencyLimiter limiter = builder(1000).withListener(listener).build();
    busy(limiter, 50, FAST);
    assertThat(heard).hasSize(1);
    assertThat(heard.get(0)).startsWith("20-");
    busy(limiter, 500, FAST);
    assertThat(heard).hasSizeBetween(4, 6);
    for (int i = 1; i < heard.size(); i++) {
      String[] told = heard.get(i).split("-", -1);
      assertThat(heard.get(i - 1)).endsWith("-" + told[0]);
      assertThat(Integer.parseInt(told[1])).isGreaterThan(Integer.parseInt(told[0]));
    }
  }

  @Test
  void text_says_what_holds_and_every_default() {
    AdaptiveConcurrencyLimiter limiter = AdaptiveConcurrencyLimiter.of(200);
    Permit unused = limiter.tryAcquire(3);
    assertThat(limiter)
        .hasToString(
            "AdaptiveConcurrencyLimiter[3 of 20 held, limit 1 to 200, shares CRITICAL 100% NORMAL"
                + " 90% LOW 70% BULK 50%, queue 200]");
  }

  @Test
  void bad_options_say_what_is_accepted() {
    assertThatThrownBy(() -> AdaptiveConcurrencyLimiter.of(0))
        .hasMessage("most is 0, 1 to 1000000 are accepted");
    assertThatThrownBy(() -> builder(10).withMinimum(11))
        .hasMessage("minimum is 11, 1 to 10 are accepted");
    assertThatThrownBy(() -> builder(10).withMinimum(5).withInitial(4).build())
        .hasMessage("initial is 4, 5 to 10 are accepted");
    assertThatThrownBy(() -> builder(10).withShare(Priority.LOW, 95).build())
        .hasMessage("share of LOW is 95, at most the 90 of NORMAL are accepted");
    assertThatThrownBy(() -> builder(10).withShare(Priority.LOW, 0))
        .hasMessage("share is 0, 1 to 100 are accepted");
    assertThatThrownBy(() -> builder(10).withQueue(-1))
        .hasMessage("queue is -1, 0 to 1000000 are accepted");
  }
}
