package io.bartizan.adapters.jaxrs;

import io.bartizan.adapters.answer.Answer;
import io.bartizan.adapters.answer.WebhookGate;
import io.bartizan.core.Checked;
import io.bartizan.integrity.mac.VerifiedWebhook;
import io.bartizan.integrity.mac.WebhookVerifier;
import jakarta.ws.rs.container.ContainerRequestContext;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Optional;

/**
 * A JAX-RS guard that verifies webhooks on the raw bytes of the body, of a bounded length. The
 * resource gets exactly the bytes that were verified.
 *
 * <pre>{@code
 * Guards guards = Guards.of().at(Payments.class, WebhookFilter.of(verifier, 1 << 20));   // at most 1 MiB
 * VerifiedWebhook event = (VerifiedWebhook) request.getProperty(WebhookFilter.WEBHOOK);
 * }</pre>
 *
 * <p>413 for a longer body, declared or not; else {@link WebhookVerifier#status}. What the resource
 * answers with 2xx, also asynchronously, is {@linkplain VerifiedWebhook#complete completed}, and
 * what it answers otherwise or throws is {@linkplain VerifiedWebhook#abandon abandoned}, so that
 * the sender's next attempt is accepted. A signature header that stands twice counts as absent.
 * Thread-safe.
 */
public final class WebhookFilter extends GuardFilter {

  /** The request's property with the {@link VerifiedWebhook}. */
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
  Optional<Answer> guard(ContainerRequestContext request) throws IOException {
    if (request.getProperty(VERIFIER) == this) {
      return Optional.empty();
    }
    Checked<VerifiedWebhook> checked =
        gate.check(request.getLength(), request.getEntityStream(), new ContextIncoming(request));
    if (checked instanceof Checked.Rejected<VerifiedWebhook> refused) {
      return Optional.of(gate.answer(refused.refusal()));
    }
    VerifiedWebhook webhook = checked.orThrow();
    request.setProperty(WEBHOOK, webhook);
    request.setProperty(VERIFIER, this);
    request.setProperty(ResponseFilter.HELD, webhook);
    request.setEntityStream(new ByteArrayInputStream(webhook.body()));
    return Optional.empty();
  }

  /** The verifier's settings, and the longest body. */
  @Override
  public String toString() {
    return "WebhookFilter[" + gate + "]";
  }
}
