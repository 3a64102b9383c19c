package io.bartizan.adapters.servlet;

import io.bartizan.adapters.answer.WebhookGate;
import io.bartizan.core.Checked;
import io.bartizan.integrity.mac.VerifiedWebhook;
import io.bartizan.integrity.mac.WebhookVerifier;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * A servlet filter that verifies webhooks on the raw bytes of the body, of a bounded length. The
 * servlet gets exactly the bytes that were verified.
 *
 * <pre>{@code
 * Filter payments = WebhookFilter.of(verifier, 1 << 20);                        // at most 1 MiB
 * VerifiedWebhook event = (VerifiedWebhook) request.getAttribute(WebhookFilter.WEBHOOK);
 * }</pre>
 *
 * <p>413 for a longer body, declared or not; else {@link WebhookVerifier#status}. What the servlet
 * answers with 2xx, also asynchronously, is {@linkplain VerifiedWebhook#complete completed}, and
 * what it answers otherwise or throws is {@linkplain VerifiedWebhook#abandon abandoned}, so that
 * the sender's next attempt is accepted. Register it in front of whatever reads parameters: a form
 * that was parsed before has no body left and is refused. A signature header that stands twice
 * counts as absent. Thread-safe.
 */
public final class WebhookFilter extends GuardFilter {

  /** The request's attribute with the {@link VerifiedWebhook}. */
  public static final String WEBHOOK = "io.bartizan.adapters.webhook";

  private static final String VERIFIER = WEBHOOK + ".filter";

  private final WebhookGate gate;

  private WebhookFilter(WebhookGate gate) {
    this.gate = gate;
  }

  /**
   * A filter for one sender.
   *
   * @param verifier decides
   * @param maxBytes the longest body, 1 to 67 108 864 (64 MiB)
   * @return a filter, thread-safe
   * @throws NullPointerException if {@code verifier} is null
   * @throws IllegalArgumentException if {@code maxBytes} is out of range
   */
  public static WebhookFilter of(WebhookVerifier verifier, int maxBytes) {
    return new WebhookFilter(new WebhookGate(verifier, maxBytes));
  }

  @Override
  void guard(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    if (request.getAttribute(VERIFIER) == this
        && request.getAttribute(WEBHOOK) instanceof VerifiedWebhook before) {
      chain.doFilter(WebhookRequest.again(request, before), response);
      return;
    }
    Checked<VerifiedWebhook> checked =
        gate.check(
            request.getContentLengthLong(), request.getInputStream(), new ServletIncoming(request));
    if (checked instanceof Checked.Rejected<VerifiedWebhook> refused) {
      send(response, gate.answer(refused.refusal()));
      return;
    }
    VerifiedWebhook webhook = checked.orThrow();
    request.setAttribute(WEBHOOK, webhook);
    request.setAttribute(VERIFIER, this);
    WebhookRequest verified = WebhookRequest.first(request, response, webhook);
    int status = 0;
    try {
      chain.doFilter(verified, response);
      status = response.getStatus();
    } finally {
      if (status == 0 || !verified.isEndedLater()) {
        WebhookGate.end(webhook, status);
      }
    }
  }

  /** The verifier's settings, and the longest body. */
  @Override
  public String toString() {
    return "WebhookFilter[" + gate + "]";
  }
}
