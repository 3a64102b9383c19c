package io.bartizan.spring;

import io.bartizan.core.Health;
import io.bartizan.core.HealthSource;
import java.util.LinkedHashMap;
import java.util.Map;

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
}
