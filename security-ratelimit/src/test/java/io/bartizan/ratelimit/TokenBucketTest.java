package io.bartizan.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.ratelimit.count.Count;
import io.bartizan.ratelimit.count.Micros;
import io.bartizan.tests.SeededCases;
import java.math.BigInteger;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a bucket says of itself, what each of its variants keeps, and what a share of it is. */
class TokenBucketTest {

  private static final long NOW = 1_800_000_000_000_000L;
  private static final long CENTURY = Micros.of(Rate.MAX_PERIOD);
  private static final Rate RATE = Rate.per(3, Duration.ofSeconds(7));

  private static TokenBucket bucket(String text) {
    return (TokenBucket) Limit.parse(text);
  }

  @Test
  void ML06_bucket_is_what_it_was_made_of() {
    TokenBucket even = Limit.tokenBucket(20, RATE);
    assertThat(even.name()).isEqualTo("default");
    assertThat(even.capacity()).isEqualTo(20);
    assertThat(even.refill()).isEqualTo(RATE);
    assertThat(even.isStepped()).isFalse();
    assertThat(even.initialPermits()).isEqualTo(20);
    assertThat(even.units().isExact()).isTrue();
    assertThat(even.perMicro).isEqualTo(3).isEqualTo(even.units().perMicro());
    assertThat(even.perPermit).isEqualTo(7_000_000).isEqualTo(even.units().perPermit());
    assertThat(even.full).isEqualTo(140_000_000).isEqualTo(even.units().full());
    assertThat(even).hasToString("20 burst, 3/7s");
  }

  @Test
  void ML06_variant_differs_in_what_it_names_and_keeps_the_rest() {
    TokenBucket even = Limit.tokenBucket(20, RATE);
    TokenBucket all = even.named("api").startingWith(5).inSteps();
    assertThat(all).hasToString("20 burst, 3/7s, in steps, 5 at first");
    assertThat(all.name()).isEqualTo("api");
    assertThat(all.isStepped()).isTrue();
    assertThat(all.initialPermits()).isEqualTo(5);
    assertThat(all.refill()).isEqualTo(RATE);
    assertThat(all).isEqualTo(even.inSteps().startingWith(5).named("api")).isNotEqualTo(even);
    assertThat(all.named("default")).isEqualTo(even.startingWith(5).inSteps());
    assertThat(all.startingWith(20)).isEqualTo(even.inSteps().named("api"));
    assertThat(all.startingWith(20)).hasToString("20 burst, 3/7s, in steps");
    assertThat(all.startingWith(19)).hasToString("20 burst, 3/7s, in steps, 19 at first");
    assertThat(even.startingWith(0)).hasToString("20 burst, 3/7s, 0 at first");
    assertThat(even.startingWith(0).isStepped()).isFalse();
    assertThat(even.startingWith(20)).isEqualTo(even);
  }

  @ParameterizedTest
  @CsvSource({"-1, 20", "21, 20", "2, 1"})
  void ML06_beginning_outside_the_bucket_is_refused(long permits, long capacity) {
    TokenBucket even = Limit.tokenBucket(capacity, RATE);
    assertThatThrownBy(() -> even.startingWith(permits))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("initialPermits is " + permits);
    assertThat(even.startingWith(0).initialPermits()).isZero();
    assertThat(even.startingWith(capacity).initialPermits()).isEqualTo(capacity);
  }

