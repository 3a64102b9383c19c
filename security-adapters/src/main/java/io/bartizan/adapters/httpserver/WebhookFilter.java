package io.bartizan.adapters.httpserver;

import com.sun.net.httpserver.HttpExchange;
import io.bartizan.adapters.answer.WebhookGate;
import io.bartizan.core.Checked;
import io.bartizan.integrity.mac.VerifiedWebhook;
import io.bartizan.integrity.mac.WebhookVerifier;
import java.io.ByteArrayInputStream;
import java.io.IOException;

/**
 * A filter of the JDK's HttpServer that verifies webhooks on the raw bytes of the body, of a
 * bounded length. The handler gets exactly the bytes that were verified.
 *
 * <pre>{@code
 * context.getFilters().add(WebhookFilter.of(verifier, 1 << 20));   // at most 1 MiB
 * VerifiedWebhook event = (VerifiedWebhook) exchange.getAttribute(WebhookFilter.WEBHOOK);
 * }</pre>
 *
 * <p>413 for a longer body, declared or not; else {@link WebhookVerifier#status}. What the handler
 * has answered with 2xx when it returns is {@linkplain VerifiedWebhook#complete completed}, and
 * what it has not, or throws, is {@linkplain VerifiedWebhook#abandon abandoned}, so that the
 * sender's next attempt is accepted. A signature header that stands twice counts as absent.
 * Thread-safe.
 */
public final class WebhookFilter extends GuardFilter {

  /** The exchange's attribute with the {@link VerifiedWebhook}. */
  public static final String WEBHOOK = "io.bartizan.adapters.webhook";

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
  public void doFilter(HttpExchange exchange, Chain chain) throws IOException {
    if (isLost(exchange)) {
      return;
    }
    Verified verified = Guarded.verified(exchange);
    Checked<VerifiedWebhook> checked =
        gate.check(-1, exchange.getRequestBody(), new ExchangeIncoming(exchange, verified));
    if (checked instanceof Checked.Rejected<VerifiedWebhook> refused) {
      send(exchange, gate.answer(refused.refusal()));
      return;
    }
    VerifiedWebhook webhook = checked.orThrow();
    verified.setAttribute(WEBHOOK, webhook);
    exchange.setStreams(new ByteArrayInputStream(webhook.body()), null);
    boolean returned = false;
    try {
      chain.doFilter(Guarded.with(exchange, verified));
      returned = true;
    } finally {
      WebhookGate.end(webhook, returned ? exchange.getResponseCode() : 0);
    }
  }

  @Override
  public String description() {
    return "webhook, " + gate;
  }
}
