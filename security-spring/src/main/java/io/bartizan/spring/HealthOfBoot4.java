package io.bartizan.spring;

import io.bartizan.core.HealthSource;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.health.contributor.HealthIndicator;

/** The library's health as Spring Boot 4 asks for it. */
final class HealthOfBoot4 {

  private HealthOfBoot4() {}

  static HealthContributor of(Guards guards) {
    return guards.<HealthContributor>tree(
        HealthOfBoot4::indicator, CompositeHealthContributor::fromMap);
  }

  private static HealthIndicator indicator(HealthSource source) {
    return () -> {
      ShownHealth shown = ShownHealth.of(source);
      return Health.status(shown.status()).withDetails(shown.details()).build();
    };
  }
}
