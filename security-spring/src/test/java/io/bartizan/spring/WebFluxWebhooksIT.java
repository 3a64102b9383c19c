package io.bartizan.spring;

/** {@link WebhooksContract} in WebFlux on Reactor Netty. */
class WebFluxWebhooksIT extends WebhooksContract {

  WebFluxWebhooksIT() {
    super(Web.WEBFLUX);
  }
}
