package io.bartizan.spring;

import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
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
 * Auto-configuration of webhooks from {@code bartizan.webhooks}: filters of Spring MVC or of
 * WebFlux that verify a sender's signature, refuse replays, and give the handler the verified body.
 *
 * <p>They stand in front of Spring Security, which may read parameters, and behind the limits by
 * address.
 */
@AutoConfiguration
@Conditional(OnSettings.Webhooks.class)
@ConditionalOnWebApplication
@EnableConfigurationProperties(BartizanProperties.class)
@Import({RedisClients.OfSpringData.class, RedisClients.OfLettuce.class})
final class BartizanWebhooksAutoConfiguration implements AopInfrastructureBean {

  private static final int DISTANCE = 5;

  BartizanWebhooksAutoConfiguration() {}

  @Bean
  ConfiguredWebhooks bartizanWebhooks(
      @Qualifier(BartizanProperties.BEAN) BartizanProperties settings,
      Environment environment,
      ConfiguredWebhooks.Base bartizanWebhookBase,
      ObjectProvider<SharedStore> bartizanRedis,
      ObjectProvider<Meters> bartizanMeters) {
    return ConfiguredWebhooks.of(
        settings,
        environment.getProperty("spring.application.name", "application"),
        bartizanWebhookBase.path(),
        bartizanRedis.getIfUnique(),
        bartizanMeters.getIfUnique(() -> Meters.NONE));
  }

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
  static class OfServlets implements AopInfrastructureBean {

    @Bean
    ConfiguredWebhooks.Base bartizanWebhookBase(Environment environment) {
      return ConfiguredWebhooks.Base.of(
          environment, "server.servlet.context-path", "spring.mvc.servlet.path");
    }

    @Bean
    FilterRegistrationBean<WebhookPathFilter> bartizanWebhookFilter(
        ConfiguredWebhooks bartizanWebhooks, Environment environment) {
      return new SecurityOrder.Registration<>(
          new WebhookPathFilter(bartizanWebhooks), SecurityOrder.of(environment) - DISTANCE);
    }
  }

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
  static class OfWebFlux implements AopInfrastructureBean {

    @Bean
    ConfiguredWebhooks.Base bartizanWebhookBase(Environment environment) {
      return ConfiguredWebhooks.Base.of(environment, "spring.webflux.base-path");
    }

    @Bean
    WebhookPathWebFilter bartizanWebhookFilter(ConfiguredWebhooks bartizanWebhooks) {
      return new WebhookPathWebFilter(bartizanWebhooks, SecurityOrder.ON_WEBFLUX - DISTANCE);
    }
  }
}
