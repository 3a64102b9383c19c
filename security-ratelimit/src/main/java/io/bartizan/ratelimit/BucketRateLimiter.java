package io.bartizan.ratelimit;

/** One subject with one bucket: a class of its own, so that the compiler sees one way only. */
final class BucketRateLimiter extends MemoryRateLimiter {

  BucketRateLimiter(Limits limits, MicroClock clock) {
    super(limits, clock);
  }

  @Override
  public Decision tryAcquire() {
    return tryAcquire(1);
  }

  @Override
  public Decision tryAcquire(long permits) {
    Waiting.check(permits);
    if (cell instanceof BucketCell bucket) {
      long outcome = bucket.take(clock.micros(), permits);
      if (outcome != BucketCell.DEAD) {
        return BucketCell.decision(bucket.limit(), outcome, permits);
      }
    }
    return super.tryAcquire(permits);
  }
}
