package io.bartizan.spring;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

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
final class BartizanActuatorAutoConfiguration {

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(CompositeHealthContributor.class)
  @Conditional(OnHealth.class)
  static class HealthInBoot4 {

    @Bean
    HealthContributor bartizanHealthContributor(ListableBeanFactory factory) {
      return HealthOfBoot4.of(Guards.of(factory));
    }
  }

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(name = "org.springframework.boot.actuate.health.CompositeHealthContributor")
  @Conditional(OnHealth.class)
  static class HealthInBoot3 {

    @Bean
    static HealthOfBoot3 bartizanHealthContributor(ListableBeanFactory factory) {
      return new HealthOfBoot3(factory);
    }
  }

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass({Endpoint.class, ConditionalOnAvailableEndpoint.class})
  static class Shown {

    @Bean
    @ConditionalOnAvailableEndpoint(BartizanEndpoint.class)
    BartizanEndpoint bartizanEndpoint(ListableBeanFactory factory) {
      return new BartizanEndpoint(Guards.of(factory));
    }
  }

  /**
   * Whether the application wants this health, by the same two properties as Spring Boot's own
   * condition, whose class was moved between 3.5 and 4.
   */
  static final class OnHealth extends SpringBootCondition {

    static final String ENABLED = "management.health.bartizan.enabled";
    private static final String DEFAULTS = "management.health.defaults.enabled";

    @Override
    public ConditionOutcome getMatchOutcome(
        ConditionContext context, AnnotatedTypeMetadata metadata) {
      Environment environment = context.getEnvironment();
      String property = environment.containsProperty(ENABLED) ? ENABLED : DEFAULTS;
      boolean wanted = environment.getProperty(property, Boolean.class, true);
      return new ConditionOutcome(
          wanted, ConditionMessage.forCondition(property).because(wanted ? "not off" : "off"));
    }
  }
}
