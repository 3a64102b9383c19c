package io.bartizan.spring;

import io.bartizan.core.HealthSource;
import io.bartizan.core.SecretBytes;
import io.bartizan.integrity.IntegrityListener;
import io.bartizan.integrity.mac.WebhookFormat;
import io.bartizan.integrity.mac.WebhookScheme;
import io.bartizan.integrity.mac.WebhookVerifier;
import io.bartizan.integrity.replay.DeliveryGuard;
import io.bartizan.integrity.replay.InMemoryReplayGuard;
import io.bartizan.integrity.replay.redis.RedisReplayGuard;
import io.bartizan.spring.BartizanProperties.WebhookSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.core.env.Environment;
import org.springframework.util.unit.DataSize;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/** All webhooks of {@code bartizan.webhooks}; closes what remembers them on Redis. */
final class ConfiguredWebhooks implements AutoCloseable, AopInfrastructureBean {

  /**
   * One sender and the path it calls.
   *
   * @param events remembers what was handled
   */
  record Webhook(
      String name,
      PathPattern path,
      String scheme,
      WebhookVerifier verifier,
      int maxBytes,
      HealthSource events) {

    boolean isShared() {
      return !(events instanceof InMemoryReplayGuard);
    }
  }

  /** What remembers the events, and how it is. */
  private record Memory(DeliveryGuard guard, HealthSource health) {}

  private static final Logger LOG = LoggerFactory.getLogger(ConfiguredWebhooks.class);
  private static final String SCHEMES =
      "\"standard-webhooks\" (Svix too), \"stripe\", \"github\", \"slack\", \"twilio\","
          + " \"twilio-json\", \"hubspot\" and \"square\" are accepted; other providers are"
          + " declared in Java";

  private final List<Webhook> list = new ArrayList<>();
  private final List<Runnable> closers = new ArrayList<>();
  private final PathPatternParser parser = new PathPatternParser();
  private final String application;
  private final String base;
  private final @Nullable SharedStore redis;
  private final Meters meters;

  private ConfiguredWebhooks(
      String application, String base, @Nullable SharedStore redis, Meters meters) {
    this.application = application;
    this.base = base;
    this.redis = redis;
    this.meters = meters;
    parser.setCaseSensitive(false); // no spelling that an application may accept goes unverified
  }

  /**
   * Builds every webhook, or closes what was built and throws.
   *
   * @param base what stands in front of the application's paths, such as {@code /shop}
   */
  static ConfiguredWebhooks of(
      BartizanProperties settings,
      String application,
      String base,
      @Nullable SharedStore redis,
      Meters meters) {
    ConfiguredWebhooks all = new ConfiguredWebhooks(application, base, redis, meters);
    try {
      for (Map.Entry<String, WebhookSettings> each : settings.webhooks().entrySet()) {
        all.add(each.getKey(), each.getValue());
      }
      return all;
    } catch (RuntimeException e) {
      all.close();
      throw e;
    }
  }

  private void add(String name, WebhookSettings settings) {
    String at = "bartizan.webhooks." + name + ".";
    PathPattern path = path(at + "path", settings.path());
    WebhookScheme scheme = scheme(at, settings, base + path.getPatternString());
    DataSize most = settings.maxBody();
    if (most.toBytes() < 1 || most.toBytes() > 64 << 20) {
      throw SettingException.of(at + "max-body", most, "1B to 64MB are accepted");
    }
    Memory events = events(at, name, settings);
    Meters.Pair<IntegrityListener, HealthSource> counted = meters.webhook(name);
    WebhookVerifier.Builder leased =
        SettingException.read(
            at + "lease",
            settings.lease(),
            () ->
                WebhookVerifier.builder(scheme)
                    .withDeliveries(events.guard, settings.lease(), Duration.ofDays(1)));
    WebhookVerifier verifier =
        SettingException.read(
            at + "remember",
            settings.remember(),
            () ->
                leased
                    .withDeliveries(events.guard, settings.lease(), settings.remember())
                    .withListener(counted.listener())
                    .build());
    counted.watch().accept(events.health);
    list.add(
        new Webhook(
            name,
            path,
            String.valueOf(settings.scheme()),
            verifier,
            (int) most.toBytes(),
            events.health));
    LOG.info("webhook {} on {}: {}", name, path, verifier);
  }

