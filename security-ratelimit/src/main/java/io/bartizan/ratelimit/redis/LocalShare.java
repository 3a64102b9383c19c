package io.bartizan.ratelimit.redis;

import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.Limits;
import io.bartizan.ratelimit.Plan;
import io.bartizan.ratelimit.Rate;
import io.bartizan.ratelimit.SlidingWindow;
import io.bartizan.ratelimit.SlidingWindowCounter;
import io.bartizan.ratelimit.TokenBucket;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** One process' share of the limits of a plan: capacities divided and rounded up. */
final class LocalShare implements Plan {

  private static final int MOST_PLANS = 1000;
  private static final Duration CENTURY = Duration.ofDays(36_525);

  private final Plan plan;
  private final int instances;
  private final Map<Limits, Limits> shares = new ConcurrentHashMap<>();

  LocalShare(Plan plan, int instances) {
    this.plan = plan;
    this.instances = instances;
  }

  @Override
  public Limits limitsOf(String key) {
    Limits whole = plan.limitsOf(key);
    Limits share = shares.get(whole);
    if (share == null) {
      if (shares.size() >= MOST_PLANS) {
        shares.clear();
      }
      share = Limits.allOf(whole.list().stream().map(this::share).toList());
      shares.put(whole, share);
    }
    return share;
  }

  private Limit share(Limit limit) {
    if (limit instanceof TokenBucket bucket) {
      long capacity = part(bucket.capacity());
      Rate whole = bucket.refill();
      Rate refill =
          bucket.isStepped()
              ? Rate.per(part(whole.permits()), whole.period())
              : part(whole, capacity);
      TokenBucket part = Limit.tokenBucket(capacity, refill);
      part = bucket.isStepped() ? part.inSteps() : part;
      long first = Math.min(part.capacity(), bucket.initialPermits() / instances);
      boolean full = bucket.initialPermits() == bucket.capacity();
      return (full ? part : part.startingWith(first)).named(limit.name());
    }
    if (limit instanceof SlidingWindow window) {
      Rate rate = Rate.per(part(window.capacity()), window.window());
      return Limit.slidingWindow(rate).named(limit.name());
    }
    if (limit instanceof SlidingWindowCounter counter) {
      Rate rate = Rate.per(part(counter.capacity()), counter.window());
      return Limit.slidingWindowCounter(rate).named(limit.name());
    }
    String text = limit.toString();
    return Limit.parse(part(limit.capacity()) + text.substring(text.indexOf('/')))
        .named(limit.name());
  }

  /** The rate divided; a bucket that would then fill in more than a century fills in a century. */
  private Rate part(Rate whole, long capacity) {
    Duration period = whole.period().multipliedBy(instances);
    Duration fill = period.dividedBy(whole.permits()).plusNanos(1).multipliedBy(capacity);
    return fill.compareTo(CENTURY) < 0 && period.compareTo(CENTURY) <= 0
        ? Rate.per(whole.permits(), period)
        : Rate.per(capacity, CENTURY);
  }

  private long part(long whole) {
    return whole / instances + (whole % instances == 0 ? 0 : 1);
  }
}
