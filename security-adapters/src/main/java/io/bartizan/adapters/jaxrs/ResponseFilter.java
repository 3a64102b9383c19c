package io.bartizan.adapters.jaxrs;

import io.bartizan.adapters.answer.Answer;
import io.bartizan.adapters.answer.WebhookGate;
import io.bartizan.integrity.mac.VerifiedWebhook;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.ext.WriterInterceptor;
import jakarta.ws.rs.ext.WriterInterceptorContext;
import java.io.IOException;

/**
 * Tells the limits of a request in its response, and ends the webhook that it was: by the status,
 * and where a body follows a good one, by whether that could be written.
 */
final class ResponseFilter implements ContainerResponseFilter, WriterInterceptor {

  /**
   * The last filter, which sees the final status, and the outermost interceptor. Jersey takes less
   * than 1 for the default.
   */
  static final int PRIORITY = 1;

  /** The request's property with the fields of its limits. */
  static final String LIMITS = "io.bartizan.adapters.limits";

  /** The request's property with a webhook that is not ended. */
  static final String HELD = WebhookFilter.WEBHOOK + ".held";

  private static final int WRITTEN = 200;

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
    if (request.getProperty(HELD) instanceof VerifiedWebhook webhook
        && !isWritten(request, response)) {
      request.removeProperty(HELD);
      WebhookGate.end(webhook, response.getStatus());
    }
  }

  private static boolean isWritten(
      ContainerRequestContext request, ContainerResponseContext response) {
    return response.getStatus() / 100 == 2
        && response.hasEntity()
        && !request.getMethod().equals(HttpMethod.HEAD);
  }

  @Override
  public void aroundWriteTo(WriterInterceptorContext response) throws IOException {
    if (!(response.getProperty(HELD) instanceof VerifiedWebhook webhook)) {
      response.proceed();
      return;
    }
    response.removeProperty(HELD);
    int status = 0;
    try {
      response.proceed();
      status = WRITTEN;
    } finally {
      WebhookGate.end(webhook, status);
    }
  }
}
