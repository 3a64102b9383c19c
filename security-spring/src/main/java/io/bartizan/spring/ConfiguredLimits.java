package io.bartizan.spring;

import io.bartizan.core.HealthSource;
import io.bartizan.core.SafeText;
import io.bartizan.ratelimit.ClientAddress;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.Limits;
import io.bartizan.ratelimit.Plan;
import io.bartizan.ratelimit.RateLimitListener;
import io.bartizan.ratelimit.redis.FailurePolicy;
import io.bartizan.ratelimit.redis.RedisRateLimiter;
import io.bartizan.spring.BartizanProperties.LimitSettings;
import io.bartizan.spring.caller.CallerPlans;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.aop.framework.AopInfrastructureBean;

/** All limits of {@code bartizan.limits}, in their order; closes those on Redis. */
final class ConfiguredLimits implements AutoCloseable, AopInfrastructureBean {

  private static final Logger LOG = LoggerFactory.getLogger(ConfiguredLimits.class);
  private static final String STORES = "\"memory\" and \"redis\" are accepted";

  private final List<ConfiguredLimit> list = new ArrayList<>();
  private final List<Runnable> closers = new ArrayList<>();
  private final String application;
  private final Probes probes;
  private final @Nullable SharedStore redis;
  private final Meters meters;

  private ConfiguredLimits(
      String application, Probes probes, @Nullable SharedStore redis, Meters meters) {
    this.application = application;
    this.probes = probes;
    this.redis = redis;
    this.meters = meters;
  }

  /** Builds every limit, or closes what was built and throws. */
  static ConfiguredLimits of(
      BartizanProperties settings,
      String application,
      Probes probes,
      @Nullable SharedStore redis,
      Meters meters) {
    ConfiguredLimits all = new ConfiguredLimits(application, probes, redis, meters);
    try {
      ClientAddress clients =
          settings.trustedProxies().isEmpty()
              ? ClientAddress.direct()
              : SettingException.read(
                  "bartizan.trusted-proxies",
                  settings.trustedProxies(),
                  () -> ClientAddress.behind(settings.trustedProxies()));
      for (Map.Entry<String, LimitSettings> each : settings.limits().entrySet()) {
        all.add(each.getKey(), each.getValue(), clients);
      }
      return all;
    } catch (RuntimeException e) {
      all.close();
      throw e;
    }
  }

  private void add(String name, LimitSettings settings, ClientAddress clients) {
    String at = "bartizan.limits." + name + ".";
    String text =
        SettingException.required(
            at + "limit", settings.limit(), "a limit such as \"100 burst, 50/s\" is needed");
    Limits limits = SettingException.read(at + "limit", text, () -> named(name, text));
    LimitKey key = LimitKey.parse(at + "key", settings.key(), clients);
    CallerPlans plans = plans(at, name, settings, key, limits);
    Plan plan = plans == null ? limits : plans;
    Routes routes =
        Routes.parse(
            at + "routes", settings.routes(), settings.includeProbes() ? Probes.NONE : probes);
    Meters.Pair<RateLimitListener, HealthSource> counted = meters.limit(name);
    RateLimitListener listener = counted.listener();
    FailurePolicy policy =
        SettingException.read(
            at + "when-redis-fails",
            settings.whenRedisFails(),
            () -> FailurePolicy.parse(settings.whenRedisFails()));
    RedisRateLimiter onRedis = onRedis(at, name, settings, plan, listener, policy);
    KeyedRateLimiter limiter;
    if (onRedis == null) {
      int most = settings.maxKeys();
      limiter =
          SettingException.read(
              at + "max-keys",
              most,
              () -> KeyedRateLimiter.builder(plan, most).withListener(listener).build());
    } else {
      closers.add(onRedis::close);
      limiter = onRedis.blocking();
    }
    counted.watch().accept(onRedis == null ? limiter : onRedis);
    FailurePolicy applied = onRedis == null ? null : policy;
    list.add(new ConfiguredLimit(name, limits, plans, key, routes, limiter, onRedis, applied));
    LOG.info(
        "limit {}: {}{} by {} on routes {}, counted {}",
        name,
        text,
        plans == null ? "" : ", other plans by " + plans + " " + plans.byName(),
        settings.key(),
        routes,
        onRedis == null ? "in memory" : "on Redis");
  }

