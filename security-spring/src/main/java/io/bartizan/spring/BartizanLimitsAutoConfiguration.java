package io.bartizan.spring;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.cloud.CloudPlatform;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.web.server.ConfigurableWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;

/**
 * Auto-configuration of rate limits from {@code bartizan.limits}: filters that answer 429, of
 * Spring MVC or of WebFlux, counted in memory or on the Redis of {@code spring.data.redis}.
 *
 * <p>Limits by address and by certificate stand in front of Spring Security, limits by principal
 * behind it.
 */
@AutoConfiguration(
    afterName = {
      "org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration",
      "org.springframework.boot.autoconfigure.data.redis.RedisAutoConfiguration"
    })
@Conditional(OnSettings.Limits.class)
@EnableConfigurationProperties(BartizanProperties.class)
@Import({RedisClients.OfSpringData.class, RedisClients.OfLettuce.class})
public final class BartizanLimitsAutoConfiguration {

  private static final int DISTANCE = 10;

  BartizanLimitsAutoConfiguration() {}

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnWebApplication
  static class Counted {

    @Bean
    ConfiguredLimits bartizanLimits(
        BartizanProperties settings,
        Environment environment,
        Probes probes,
        ObjectProvider<SharedStore> redis,
        ObjectProvider<Meters> meters) {
      return ConfiguredLimits.of(
          settings,
          environment.getProperty("spring.application.name", "application"),
          probes,
          redis.getIfUnique(),
          meters.getIfUnique(() -> Meters.NONE));
    }
  }

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnWebApplication
  @ConditionalOnClass(ConfigurableWebServerFactory.class)
  static class Served {

    @Bean
    ForwardedAddresses bartizanForwardedAddresses(
        BartizanProperties settings, Environment environment) {
      return new ForwardedAddresses(environment, settings);
    }
  }

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
  static class ServletFilters {

    @Bean
    Probes bartizanProbes(Environment environment) {
      return Probes.onOwnPort(environment);
    }

    @Bean
    FilterRegistrationBean<LimitFilter> bartizanLimitsBeforeAuthentication(
        ConfiguredLimits limits, Environment environment) {
      return registration(limits, false, SecurityOrder.of(environment) - DISTANCE);
    }

    @Bean
    FilterRegistrationBean<LimitFilter> bartizanLimitsAfterAuthentication(
        ConfiguredLimits limits, Environment environment) {
      return registration(limits, true, SecurityOrder.of(environment) + DISTANCE);
    }

    private static FilterRegistrationBean<LimitFilter> registration(
        ConfiguredLimits limits, boolean after, int order) {
      LimitFilter filter = new LimitFilter(limits.onRoutes(after));
      FilterRegistrationBean<LimitFilter> bean = new FilterRegistrationBean<>(filter);
      bean.setName(after ? "bartizanLimitsAfterAuthentication" : "bartizanLimits");
      bean.setOrder(order);
      bean.setEnabled(!filter.isEmpty());
      return bean;
    }
  }

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
  static class WebFilters {

    @Bean
    Probes bartizanProbes(Environment environment) {
      return Probes.of(environment);
    }

    @Bean
    LimitWebFilter bartizanLimitsBeforeAuthentication(ConfiguredLimits limits) {
      return new LimitWebFilter(limits.onRoutes(false), SecurityOrder.ON_WEBFLUX - DISTANCE);
    }

    @Bean
    LimitWebFilter bartizanLimitsAfterAuthentication(ConfiguredLimits limits) {
      return new LimitWebFilter(limits.onRoutes(true), SecurityOrder.ON_WEBFLUX + DISTANCE);
    }
  }

  /**
   * Sees that a limit by address does not count by what its caller wrote.
   *
   * <p>Where {@code server.forward-headers-strategy} puts the first value of {@code
   * X-Forwarded-For} in the place of the connection's address, a proxy that appends to that header
   * hands on whatever the client put in front: a new address, and so a full bucket, for each
   * request. Tomcat's own valve is not among them: it trusts private addresses alone and reads from
   * the end.
   */
  static final class ForwardedAddresses
      implements WebServerFactoryCustomizer<ConfigurableWebServerFactory> {

    private static final Logger LOG = LoggerFactory.getLogger(ForwardedAddresses.class);
    private static final String STRATEGY = "server.forward-headers-strategy";

    private final Environment environment;
    private final List<String> trusted;
    private final List<String> limits;

    /**
     * Looks at the server before it starts.
     *
     * @param settings with limits, of which those by address matter, and trusted proxies
     */
    ForwardedAddresses(Environment environment, BartizanProperties settings) {
      this.environment = environment;
      trusted = settings.trustedProxies();
      limits =
          settings.limits().entrySet().stream()
              .filter(each -> each.getValue().key().contains("address"))
              .map(Map.Entry::getKey)
              .toList();
    }

    @Override
    public void customize(ConfigurableWebServerFactory factory) {
      String why = limits.isEmpty() ? null : believed(factory);
      if (why == null) {
        return;
      }
      if (!trusted.isEmpty()) {
        throw SettingException.of(
            "bartizan.trusted-proxies",
            trusted,
            "is not asked, since "
                + why
                + " puts the first value of X-Forwarded-For in the place of each client's address,"
                + " and any client can write it: set "
                + STRATEGY
                + " to none (on Tomcat also native is accepted), or let the proxy overwrite the header"
                + " and remove bartizan.trusted-proxies");
      }
      LOG.warn(
          "limits {} count by the first value of X-Forwarded-For, since {} puts it in the place of"
              + " each client's address. A client that writes the header escapes them, unless the"
              + " proxy overwrites it. Otherwise set {} to none and bartizan.trusted-proxies to the"
              + " proxies' addresses",
          limits,
          why,
          STRATEGY);
    }

    /** What believes the header's first value; null if nothing does. */
    private @Nullable String believed(ConfigurableWebServerFactory factory) {
      String strategy = environment.getProperty(STRATEGY, "").trim().toLowerCase(Locale.ROOT);
      if (strategy.equals("framework")) {
        return STRATEGY + "=framework";
      }
      CloudPlatform platform = strategy.isEmpty() ? CloudPlatform.getActive(environment) : null;
      boolean isNative =
          strategy.equals("native") || (platform != null && platform.isUsingForwardHeaders());
      if (!isNative || isTomcat(factory)) {
        return null;
      }
      return platform == null ? STRATEGY + "=native" : "Spring Boot's default on " + platform;
    }

    /** By name, since Spring Boot 4 has moved the type. */
    private static boolean isTomcat(ConfigurableWebServerFactory factory) {
      return ClassUtils.getAllInterfacesForClassAsSet(factory.getClass()).stream()
          .anyMatch(each -> each.getSimpleName().equals("ConfigurableTomcatWebServerFactory"));
    }
  }
}
