package io.bartizan.ratelimit;

import org.jspecify.annotations.Nullable;

/**
 * Many keys with one and the same bucket: a class of its own with one place that makes the
 * decision, so that the compiler can do without it.
 */
final class BucketKeyedRateLimiter extends MemoryKeyedRateLimiter {

  private final TokenBucket bucket;
  private final BucketTable table;

  BucketKeyedRateLimiter(BucketTable table, int maxKeys, Overflow policy, MicroClock clock) {
    super(table.bucket(), maxKeys, policy, clock, table);
    this.bucket = table.bucket();
    this.table = table;
  }

  @Override
  public Decision tryAcquire(String key) {
    return tryAcquire(key, 1);
  }

  @Override
  public Decision tryAcquire(String key, long permits) {
    Waiting.check(permits);
    return BucketCell.decision(bucket, outcome(Key.bounded(key), permits), permits);
  }

  private long outcome(String key, long permits) {
    long known = table.take(key, sweptAt(), permits);
    if (known != BucketCell.DEAD) {
      return known;
    }
    Answer<Long> answer = ask(key, bucket.alone(), new Take(permits));
    long outcome = answer.value == null ? ~bucket.full : answer.value;
    return answer.shared ? BucketCell.shared(outcome) : outcome;
  }

  private record Take(long permits) implements OverflowCells.Question<Long> {

    @Override
    public @Nullable Long ask(Cell cell, long now) {
      long outcome = ((BucketCell) cell).take(now, permits);
      return outcome == BucketCell.DEAD ? null : Long.valueOf(outcome);
    }

    @Override
    public long taken(Long outcome) {
      return outcome >= 0 ? permits : 0;
    }
  }
}
