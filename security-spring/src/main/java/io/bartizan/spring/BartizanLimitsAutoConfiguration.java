package io.bartizan.spring;

import io.lettuce.core.AbstractRedisClient;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * Auto-configuration of rate limits from {@code bartizan.limits}: servlet filters that answer 429,
 * counted in memory or on the Redis of {@code spring.data.redis}.
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
public final class BartizanLimitsAutoConfiguration {

  private static final int DISTANCE = 10;

  BartizanLimitsAutoConfiguration() {}

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(LettuceConnectionFactory.class)
  static class RedisOfSpringData {

    @Bean
    @ConditionalOnMissingBean(SharedStore.class)
    SharedStore bartizanRedis(
        ObjectProvider<AbstractRedisClient> clients,
        ObjectProvider<LettuceConnectionFactory> factories) {
      return new LettuceStore(
          () -> {
            @Nullable AbstractRedisClient own = clients.getIfUnique();
            LettuceConnectionFactory factory = own == null ? factories.getIfUnique() : null;
            return factory == null ? own : factory.getRequiredNativeClient();
          });
    }
  }

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(AbstractRedisClient.class)
  @ConditionalOnMissingClass(
      "org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory")
  static class RedisOfLettuce {

    @Bean
    @ConditionalOnMissingBean(SharedStore.class)
    SharedStore bartizanRedis(ObjectProvider<AbstractRedisClient> clients) {
      return new LettuceStore(clients::getIfUnique);
    }
  }

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
  static class Filters {

    @Bean
    ConfiguredLimits bartizanLimits(
        BartizanProperties settings,
        Environment environment,
        ObjectProvider<SharedStore> redis,
        ObjectProvider<Meters> meters) {
      return ConfiguredLimits.of(
          settings,
          environment.getProperty("spring.application.name", "application"),
          redis.getIfUnique(),
          meters.getIfUnique(() -> Meters.NONE));
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
      List<ConfiguredLimit> here =
          limits.list().stream()
              .filter(each -> !each.routes().isMethods())
              .filter(each -> each.key().isAfterAuthentication() == after)
              .toList();
      LimitFilter filter = new LimitFilter(here);
      FilterRegistrationBean<LimitFilter> bean = new FilterRegistrationBean<>(filter);
      bean.setName(after ? "bartizanLimitsAfterAuthentication" : "bartizanLimits");
      bean.setOrder(order);
      bean.setEnabled(!filter.isEmpty());
      return bean;
    }
  }

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
  static class NoFilters {

    NoFilters() {
      throw SettingException.of(
          "bartizan.limits",
          null,
          "limits are served in servlet applications (Spring MVC) alone, and this one is reactive");
    }
  }
}
