package io.bartizan.adapters.netty;

/** One step of {@link Guards}: a rate limit, a bearer token, a peer identity or a webhook. */
public abstract class Guard {

  Guard() {}

  /** On the event loop: lets the exchange go on, now or later, or refuses it. */
  abstract void ask(Exchange exchange);
}
