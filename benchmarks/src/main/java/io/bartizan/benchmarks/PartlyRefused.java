package io.bartizan.benchmarks;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;

/** A limiter where a share of the checks is of keys whose limit is used up. */
final class PartlyRefused implements LoadSubject.Asked {
  private static final int MOST_REFUSED_KEYS = 1_000;

  private final LoadSubject.Asked passing;
  private final LoadSubject.Asked refusing;
  private final int refusedKeys;
  private final double share;

  private PartlyRefused(
      LoadSubject.Asked passing, LoadSubject.Asked refusing, int refusedKeys, double share) {
    this.passing = passing;
    this.refusing = refusing;
    this.refusedKeys = refusedKeys;
    this.share = share;
  }

  /**
   * Uses up the limits first.
   *
   * @param refusing allows the first check of a key at most
   */
  static PartlyRefused of(
      LoadSubject.Asked passing, LoadSubject.Asked refusing, int keys, double share) {
    int refusedKeys = Math.min(keys, MOST_REFUSED_KEYS);
    CompletableFuture<?>[] first = new CompletableFuture<?>[refusedKeys];
    for (int i = 0; i < refusedKeys; i++) {
      first[i] = refusing.check(i).toCompletableFuture();
    }
    CompletableFuture.allOf(first).join();
    return new PartlyRefused(passing, refusing, refusedKeys, share);
  }

  @Override
  public CompletionStage<Boolean> check(int key) {
    return ThreadLocalRandom.current().nextDouble() < share
        ? refusing.check(key % refusedKeys)
        : passing.check(key);
  }

  @Override
  public void close() {
    passing.close();
    refusing.close();
  }
}
