package io.bartizan.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.ratelimit.Cell.Counted;
import io.bartizan.ratelimit.Cell.Former;
import io.bartizan.ratelimit.count.BothCounts;
import io.bartizan.ratelimit.count.Count;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which count a permit goes to where a limit had another definition before. */
class FormersTest {

  private static final Limit LIMIT = Limit.parse("9/s fixed");
  private static final long UNTIL = 1000;

  private final List<String> calls = new ArrayList<>();
  private final Told current = new Told("current");
  private final Told former = new Told("former");

  /** A count that tells what is done to it, and says of itself what a test wants. */
  private final class Told extends Count {
    private final String name;
    private boolean idle;
    private boolean outlasts;
    private long used;

    Told(String name) {
      super(LIMIT.capacity());
      this.name = name;
    }

    private void tell(String verb, long now, long permits) {
      calls.add(verb + " " + name + " " + permits + " at " + now);
    }

    @Override
    public boolean fits(long now, long permits) {
      return used + permits <= capacity();
    }

    @Override
    public void charge(long now, long permits) {
      tell("charge", now, permits);
    }

    @Override
    public void also(long now, long permits) {
      tell("also", now, permits);
    }

    @Override
    public void refund(long now, long permits) {
      tell("refund", now, permits);
    }

    @Override
    public void owe(long now, long permits, boolean asLast) {
      throw new AssertionError("not asked for");
    }

    @Override
    public long used(long now) {
      return used;
    }

    @Override
    public boolean isIdle(long now) {
      return idle;
    }

    @Override
    public boolean outlasts(Count other) {
      return outlasts;
    }

    @Override
    public long retryMicros(long now, long permits) {
      return Long.MAX_VALUE;
    }

    @Override
    public long resetMicros(long now) {
      return used;
    }
  }

  private Former former(boolean isLarger) {
    return new Former(new Counted(LIMIT, former), UNTIL, isLarger);
  }

  /** Three limits of which the one in the middle had another definition. */
  private Formers formers(@Nullable Former of) {
    Formers formers = Formers.of(3);
    formers.remember(1, of);
    return formers;
  }

  private List<String> taken(Formers formers, long now, long permits) {
    calls.clear();
    formers.take(1, current, now, permits);
    return calls;
  }

  @Test
  void ML07_limitWithoutAFormerDefinition_countsForItself() {
    for (Formers formers : List.of(Formers.NONE, Formers.of(3), formers(null))) {
      assertThat(formers.count(1)).isNull();
      assertThat(formers.all()).isEmpty();
      assertThat(formers.asked(1, current, 5)).isSameAs(current);
      assertThat(formers.isIdle(1, current, 5)).isTrue();
      assertThat(taken(formers, 5, 2)).containsExactly("charge current 2 at 5");
      calls.clear();
      formers.refund(1, 5, 2);
      formers.settle(new Count[] {current, current, current}, 5);
      assertThat(calls).isEmpty();
    }
  }

  @Test
  void ML07_eachLimit_hasItsOwnFormerDefinition() {
    Formers formers = formers(former(true));
    for (int other : new int[] {0, 2}) {
      assertThat(formers.count(other)).isNull();
      assertThat(formers.asked(other, current, 5)).isSameAs(current);
    }
    assertThat(formers.count(1)).isSameAs(former);
    assertThat(formers.all()).containsExactly(former(true));
    Former second = new Former(new Counted(LIMIT, current), UNTIL, false);
    formers.remember(2, second);
    assertThat(formers.all()).containsExactly(former(true), second);
    formers.remember(1, null);
    assertThat(formers.all()).containsExactly(second);
  }

  /** Until the last microsecond both must have room, and each is charged once. */
  @Test
  void ML07_largerDefinition_mustHaveRoomInItsTime() {
    Formers formers = formers(former(true));
    Count asked = formers.asked(1, current, UNTIL);
    assertThat(asked).isInstanceOf(BothCounts.class);
    assertThat(((BothCounts) asked).own()).isSameAs(current);
    assertThat(((BothCounts) asked).other()).isSameAs(former);
    assertThat(taken(formers, UNTIL, 3))
        .containsExactly("charge current 3 at 1000", "charge former 3 at 1000");
    former.used = 9;
    assertThat(asked.fits(UNTIL - 6, 1)).isFalse();
    assertThat(asked.retryMicros(UNTIL - 6, 1)).as("its time is over then").isEqualTo(7);

    assertThat(formers.asked(1, current, UNTIL + 1)).isSameAs(current);
    assertThat(taken(formers, UNTIL + 1, 3))
        .containsExactly("charge current 3 at 1001", "also former 3 at 1001");
  }

  @Test
  void ML07_smallerDefinition_countsAsFarAsItCouldHaveGranted() {
    Formers formers = formers(former(false));
    assertThat(formers.asked(1, current, UNTIL)).isSameAs(current);
    assertThat(taken(formers, UNTIL, 3))
        .containsExactly("charge current 3 at 1000", "also former 3 at 1000");
  }

  @Test
  void ML07_refund_goesToTheFormerDefinitionToo_butNotARefundOfNothing() {
    Formers formers = formers(former(false));
    formers.refund(1, 7, 1);
    formers.refund(1, 8, 0);
    formers.refund(0, 9, 5);
    assertThat(calls).containsExactly("refund former 1 at 7");
  }

  /** Needed in its time, then while it counts longer or more than the present one. */
  @ParameterizedTest
  @CsvSource({
    "1000, false, 0, 0, true",
    "1001, false, 0, 0, false",
    "1001, true,  0, 0, true",
    "1001, false, 3, 2, true",
    "1001, false, 3, 3, false",
    "1001, false, 3, 4, false"
  })
  void ML07_formerDefinition_isForgottenOnceItIsNotNeeded(
      long now, boolean outlasts, long used, long usedNow, boolean needed) {
    former.outlasts = outlasts;
    former.used = used;
    current.used = usedNow;
    Formers formers = formers(former(false));
    Told unlike = new Told("of another limit");
    formers.settle(new Count[] {unlike, current, unlike}, now);
    assertThat(formers.count(1)).isEqualTo(needed ? former : null);
    assertThat(formers.all()).hasSize(needed ? 1 : 0);
  }

  /** Idle: forgotten with the cell without anybody being let through by that. */
  @ParameterizedTest
  @CsvSource({
    "true,  1000, true,  false",
    "true,  1000, false, false",
    "true,  1001, true,  true",
    "false, 1000, true,  true",
    "false, 1000, false, false",
    "false, 1001, false, true"
  })
  void ML07_cellIsIdle_onceItsFormerDefinitionNeitherBindsNorCounts(
      boolean isLarger, long now, boolean idle, boolean expected) {
    former.idle = idle;
    assertThat(formers(former(isLarger)).isIdle(1, current, now)).isEqualTo(expected);
  }

  /** One that is needed for longer than its time is idle if nothing counts in it. */
  @ParameterizedTest
  @CsvSource({"true, true", "false, false"})
  void ML07_cellIsIdle_whereALargerDefinitionThatOutlastsItIsIdle(boolean idle, boolean expected) {
    former.idle = idle;
    former.outlasts = true;
    assertThat(formers(former(true)).isIdle(1, current, UNTIL + 1)).isEqualTo(expected);
  }
}
