package io.bartizan.adapters.jaxrs;

import io.bartizan.adapters.answer.Answer;
import io.bartizan.adapters.answer.WebhookGate;
import io.bartizan.integrity.mac.VerifiedWebhook;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;

/** Tells the limits of a request in its response, and ends the webhook that it was. */
final class ResponseFilter implements ContainerResponseFilter {

  /** The request's property with the fields of its limits. */
  static final String LIMITS = "io.bartizan.adapters.limits";

  /** The request's property with a webhook that is not ended. */
  static final String HELD = WebhookFilter.WEBHOOK + ".held";

  @Override
  public void filter(ContainerRequestContext request, ContainerResponseContext response) {
    if (request.getProperty(LIMITS) instanceof Answer limits) {
      limits.fields(
          (name, value) -> {
            if (!response.getHeaders().containsKey(name)) {
              response.getHeaders().putSingle(name, value);
            }
          });
    }
    if (request.getProperty(HELD) instanceof VerifiedWebhook webhook) {
      request.removeProperty(HELD);
      WebhookGate.end(webhook, response.getStatus());
    }
  }
}
