package io.bartizan.spring;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.servlet.HandlerExceptionResolver;

/**
 * Auto-configuration of {@link RateLimited} methods, also where nothing is set: an annotation whose
 * limit is missing must fail and not be silent.
 */
@AutoConfiguration(after = BartizanLimitsAutoConfiguration.class)
public final class BartizanMethodsAutoConfiguration {

  BartizanMethodsAutoConfiguration() {}

  @Bean
  static RateLimitedMethods bartizanRateLimitedMethods(
      ObjectProvider<ConfiguredLimits> limits, ObjectProvider<RateLimitedMethods.Answers> answers) {
    return new RateLimitedMethods(limits, answers);
  }

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
  @ConditionalOnClass(HandlerExceptionResolver.class)
  static class Refusals {

    @Bean
    LimitRefusedResolver bartizanRefusals() {
      return new LimitRefusedResolver();
    }
  }
}
