package io.bartizan.spring;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;

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
}
