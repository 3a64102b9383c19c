package io.bartizan.spring;

/** {@link LimitsContract} in WebFlux on Reactor Netty. */
class WebFluxLimitsIT extends LimitsContract {

  WebFluxLimitsIT() {
    super(Web.WEBFLUX);
  }
}
