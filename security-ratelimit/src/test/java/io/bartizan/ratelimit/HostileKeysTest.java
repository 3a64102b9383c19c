package io.bartizan.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever a request holds as a subject is counted, each subject apart, and nothing is thrown. */
class HostileKeysTest {

  private static final Rate HOURLY = Rate.per(3, ChronoUnit.HOURS);

  private static Stream<Limits> limits() {
    return Stream.of(
            Limit.tokenBucket(3, HOURLY),
            Limit.tokenBucket(3, HOURLY).inSteps(),
            Limit.fixedWindow(HOURLY).fromFirstRequest(),
            Limit.slidingWindow(HOURLY),
            Limit.slidingWindowCounter(HOURLY))
        .map(limit -> Limits.allOf(List.of(limit)));
  }

  private static KeyedRateLimiter limiter(Limits limits, boolean raw) {
    KeyedRateLimiter limiter =
        KeyedRateLimiter.builder(limits, 10_000).withClock(() -> java.time.Instant.EPOCH).build();
    return raw ? limiter : Shadow.of(limiter);
  }

  @ParameterizedTest
  @MethodSource("limits")
  void RL03_each_subject_is_counted_apart_and_nothing_is_thrown(Limits limits) {
    KeyedRateLimiter limiter = limiter(limits, true);
    for (long left = 2; left >= 0; left--) {
      for (String subject : HostileKeys.subjects()) {
        Decision decision = limiter.tryAcquire(subject);
        assertThat(decision.isAllowed()).isTrue();
        assertThat(decision.remaining()).isEqualTo(left);
        assertThat(limiter.peek(subject).remaining()).isEqualTo(left);
      }
    }
    for (String subject : HostileKeys.subjects()) {
      assertThat(limiter.tryAcquire(subject).isAllowed()).isFalse();
      limiter.refund(subject, 1);
      assertThat(limiter.tryAcquire(subject).isAllowed()).isTrue();
    }
  }

  @Test
  void RL03_each_subject_is_counted_apart_by_its_named_part() {
    KeyedRateLimiter limiter = KeyedRateLimiter.of(Limit.tokenBucket(3, HOURLY), 10_000);
    for (long left = 2; left >= 0; left--) {
      for (String subject : HostileKeys.subjects()) {
        assertThat(limiter.tryAcquire(Key.of("api-key", subject)).remaining()).isEqualTo(left);
        assertThat(limiter.tryAcquire(Key.of("tenant", "a", "user", subject)).remaining())
            .isEqualTo(left);
        assertThat(limiter.tryAcquire(Key.of(subject, "", "a", "b", "c", "d")).remaining())
            .isEqualTo(left);
      }
    }
  }

  @Test
  void RL03_reserve_acquire_and_shadow_take_any_subject() throws InterruptedException {
    Limits bucket = Limit.tokenBucket(3, HOURLY).alone();
    KeyedRateLimiter limiter = limiter(bucket, true);
    KeyedRateLimiter shadow = limiter(bucket, false);
    for (String subject : HostileKeys.subjects()) {
      limiter.reserve(subject, 1, Duration.ZERO).cancel();
      assertThat(limiter.peek(subject).remaining()).isEqualTo(3);
      assertThat(limiter.acquire(subject, 2, Duration.ZERO).remaining()).isEqualTo(1);
      assertThat(limiter.acquire(subject, 2, Duration.ZERO).isAllowed()).isFalse();
      assertThat(shadow.tryAcquire(subject, 4).isShadowed()).isTrue();
    }
  }

  @Test
  void RL03_permits_of_any_subject_are_held_apart() throws InterruptedException {
    KeyedConcurrencyLimiter limiter = KeyedConcurrencyLimiter.of(2, 10_000);
    List<Permit> held = new ArrayList<>();
    for (String subject : HostileKeys.subjects()) {
      held.add(limiter.tryAcquire(subject));
      held.add(limiter.acquire(subject, 1, Duration.ZERO));
      assertThat(limiter.tryAcquire(subject).isGranted()).isFalse();
      assertThat(limiter.acquire(subject, 1, Duration.ZERO).isGranted()).isFalse();
    }
    assertThat(held).allMatch(Permit::isGranted);
    held.forEach(Permit::close);
    assertThat(limiter.health().detail()).startsWith("0 of ");
  }

  @Test
  void RL03_plan_is_asked_for_what_is_counted() {
    List<String> asked = new ArrayList<>();
    KeyedRateLimiter limiter =
        KeyedRateLimiter.of(
            key -> {
              asked.add(key);
              return Limit.tokenBucket(3, HOURLY).alone();
            },
            10);
    for (String key : List.of("short", "k".repeat(70_000), "")) {
      asked.clear();
      assertThat(limiter.tryAcquire(key).remaining()).isEqualTo(2);
      assertThat(asked).containsOnly(Key.bounded(key));
    }
  }

  @Test
  void RL03_bounded_keys_are_short_stable_and_never_the_same_for_two() {
    SplittableRandom random = new SplittableRandom(3);
    Set<String> seen = new LinkedHashSet<>();
    int texts = 2000;
    for (int i = 0; i < texts; i++) {
      StringBuilder text = new StringBuilder("unit " + i);
      int length = random.nextInt(3 * Key.MAX_CHARS);
      while (text.length() < length) {
        text.append(
            (char) (random.nextBoolean() ? 0xD800 + random.nextInt(2048) : random.nextInt(256)));
      }
      String bounded = Key.bounded(text.toString());
      assertThat(bounded.length()).isBetween(1, Key.MAX_CHARS);
      assertThat(Key.bounded(text.toString())).isEqualTo(bounded);
      assertThat(bounded.equals(text.toString())).isEqualTo(text.length() <= Key.MAX_CHARS);
      seen.add(bounded);
    }
    assertThat(seen).hasSize(texts);
    // the digest of FIPS 180-4 for no bytes, and for the UTF-16 units of "sha256:"
    assertThat(Key.bounded(""))
        .isEqualTo("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assertThat(Key.bounded("sha256:")).matches("sha256:[0-9a-f]{64}").isNotEqualTo(Key.bounded(""));
  }

  @Test
  @SuppressWarnings("DataFlowIssue")
  void RL03_null_is_a_mistake_of_the_program_and_throws() {
    KeyedRateLimiter limiter = limiter(Limit.tokenBucket(3, HOURLY).alone(), true);
    KeyedConcurrencyLimiter permits = KeyedConcurrencyLimiter.of(1, 1);
    assertThatNullPointerException().isThrownBy(() -> limiter.tryAcquire(null));
    assertThatNullPointerException().isThrownBy(() -> limiter.peek(null));
    assertThatNullPointerException().isThrownBy(() -> limiter.refund(null, 1));
    assertThatNullPointerException().isThrownBy(() -> limiter.reserve(null, 1, Duration.ZERO));
    assertThatNullPointerException().isThrownBy(() -> permits.tryAcquire(null));
    assertThatNullPointerException().isThrownBy(() -> Key.of("name", null));
  }
}
