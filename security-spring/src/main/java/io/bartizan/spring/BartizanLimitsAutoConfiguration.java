package io.bartizan.spring;

import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.web.server.ConfigurableWebServerFactory;
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
@AutoConfiguration
@Conditional(OnSettings.Limits.class)
@EnableConfigurationProperties(BartizanProperties.class)
@Import({RedisClients.OfSpringData.class, RedisClients.OfLettuce.class})
public final class BartizanLimitsAutoConfiguration implements AopInfrastructureBean {

  private static final int DISTANCE = 10;

  BartizanLimitsAutoConfiguration() {}

  @Bean
  @ConditionalOnWebApplication
  ConfiguredLimits bartizanLimits(
      @Qualifier(BartizanProperties.BEAN) BartizanProperties settings,
      Environment environment,
      Probes bartizanProbes,
      ObjectProvider<SharedStore> bartizanRedis,
      ObjectProvider<Meters> bartizanMeters) {
    return ConfiguredLimits.of(
        settings,
        environment.getProperty("spring.application.name", "application"),
        bartizanProbes,
        bartizanRedis.getIfUnique(),
        bartizanMeters.getIfUnique(() -> Meters.NONE));
  }

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnWebApplication
  @ConditionalOnClass(ConfigurableWebServerFactory.class)
  static class Served implements AopInfrastructureBean {

    @Bean
    LimitKey.ForwardedAddresses bartizanForwardedAddresses(
        @Qualifier(BartizanProperties.BEAN) BartizanProperties settings,
        Environment environment,
        ListableBeanFactory beans) {
      return new LimitKey.ForwardedAddresses(environment, beans, settings);
    }
  }

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
  static class ServletFilters implements AopInfrastructureBean {

    @Bean
    Probes bartizanProbes(Environment environment) {
      return Probes.onOwnPort(environment);
    }

    @Bean
    FilterRegistrationBean<LimitFilter> bartizanLimitsBeforeAuthentication(
        ConfiguredLimits bartizanLimits, Environment environment) {
      return registration(bartizanLimits, false, SecurityOrder.of(environment) - DISTANCE);
    }

    @Bean
    FilterRegistrationBean<LimitFilter> bartizanLimitsAfterAuthentication(
        ConfiguredLimits bartizanLimits, Environment environment) {
      return registration(bartizanLimits, true, SecurityOrder.of(environment) + DISTANCE);
    }

    private static FilterRegistrationBean<LimitFilter> registration(
        ConfiguredLimits limits, boolean after, int order) {
      LimitFilter filter = new LimitFilter(limits.onRoutes(after));
      FilterRegistrationBean<LimitFilter> bean = new SecurityOrder.Registration<>(filter, order);
      bean.setName(after ? "bartizanLimitsAfterAuthentication" : "bartizanLimits");
      bean.setEnabled(!filter.isEmpty());
      return bean;
    }
  }

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
  static class WebFilters implements AopInfrastructureBean {

    @Bean
    Probes bartizanProbes(Environment environment) {
      return Probes.of(environment);
    }

    @Bean
    LimitWebFilter bartizanLimitsBeforeAuthentication(ConfiguredLimits bartizanLimits) {
      return new LimitWebFilter(
          bartizanLimits.onRoutes(false), SecurityOrder.ON_WEBFLUX - DISTANCE);
    }

    @Bean
    LimitWebFilter bartizanLimitsAfterAuthentication(ConfiguredLimits bartizanLimits) {
      return new LimitWebFilter(bartizanLimits.onRoutes(true), SecurityOrder.ON_WEBFLUX + DISTANCE);
    }
  }
}
