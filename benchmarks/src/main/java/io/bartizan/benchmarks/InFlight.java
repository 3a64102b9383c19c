package io.bartizan.benchmarks;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A number of checks that are in flight all the time: the next leaves when the oldest is answered.
 * One thread sends them. Both sides of a row pay the same for it, and nothing but a wait.
 */
final class InFlight<T> {
  static final int SIZE = 512;

  private final List<@Nullable CompletionStage<T>> ring =
      new ArrayList<>(Collections.nCopies(SIZE, null));
  private final Predicate<T> admitted;
  private int at;

  InFlight(Predicate<T> admitted) {
    this.admitted = admitted;
  }

  /** Waits for the oldest check and takes this one in its place. */
  void add(CompletionStage<T> check) {
    CompletionStage<T> oldest = ring.set(at, check);
    at = (at + 1) % SIZE;
    if (oldest != null && !admitted.test(oldest.toCompletableFuture().join())) {
      throw new IllegalStateException("a check was not admitted");
    }
  }

  /** The keys of the checks, in turn; of one thread. */
  static final class Keys {
    private final String[] names;
    private int at;

    Keys(int count) {
      names = new String[count];
      for (int i = 0; i < count; i++) {
        names[i] = "subject-" + i;
      }
    }

    String get(int check) {
      return names[check % names.length];
    }

    String next() {
      at = at + 1 == names.length ? 0 : at + 1;
      return names[at];
    }

    int count() {
      return names.length;
    }
  }
}
