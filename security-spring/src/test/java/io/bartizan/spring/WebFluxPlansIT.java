package io.bartizan.spring;

/** {@link PlansContract} in WebFlux on Reactor Netty. */
class WebFluxPlansIT extends PlansContract {

  WebFluxPlansIT() {
    super(Web.WEBFLUX);
  }

  @Override
  Class<?> reports() {
    return ReactiveReports.class;
  }
}
