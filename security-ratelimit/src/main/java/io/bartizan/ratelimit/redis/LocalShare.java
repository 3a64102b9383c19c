package io.bartizan.ratelimit.redis;

import io.bartizan.ratelimit.Limits;
import io.bartizan.ratelimit.Plan;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** One process' share of the limits of a plan, each made once. */
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
      share =
          Limits.allOf(whole.list().stream().map(limit -> limit.dividedBy(instances)).toList());
      shares.put(whole, share);
    }
    return share;
  }
}
