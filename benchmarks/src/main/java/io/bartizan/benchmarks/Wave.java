package io.bartizan.benchmarks;

import java.util.concurrent.CountDownLatch;

/**
 * A number of checks that are in flight together: all are sent, then all are waited for. Both sides
 * of a row pay for the same latch and the same lambdas.
 */
final class Wave {
  static final int SIZE = 512;

  private final CountDownLatch open = new CountDownLatch(SIZE);
  private volatile boolean failed;

  void done(boolean admitted) {
    if (!admitted) {
      failed = true;
    }
    open.countDown();
  }

  int await() throws InterruptedException {
    open.await();
    if (failed) {
      throw new IllegalStateException("a check of the wave was not admitted");
    }
    return SIZE;
  }

  /** The keys of the checks of a wave, in turn; of one thread. */
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
