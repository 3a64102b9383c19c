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
 * Auto-configuration of webhooks from {@code bartizan.webhooks}: filters of Spring MVC or of
 * WebFlux that verify a sender's signature, refuse replays, and give the handler the verified body.
 *
 * <p>They stand in front of Spring Security, which may read parameters, and behind the limits by
 * address.
 */
@AutoConfiguration(
    afterName = {
      "org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration",
      "org.springframework.boot.autoconfigure.data.redis.RedisAutoConfiguration"
    })
@Conditional(OnSettings.Webhooks.class)
@ConditionalOnWebApplication
@EnableConfigurationProperties(BartizanProperties.class)
@Import({RedisClients.OfSpringData.class, RedisClients.OfLettuce.class})
final class BartizanWebhooksAutoConfiguration {

  private static final int DISTANCE = 5;

  BartizanWebhooksAutoConfiguration() {}

  @Bean
  ConfiguredWebhooks bartizanWebhooks(
      BartizanProperties settings,
      Environment environment,
      Base base,
      ObjectProvider<SharedStore> redis,
      ObjectProvider<Meters> meters) {
    return ConfiguredWebhooks.of(
        settings,
        environment.getProperty("spring.application.name", "application"),
        base.path(),
        redis.getIfUnique(),
        meters.getIfUnique(() -> Meters.NONE));
  }

  /** What stands in front of the application's paths in requests; empty for nothing. */
  record Base(String path) {
    static Base of(Environment environment, String... properties) {
      StringBuilder path = new StringBuilder();
      for (String property : properties) {
        path.append(environment.getProperty(property, "").replaceAll("/$", ""));
      }
      return new Base(path.toString());
    }
  }

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
  static class OfServlets {

    @Bean
    Base bartizanWebhookBase(Environment environment) {
      return Base.of(environment, "server.servlet.context-path", "spring.mvc.servlet.path");
    }

    @Bean
    FilterRegistrationBean<WebhookPathFilter> bartizanWebhookFilter(
        ConfiguredWebhooks webhooks, Environment environment) {
      FilterRegistrationBean<WebhookPathFilter> bean =
          new FilterRegistrationBean<>(new WebhookPathFilter(webhooks));
      bean.setOrder(SecurityOrder.of(environment) - DISTANCE);
      return bean;
    }
  }

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
  static class OfWebFlux {

    @Bean
    Base bartizanWebhookBase(Environment environment) {
      return Base.of(environment, "spring.webflux.base-path");
    }

    @Bean
    WebhookPathWebFilter bartizanWebhookFilter(ConfiguredWebhooks webhooks) {
      return new WebhookPathWebFilter(webhooks, SecurityOrder.ON_WEBFLUX - DISTANCE);
    }
  }
}
