package io.bartizan.benchmarks;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Measures rows within a time: first each of them once. Then once more those that this left
 * undecided, and those first that are decided soonest, while there is time.
 *
 * @param <T> the rows
 */
final class TwoLooks<T extends TwoLooks.Subject> {
  /** What is looked at. */
  interface Subject {
    void look() throws IOException;

    /**
     * Estimates what a second look takes that decides: zero if the first has decided, next to
     * nothing where the first can't be judged, so that the second one comes first.
     */
    Duration toDecide();

    /** Measures on for at most this time, or not at all if that decides nothing. */
    void lookAgain(Duration most) throws IOException;
  }

  private final Duration whole;
  private final Duration longest;
  private final LongSupplier nanoTime;

  /**
   * Two looks within a time.
   *
   * @param whole the time of all looks; the first ones are made whatever they take
   * @param longest the most that a second look takes
   */
  TwoLooks(Duration whole, Duration longest, LongSupplier nanoTime) {
    this.whole = whole;
    this.longest = longest;
    this.nanoTime = nanoTime;
  }

  /**
   * Looks at each of them, and tells each once: as soon as no look is left for it, or what it
   * failed with.
   */
  void at(List<T> subjects, Consumer<T> looked, BiConsumer<T, Exception> failed) {
    long start = nanoTime.getAsLong();
    List<T> undecided = new ArrayList<>();
    for (T subject : subjects) {
      guarded(
          subject,
          failed,
          () -> {
            subject.look();
            if (subject.toDecide().isZero()) {
              looked.accept(subject);
            } else {
              undecided.add(subject);
            }
          });
    }
    undecided.sort(Comparator.comparing(Subject::toDecide));
    for (T subject : undecided) {
      Duration left = whole.minusNanos(nanoTime.getAsLong() - start);
      guarded(
          subject,
          failed,
          () -> {
            subject.lookAgain(left.compareTo(longest) < 0 ? left : longest);
            looked.accept(subject);
          });
    }
  }

  private interface Step {
    void run() throws IOException;
  }

  private void guarded(T subject, BiConsumer<T, Exception> failed, Step step) {
    try {
      step.run();
    } catch (IOException | RuntimeException e) {
      failed.accept(subject, e);
    }
  }
}
