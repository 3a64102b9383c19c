package io.bartizan.spring;

import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.config.annotation.method.configuration.EnableReactiveMethodSecurity;

/** The web frameworks that an application of the tests is written for. */
enum Web {
  MVC("servlet") {
    @Override
    Class<?> application() {
      return Shop.class;
    }
  },
  MVC_ON_JETTY("servlet") {
    @Override
    Class<?> application() {
      return JettyShop.class;
    }
  },
  WEBFLUX("reactive") {
    @Override
    Class<?> application() {
      return ReactiveShop.class;
    }

    @Override
    Class<?> methodSecurity() {
      return ReactiveMethodSecurity.class;
    }
  };

  private final String type;

  Web(String type) {
    this.type = type;
  }

  abstract Class<?> application();

  /**
   * Apart from the application, since it looks at each method of each bean: a quarter of a start.
   */
  Class<?> methodSecurity() {
    return MethodSecurity.class;
  }

  /** As {@code spring.main.web-application-type} names it. */
  String type() {
    return type;
  }

  @EnableMethodSecurity
  static class MethodSecurity {}

  @EnableReactiveMethodSecurity
  static class ReactiveMethodSecurity {}
}
