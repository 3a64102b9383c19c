package io.bartizan.ratelimit.redis;

import io.bartizan.core.Ticker;
import io.bartizan.ratelimit.Limits;
import io.bartizan.ratelimit.Plan;
import java.time.InstantSource;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The script's arguments for each of the limits that a plan chooses. */
final class Scripts {

  private static final int MOST_LIMITS = 1000;

  private final Plan plan;
  private final String prefix;
  private final ServerClock clock;
  private final Map<Limits, LimitScript> scripts = new ConcurrentHashMap<>();
  private volatile @Nullable LimitScript last;

  Scripts(Plan plan, String prefix, @Nullable LongSupplier clock) {
    this.plan = plan;
    this.prefix = prefix;
    this.clock = new ServerClock(Ticker.system(), InstantSource.system(), clock);
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
      script = scripts.computeIfAbsent(limits, each -> new LimitScript(each, prefix, clock));
    }
    last = script;
    return script;
  }
}
