package io.bartizan.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.bartizan.ratelimit.Decision.Source;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Decisions as other places than this library's make them. */
class DecisionTest {

  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Limit LIMIT = Limit.tokenBucket(10, Rate.per(1, SECOND));

  @Test
  void allowed_saysNothingMoreUntilToldWhatIsLeft() {
    Decision decision = Decision.allowed(LIMIT, 2, Source.REMOTE);

    assertThat(decision.isAllowed()).isTrue();
    assertThat(decision.limit()).isSameAs(LIMIT);
    assertThat(decision.violated()).isEmpty();
    assertThat(decision.permits()).isEqualTo(2);
    assertThat(decision.source()).isEqualTo(Source.REMOTE);
    assertThat(decision.remaining()).isZero();
    assertThat(decision.retryAfter()).isZero();
    assertThat(decision.resetAfter()).isZero();
    assertThat(decision.parts()).containsExactly(decision);
  }

  @Test
  void refused_carriesItsWait() {
    Decision decision = Decision.refused(LIMIT, 3, SECOND, Source.FAILED_CLOSED);

    assertThat(decision.isAllowed()).isFalse();
    assertThat(decision.violated()).contains(LIMIT);
    assertThat(decision.permits()).isEqualTo(3);
    assertThat(decision.source()).isEqualTo(Source.FAILED_CLOSED);
    assertThat(decision.retryAfter()).isEqualTo(SECOND);
  }

  @Test
  void leaving_changesWhatIsLeftAndNothingElse() {
    for (Decision decision :
        List.of(
            Decision.allowed(LIMIT, 2, Source.PREPAID),
            Decision.refused(LIMIT, 2, SECOND, Source.DENY_CACHE))) {
      Decision left = decision.leaving(4, Duration.ofSeconds(5));

      assertThat(left.remaining()).isEqualTo(4);
      assertThat(left.resetAfter()).isEqualTo(Duration.ofSeconds(5));
      assertThat(left.isAllowed()).isEqualTo(decision.isAllowed());
      assertThat(left.retryAfter()).isEqualTo(decision.retryAfter());
      assertThat(left.permits()).isEqualTo(2);
      assertThat(left.source()).isEqualTo(decision.source());
      assertThat(left.limit()).isSameAs(LIMIT);
    }
  }

  @Test
  void refused_moreThanTheLimitHolds_neverAllowed() {
    assertThat(Decision.refused(LIMIT, 11, SECOND, Source.REMOTE).retryAfter())
        .isEqualTo(Decision.FOREVER);
    assertThat(Decision.refused(LIMIT, 10, Duration.ofDays(200_000), Source.REMOTE).retryAfter())
        .isEqualTo(Decision.FOREVER);
  }

  @Test
  void outsideTheRange_isAnError() {
    Duration negative = Duration.ofNanos(-1);
    Decision decision = Decision.allowed(LIMIT, 1, Source.REMOTE);
    for (Supplier<Decision> wrong :
        List.<Supplier<Decision>>of(
            () -> Decision.allowed(LIMIT, 0, Source.REMOTE),
            () -> Decision.refused(LIMIT, 0, SECOND, Source.REMOTE),
            () -> Decision.refused(LIMIT, 1, negative, Source.REMOTE),
            () -> decision.leaving(-1, SECOND),
            () -> decision.leaving(0, negative))) {
      assertThatIllegalArgumentException().isThrownBy(wrong::get).withMessageContaining("negative");
    }
  }

  @SuppressWarnings("NullAway") // on purpose
  @Test
  void withoutLimitOrSource_isAnError() {
    assertThatNullPointerException()
        .isThrownBy(() -> Decision.allowed(null, 1, Source.REMOTE))
        .withMessage("limit");
    assertThatNullPointerException()
        .isThrownBy(() -> Decision.refused(LIMIT, 1, SECOND, null))
        .withMessage("source");
  }
}
