package io.bartizan.ratelimit.redis;

import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.Limits;
import io.bartizan.ratelimit.Plan;
import io.bartizan.ratelimit.Rate;
import io.bartizan.ratelimit.SlidingWindow;
import io.bartizan.ratelimit.SlidingWindowCounter;
import io.bartizan.ratelimit.TokenBucket;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** One process' share of the limits of a plan: capacities divided and rounded up. */
final class LocalShare implements Plan {

  private static final int MOST_PLANS = 1000;

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
      Rate whole = bucket.refill();
      Rate refill =
          bucket.isStepped()
              ? Rate.per(part(whole.permits()), whole.period())
              : Rate.per(whole.permits(), whole.period().multipliedBy(instances));
      TokenBucket part = Limit.tokenBucket(part(bucket.capacity()), refill);
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

  private long part(long whole) {
    return whole / instances + (whole % instances == 0 ? 0 : 1);
  }
}
