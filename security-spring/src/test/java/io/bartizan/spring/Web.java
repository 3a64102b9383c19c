package io.bartizan.spring;

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
  };

  private final String type;

  Web(String type) {
    this.type = type;
  }

  abstract Class<?> application();

  /** As {@code spring.main.web-application-type} names it. */
  String type() {
    return type;
  }
}
