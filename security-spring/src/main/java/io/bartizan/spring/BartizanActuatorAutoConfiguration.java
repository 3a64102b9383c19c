package io.bartizan.spring;

import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;

/**
 * Auto-configuration of Spring Boot's health {@code bartizan} and its endpoint {@code bartizan}, in
 * applications that have the actuator.
 */
@AutoConfiguration(
    after = {
      BartizanJwtAutoConfiguration.class,
      BartizanLimitsAutoConfiguration.class,
      BartizanMtlsAutoConfiguration.class,
      BartizanWebhooksAutoConfiguration.class
    })
final class BartizanActuatorAutoConfiguration implements AopInfrastructureBean {

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(CompositeHealthContributor.class)
  @Conditional(ShownHealth.Wanted.class)
  static class HealthInBoot4 implements AopInfrastructureBean {

    @Bean
    HealthContributor bartizanHealthContributor(ListableBeanFactory factory) {
      return HealthOfBoot4.of(Guards.of(factory));
    }
  }

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(name = "org.springframework.boot.actuate.health.CompositeHealthContributor")
  @Conditional(ShownHealth.Wanted.class)
  static class HealthInBoot3 implements AopInfrastructureBean {

    @Bean
    static HealthOfBoot3 bartizanHealthContributor(ListableBeanFactory factory) {
      return new HealthOfBoot3(factory);
    }
  }

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass({Endpoint.class, ConditionalOnAvailableEndpoint.class})
  static class Shown implements AopInfrastructureBean {

    @Bean
    @ConditionalOnAvailableEndpoint(BartizanEndpoint.class)
    BartizanEndpoint bartizanEndpoint(ListableBeanFactory factory) {
      return new BartizanEndpoint(Guards.of(factory));
    }
  }
}