  private PathPattern path(String property, @Nullable String text) {
    String path = SettingException.required(property, text, "a path such as /hooks/pay is needed");
    PathPattern pattern = SettingException.read(property, path, () -> parser.parse(path));
    if (!path.startsWith("/") || pattern.hasPatternSyntax()) {
      throw SettingException.of(
          property, path, "a path that begins with / is accepted, and no pattern");
    }
    if (list.stream().anyMatch(each -> each.path.getPatternString().equalsIgnoreCase(path))) {
      throw SettingException.of(property, path, "another webhook has this path; give each its own");
    }
    return pattern;
  }

  private static WebhookScheme scheme(String at, WebhookSettings settings, String received) {
    String name = SettingException.required(at + "scheme", settings.scheme(), SCHEMES);
    if (!AddressSchemes.NAMES.contains(name) && settings.publicAddress() != null) {
      throw SettingException.of(
          at + "public-address",
          settings.publicAddress(),
          "scheme " + name + " signs no address, so that it has no meaning here");
    }
    String text =
        SettingException.required(
            at + "secret", settings.secret(), "the secret that the sender signs with is needed");
    SecretBytes secret = SecretBytes.ofUtf8(text);
    String former = settings.formerSecret();
    WebhookFormat format =
        AddressSchemes.NAMES.contains(name)
            ? AddressSchemes.of(name, at, settings.publicAddress(), received)
            : null;
    WebhookScheme scheme =
        SettingException.read(
            at + "secret", SettingException.NOT_SHOWN, () -> scheme(at, name, format, secret));
    return former == null
        ? scheme
        : SettingException.read(
            at + "former-secret",
            SettingException.NOT_SHOWN,
            () -> scheme(at, name, format, secret, SecretBytes.ofUtf8(former)));
  }

  private static WebhookScheme scheme(
      String at,
      String name,
      @Nullable WebhookFormat format,
      SecretBytes secret,
      SecretBytes... more) {
    if (format != null) {
      return name.equals("hubspot")
          ? WebhookScheme.of(format, secret, more)
          : WebhookScheme.acceptingReplays(format, secret, more); // see events
    }
    return switch (name) {
      case "standard-webhooks", "svix" -> WebhookScheme.standard(secret, more);
      case "stripe" -> WebhookScheme.stripe(secret, more);
      case "slack" -> WebhookScheme.slack(secret, more);
      case "github" -> WebhookScheme.githubAcceptingReplays(secret, more); // see events
      default -> throw SettingException.of(at + "scheme", name, SCHEMES);
    };
  }

  private Memory events(String at, String name, WebhookSettings settings) {
    String store = settings.store();
    if (store != null && !store.equals("memory") && !store.equals("redis")) {
      throw SettingException.of(at + "store", store, "\"memory\" and \"redis\" are accepted");
    }
    RedisReplayGuard onRedis =
        redis == null || "memory".equals(store)
            ? null
            : SettingException.read(
                at + "store",
                store,
                () -> connected(redis, ConfiguredLimits.prefix(application, name) + ":"));
    if (onRedis != null) {
      closers.add(onRedis::close);
      return new Memory(onRedis, onRedis);
    }
    if (store != null && store.equals("redis")) {
      throw SettingException.of(at + "store", store, SharedStore.NONE);
    }
    InMemoryReplayGuard inMemory =
        SettingException.read(
            at + "max-events",
            settings.maxEvents(),
            () -> InMemoryReplayGuard.of(settings.maxEvents()));
    return new Memory(inMemory, inMemory);
  }

  /** Unlike a limit, a memory on Redis has no policy to start on. */
  private static @Nullable RedisReplayGuard connected(SharedStore redis, String prefix) {
    try {
      return redis.events(prefix);
    } catch (SettingException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new IllegalStateException(
          "Redis, where events are remembered, is needed at the start: "
              + e.getMessage()
              + "; \"memory\" needs none, and remembers the events of this process",
          e);
    }
  }

  List<Webhook> list() {
    return List.copyOf(list);
  }

  @Override
  public void close() {
    closers.forEach(Runnable::run); // names no class that an application without Lettuce can't link
  }

  /** What stands in front of the application's paths in requests; empty for nothing. */
  record Base(String path) implements AopInfrastructureBean {
    static Base of(Environment environment, String... properties) {
      StringBuilder path = new StringBuilder();
      for (String property : properties) {
        path.append(environment.getProperty(property, "").replaceAll("/$", ""));
      }
      return new Base(path.toString());
    }
  }
}
