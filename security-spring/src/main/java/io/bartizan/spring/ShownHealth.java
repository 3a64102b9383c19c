package io.bartizan.spring;

import io.bartizan.core.Health;
import io.bartizan.core.HealthSource;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * The library's health in Spring Boot's words.
 *
 * <p>What is degraded still decides, so it is up, and its details say the rest: a status of its own
 * would be unknown to Spring Boot, and what it came to would depend on the application's order of
 * statuses.
 *
 * @param isDown whether it can't decide
 * @param details state and sentence of the library
 */
record ShownHealth(boolean isDown, Map<String, Object> details) {

  /** What is thrown is told by its class alone, since a message may hold anything. */
  static ShownHealth of(HealthSource source) {
    Health health;
    try {
      health = source.health();
    } catch (RuntimeException e) {
      health = Health.down("health() threw " + e.getClass().getName());
    }
    Map<String, Object> details = new LinkedHashMap<>();
    details.put("state", health.status().name());
    details.put("detail", health.detail());
    return new ShownHealth(health.status() == Health.Status.DOWN, details);
  }

  /** A status that every Spring Boot knows. */
  String status() {
    return isDown ? "DOWN" : "UP";
  }

  /**
   * Whether the application wants this health, by the same two properties as Spring Boot's own
   * condition, whose class was moved between 3.5 and 4.
   */
  static final class Wanted extends SpringBootCondition {

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
