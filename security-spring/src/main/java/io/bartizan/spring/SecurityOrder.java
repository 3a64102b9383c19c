package io.bartizan.spring;

import org.springframework.core.env.Environment;

/** The place of Spring Security among the filters. */
final class SecurityOrder {

  /** Spring Boot's, unless told otherwise. */
  private static final int DEFAULT = -100;

  /** Spring Security's in WebFlux, which no setting moves. */
  static final int ON_WEBFLUX = -100;

  private SecurityOrder() {}

  static int of(Environment environment) {
    return environment.getProperty("spring.security.filter.order", Integer.class, DEFAULT);
  }
}
