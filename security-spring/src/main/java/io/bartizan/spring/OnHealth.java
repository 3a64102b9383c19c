package io.bartizan.spring;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Whether the application wants this health, by the same two properties as Spring Boot's own
 * condition, whose class was moved between 3.5 and 4.
 */
final class OnHealth extends SpringBootCondition {

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
