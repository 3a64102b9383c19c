package io.bartizan.spring;

import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.servlet.HandlerExceptionResolver;

/**
 * Auto-configuration of {@link RateLimited} methods, also where nothing is set: an annotation whose
 * limit is missing must fail and not be silent.
 */
@AutoConfiguration(after = BartizanLimitsAutoConfiguration.class)
public final class BartizanMethodsAutoConfiguration implements AopInfrastructureBean {

  BartizanMethodsAutoConfiguration() {}

  @Bean
  static RateLimitedMethods bartizanRateLimitedMethods(
      ObjectProvider<ConfiguredLimits> limits, ObjectProvider<MethodCalls> calls) {
    return new RateLimitedMethods(limits, calls);
  }

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
  @ConditionalOnClass(HandlerExceptionResolver.class)
  static class OfSpringMvc implements AopInfrastructureBean {

    @Bean
    ServletMethodCalls bartizanMethodCalls() {
      return new ServletMethodCalls();
    }
  }

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
  static class OfWebFlux implements AopInfrastructureBean {

    private static final int DISTANCE = 11; // behind the limits on routes

    @Bean
    WebFluxMethodCalls bartizanMethodCalls() {
      return new WebFluxMethodCalls();
    }

    @Bean
    @Conditional(OnSettings.Limits.class)
    MethodsWebFilter bartizanMethodsFilter() {
      return new MethodsWebFilter(SecurityOrder.ON_WEBFLUX + DISTANCE);
    }

    @Bean
    @Conditional(OnSettings.Limits.class)
    static WebFluxRefusals bartizanMethodRefusals() {
      return new WebFluxRefusals();
    }
  }
}