  /** The plans of a limit that has some; null if all callers have the same. */
  private static @Nullable CallerPlans plans(
      String at, String name, LimitSettings settings, LimitKey key, Limits others) {
    String text = settings.plan();
    if (text == null && settings.plans().isEmpty()) {
      return null;
    }
    String source =
        SettingException.required(
            at + "plan",
            text,
            "is needed for plans: where a caller's plan stands, such as \"claim tier\", or"
                + " \"authority\"");
    if (settings.plans().isEmpty()) {
      throw SettingException.of(
          at + "plans", "", "are needed: a limit for each plan, such as pro: 1000 burst, 100/s");
    }
    if (!key.isAfterAuthentication()) {
      throw SettingException.of(
          at + "plan",
          source,
          "is known of authenticated callers alone: count by \"principal\" or \"claim NAME\", not"
              + " by "
              + key.text());
    }
    Map<String, Limits> byName = new LinkedHashMap<>();
    settings
        .plans()
        .forEach(
            (plan, limit) ->
                byName.put(
                    plan,
                    SettingException.read(
                        at + "plans." + SafeText.of(plan, 100), limit, () -> named(name, limit))));
    return SettingException.read(
        at + "plan", source, () -> CallerPlans.parse(source, others, byName));
  }

  /** Limits whose header fields bear the setting's name where the text gives none. */
  private static Limits named(String name, String text) {
    Limits limits = Limits.parse(text);
    Limit first = limits.list().get(0);
    return limits.list().size() == 1 && first.name().equals(Limit.DEFAULT_NAME)
        ? Limits.allOf(first.named(name))
        : limits;
  }

  private @Nullable RedisRateLimiter onRedis(
      String at,
      String name,
      LimitSettings settings,
      Plan plan,
      RateLimitListener listener,
      FailurePolicy policy) {
    String store = settings.store();
    if (store != null && !store.equals("redis")) {
      if (!store.equals("memory")) {
        throw SettingException.of(at + "store", store, STORES);
      }
      return null;
    }
    RedisRateLimiter.Builder builder = redis == null ? null : redis.builder(plan);
    if (builder == null) {
      if (store != null) {
        throw SettingException.of(at + "store", store, SharedStore.NONE);
      }
      return null;
    }
    RedisRateLimiter.Builder inTime =
        SettingException.read(
            at + "redis-timeout",
            settings.redisTimeout(),
            () -> builder.withTimeout(settings.redisTimeout()));
    return SettingException.read(
        at + "store",
        store,
        () ->
            inTime
                .withFailurePolicy(policy)
                .withKeyPrefix(prefix(application, name))
                .withListener(listener)
                .build());
  }

  /**
   * Services that share a Redis count apart, by the name of the application. Names of which
   * anything is replaced or cut are told apart by a hash of all, so that a/b and a-b never count
   * together.
   */
  static String prefix(String application, String name) {
    String whole = application + ":" + name;
    String plain = whole.replaceAll("[^A-Za-z0-9._:-]", "-");
    boolean same = plain.equals(whole) && plain.length() <= 64;
    return same ? plain : plain.substring(0, Math.min(55, plain.length())) + "-" + hash(whole);
  }

  private static String hash(String text) {
    return String.format(Locale.ROOT, "%08x", text.hashCode());
  }

  /** The limit of a name; null if there is none. */
  @Nullable ConfiguredLimit named(String name) {
    return list.stream().filter(each -> each.name().equals(name)).findFirst().orElse(null);
  }

  List<ConfiguredLimit> list() {
    return List.copyOf(list);
  }

  /** Those on routes that stand on one side of authentication, in their order. */
  List<ConfiguredLimit> onRoutes(boolean afterAuthentication) {
    return list.stream()
        .filter(each -> !each.routes().isMethods())
        .filter(each -> each.key().isAfterAuthentication() == afterAuthentication)
        .toList();
  }

  @Override
  public void close() {
    closers.forEach(Runnable::run); // as in ConfiguredWebhooks
  }
}
