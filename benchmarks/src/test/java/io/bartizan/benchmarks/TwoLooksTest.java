package io.bartizan.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which row is looked at when, and for how long, on a clock that the looks themselves move. */
class TwoLooksTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final List<String> seen = new ArrayList<>();
  private long now = 77;

  private final class Seen implements TwoLooks.Subject {
    private final String name;
    private final Duration takes;
    private final Duration toDecide;
    private @Nullable IOException failure;

    Seen(String name, int takesSeconds, int toDecideSeconds) {
      this.name = name;
      this.takes = Duration.ofSeconds(takesSeconds);
      this.toDecide = Duration.ofSeconds(toDecideSeconds);
    }

    Seen failing() {
      failure = new IOException("broken");
      return this;
    }

    @Override
    public void look() throws IOException {
      seen.add("look " + name);
      now += takes.toNanos();
      if (failure != null && toDecide.isZero()) {
        throw failure;
      }
    }

    @Override
    public Duration toDecide() {
      return toDecide;
    }

    @Override
    public void lookAgain(Duration most) throws IOException {
      seen.add("again " + name + " " + most.toSeconds());
      if (failure != null) {
        throw failure;
      }
      if (toDecide.compareTo(most) <= 0) {
        now += toDecide.toNanos();
      }
    }
  }

  private List<String> looked(int wholeSeconds, int longestSeconds, Seen... rows) {
    new TwoLooks<Seen>(
            SECOND.multipliedBy(wholeSeconds), SECOND.multipliedBy(longestSeconds), () -> now)
        .at(
            List.of(rows),
            row -> seen.add("told " + row.name),
            (row, failure) -> seen.add("failed " + row.name + " " + failure.getMessage()));
    return seen;
  }

  @Test
  void decidedRows_areToldAtOnce_undecidedOnes_afterASecondLook_theSoonestFirst() {
    assertThat(looked(100, 60, new Seen("a", 1, 30), new Seen("b", 1, 0), new Seen("c", 1, 9)))
        .containsExactly(
            "look a", "look b", "told b", "look c", "again c 60", "told c", "again a 60", "told a");
  }

  @Test
  void secondLook_hasWhatIsLeftOfTheWhole_butNoMoreThanTheLongest() {
    assertThat(looked(100, 60, new Seen("a", 20, 40), new Seen("b", 10, 50), new Seen("c", 5, 55)))
        .containsSubsequence("again a 60", "again b 25", "told b", "again c 25", "told c");
  }

  @Test
  void rowBeyondTheTime_isToldAsItIs() {
    assertThat(looked(5, 60, new Seen("a", 10, 1)))
        .containsExactly("look a", "again a -5", "told a");
  }

  @Test
  void rowThatBreaks_isToldOnce_andTheOthersGoOn() {
    assertThat(
            looked(
                100,
                60,
                new Seen("a", 1, 0).failing(),
                new Seen("b", 1, 2).failing(),
                new Seen("c", 1, 3)))
        .containsExactly(
            "look a",
            "failed a broken",
            "look b",
            "look c",
            "again b 60",
            "failed b broken",
            "again c 60",
            "told c");
  }
}
