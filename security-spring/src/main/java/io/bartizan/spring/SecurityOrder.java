package io.bartizan.spring;

import jakarta.servlet.Filter;
import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.core.env.Environment;

/** The place of Spring Security among the filters. */
final class SecurityOrder {

  private static final String PROPERTY = "spring.security.filter.order";

  /** For all that is put around it. */
  private static final int ROOM = 100;

  /** Spring Boot's, unless told otherwise. */
  private static final int DEFAULT = -100;

  /** Spring Security's in WebFlux, which no setting moves. */
  static final int ON_WEBFLUX = -100;

  private SecurityOrder() {}

  static int of(Environment environment) {
    int order = environment.getProperty(PROPERTY, Integer.class, DEFAULT);
    if (order < Integer.MIN_VALUE + ROOM || order > Integer.MAX_VALUE - ROOM) {
      throw SettingException.of(
          PROPERTY,
          order,
          "limits and webhooks stand in front of Spring Security and behind it, which needs room: "
              + (Integer.MIN_VALUE + ROOM)
              + " to "
              + (Integer.MAX_VALUE - ROOM)
              + " are accepted");
    }
    return order;
  }

  /**
   * A servlet filter of the starter at its place. Like the starter's other beans, it says that
   * nobody wraps it in a proxy: Spring need not compare each of its methods with each advice.
   */
  static final class Registration<T extends Filter> extends FilterRegistrationBean<T>
      implements AopInfrastructureBean {

    Registration(T filter, int order) {
      super(filter);
      setOrder(order);
    }
  }
}
