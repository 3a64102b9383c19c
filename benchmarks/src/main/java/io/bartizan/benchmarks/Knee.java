package io.bartizan.benchmarks;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the highest rate that keeps a budget: doubles it until the budget breaks (or halves it
 * until it holds), then halves the gap, on a logarithmic scale.
 */
final class Knee {
  private static final int MOST_DOUBLINGS = 12;
  private static final int REFINEMENTS = 2;

  /** One pause of the machine is no limit of the limiter: a rate is given up after the second. */
  private static final int ATTEMPTS = 2;

  /** And after the fourth where the sender itself came late, so that it was not that load. */
  private static final int ATTEMPTS_WHEN_LATE = 4;

  /** One step of load. */
  interface Step {
    LoadResult at(double rate) throws InterruptedException;
  }

  private final List<LoadResult> steps = new ArrayList<>();
  private @Nullable LoadResult best;

  private Knee() {}

  /**
   * Searches.
   *
   * @param most a rate that holds at or above this ends the search
   */
  static Knee find(double start, double most, long budgetMicros, Step step)
      throws InterruptedException {
    Knee knee = new Knee();
    double good = 0;
    double bad = 0;
    double rate = start;
    for (int i = 0; i < MOST_DOUBLINGS && (good == 0 || bad == 0); i++) {
      if (knee.holds(rate, budgetMicros, step)) {
        good = rate;
        if (rate >= most) {
          return knee;
        }
        rate *= 2;
      } else {
        bad = rate;
        rate /= 2;
      }
    }
    for (int i = 0; i < REFINEMENTS && good > 0 && bad > 0; i++) {
      double between = Math.sqrt(good * bad);
      if (knee.holds(between, budgetMicros, step)) {
        good = between;
      } else {
        bad = between;
      }
    }
    return knee;
  }

  private boolean holds(double rate, long budgetMicros, Step step) throws InterruptedException {
    for (int attempt = 0; attempt < ATTEMPTS_WHEN_LATE; attempt++) {
      LoadResult result = step.at(rate);
      steps.add(result);
      if (result.within(budgetMicros)) {
        LoadResult known = best;
        if (known == null || known.asked() < rate) {
          best = result;
        }
        return true;
      }
      boolean late = result.sendDelayP99() > budgetMicros / 2;
      if (result.saturated() || (!late && attempt + 1 >= ATTEMPTS)) {
        return false;
      }
    }
    return false;
  }

  /** The highest rate that held, or null if none did. */
  @Nullable LoadResult best() {
    return best;
  }

  /** All steps by their rate. */
  List<LoadResult> steps() {
    return steps.stream().sorted((a, b) -> Double.compare(a.asked(), b.asked())).toList();
  }
}