  /** A century is accepted, one microsecond of filling more is not. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          36525 | 1     | 1d         | 36526
          1     | 1     | 36525d     | 2
          73050 | 2     | 1d         | 73051
          3     | 3     | 36525d     | 4
          """)
  void ML06_bucket_that_fills_in_more_than_a_century_is_refused(
      long capacity, long permits, String period, long more) {
    String rate = permits + "/" + period;
    assertThat(bucket(capacity + " burst, " + rate).window()).isEqualTo(Rate.MAX_PERIOD);
    Rate refill = bucket(capacity + " burst, " + rate).refill();
    assertThatThrownBy(() -> Limit.tokenBucket(more, refill))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "capacity is "
                + more
                + ", which fills at "
                + refill
                + " in more than 36525 days; at most that is accepted");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          7 burst, 3/s                       | PT2.333334S | 7 | 2333334
          7 burst, 3/s, 2 at first           | PT2.333334S | 2 | 2333334
          7 burst, 3/s, 0 at first           | PT2.333334S | 0 | 2333334
          7 burst, 3/s, in steps             | PT3S        | 7 | 3000000
          7 burst, 3/s, in steps, 2 at first | PT3S        | 2 | 3000000
          7 burst, 3/s, in steps, 0 at first | PT3S        | 0 | 3000000
          6 burst, 3/s, in steps             | PT2S        | 6 | 2000000
          """)
  void ML06_new_count_begins_with_what_it_says_and_is_full_after_the_window(
      String text, Duration window, long first, long fullMicros) {
    TokenBucket bucket = bucket(text);
    assertThat(bucket.window()).isEqualTo(window);
    Count count = bucket.count(NOW);
    assertThat(count.capacity()).isEqualTo(bucket.capacity());
    assertThat(count.remaining(NOW)).isEqualTo(first);
    assertThat(count.fits(NOW, first + 1)).isFalse();
    if (first > 0) {
      assertThat(count.fits(NOW, first)).isTrue();
      count.charge(NOW, first);
    }
    assertThat(count.resetMicros(NOW)).isEqualTo(fullMicros);
    assertThat(count.isIdle(NOW + fullMicros - 1)).isFalse();
    assertThat(count.isIdle(NOW + fullMicros)).isTrue();
  }

  /** The last rows: a period that the division would make longer than a century. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          100 burst, 50/s                       | 4     | 25 burst, 50/4s
          9 burst, 9/s, 4 at first              | 3     | 3 burst, 9/3s, 1 at first
          9 burst, 9/s, 9 at first              | 4     | 3 burst, 9/4s
          9 burst, 9/s, 0 at first              | 3     | 3 burst, 9/3s, 0 at first
          9 burst, 9/s, 3 at first              | 4     | 3 burst, 9/4s, 0 at first
          20 burst, 10/s, in steps              | 4     | 5 burst, 3/s, in steps
          20 burst, 10/s, in steps, 19 at first | 4     | 5 burst, 3/s, in steps, 4 at first
          2 burst, 1/438300h                    | 1     | 2 burst, 1/438300h
          1 burst, 2/438300h                    | 2     | 1 burst, 2/36525d
          1 burst, 1/365d                       | 100   | 1 burst, 1/36500d
          1 burst, 1/365d                       | 101   | 1 burst, 1/36525d
          2 burst, 1/365d                       | 101   | 1 burst, 1/36525d
          10000 burst, 10000/365d               | 200   | 50 burst, 50/365d
          1000 burst, 1000/365d                 | 1000  | 1 burst, 1/365d
          365 burst, 365/365d                   | 101   | 4 burst, 362/36525d
          1 burst, 10/36525d                    | 2     | 1 burst, 5/36525d
          10007 burst, 10007/365d               | 300   | 34 burst, 3338/36525d
          1 burst, 7/36525d                     | 4     | 1 burst, 2/36525d
          """)
  void ML07_share_of_a_bucket_is_exact_or_rounded_up(String whole, int instances, String share) {
    assertThat(bucket(whole).dividedBy(instances)).isEqualTo(bucket(share));
    assertThat(bucket(whole).named("api").dividedBy(instances).name()).isEqualTo("api");
  }

  /** Together at least the limit, and of what comes back less than a permit a century more each. */
  @Test
  void ML07_shares_of_any_bucket_bring_back_what_the_whole_does() {
    SeededCases.check(
        4000,
        random -> {
          long period = CENTURY >>> random.nextInt(random.nextBoolean() ? 3 : 20);
          long permits = 1 + (random.nextLong() >>> random.nextInt(25, 63));
          Rate rate = Rate.per(permits, Micros.duration(period));
          TokenBucket whole = Limit.tokenBucket(random.nextLong(permits) + 1, rate);
          int instances = random.nextInt(random.nextBoolean() ? 10 : 10_000) + 1;
          TokenBucket share = whole.dividedBy(instances);
          assertThat(share.capacity()).isEqualTo(1 + (whole.capacity() - 1) / instances);
          Rate part = share.refill();
          BigInteger all = product(part.permits(), instances, period);
          BigInteger wanted = product(permits, part.periodMicros());
          assertThat(all).isGreaterThanOrEqualTo(wanted);
          if (!share.window().equals(Rate.MAX_PERIOD)) { // which is the slowest that there is
            assertThat(all.subtract(wanted).multiply(BigInteger.valueOf(CENTURY)))
                .isLessThan(product(instances, part.periodMicros(), period));
          }
        });
  }

  private static BigInteger product(long... factors) {
    BigInteger product = BigInteger.ONE;
    for (long factor : factors) {
      product = product.multiply(BigInteger.valueOf(factor));
    }
    return product;
  }
}
