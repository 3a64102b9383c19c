package io.bartizan.ratelimit.redis;

import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.Limits;
import io.bartizan.ratelimit.Plan;
import io.bartizan.ratelimit.Rate;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The script's arguments for each of the limits that a plan chooses. */
final class Scripts {

  private static final int MOST_LIMITS = 1000;

  private final Plan plan;
  private final boolean mayLackNames;
  private final Function<Limits, LimitScript> made;
  private final Map<Limits, LimitScript> scripts = new ConcurrentHashMap<>();
  private volatile @Nullable LimitScript last;

  Scripts(Plan plan, boolean mayLackNames, Function<Limits, LimitScript> made) {
    this.plan = plan;
    this.mayLackNames = mayLackNames;
    this.made = made;
    if (plan instanceof Limit || plan instanceof Limits) {
      last = of("any"); // so that limits without names stop the start, not the first check
    }
  }

  /** Some script of the plan's, or one like them where the plan chooses by key. */
  LimitScript any() {
    LimitScript recent = last;
    return recent != null
        ? recent
        : made.apply(
            Limits.allOf(Limit.tokenBucket(1, Rate.per(1, ChronoUnit.SECONDS)).named("warm-up")));
  }

  /** What the names of all keys begin with, as a pattern of Redis. */
  String pattern(String prefix) {
    boolean fixed = plan instanceof Limit || plan instanceof Limits;
    return fixed ? any().keyHead() + "*}" : prefix + ":*:{*}";
  }

  LimitScript of(String key) {
    Limits limits = Objects.requireNonNull(plan.limitsOf(key), "the plan's limits");
    LimitScript recent = last;
    if (recent != null && recent.limits().equals(limits)) {
      return recent;
    }
    LimitScript script = scripts.get(limits);
    if (script == null) {
      if (scripts.size() >= MOST_LIMITS) {
        scripts.clear();
      }
      script = scripts.computeIfAbsent(limits, this::named);
    }
    last = script;
    return script;
  }

  /** All that two limiters on one Redis know of each other is prefix and names. */
  private LimitScript named(Limits limits) {
    for (Limit limit : limits.list()) {
      if (limit.name().equals(Limit.DEFAULT_NAME) && !mayLackNames) {
        throw new IllegalArgumentException(
            "limit \""
                + limit
                + "\" has no name and would count together with all others of this Redis that have"
                + " none; say named(\"...\") or withKeyPrefix(\"...\")");
      }
    }
    return made.apply(limits);
  }
}
