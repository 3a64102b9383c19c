package io.bartizan.adapters.netty;

import io.bartizan.adapters.answer.WebhookGate;
import io.bartizan.core.Checked;
import io.bartizan.core.Refusal;
import io.bartizan.integrity.mac.MacReason;
import io.bartizan.integrity.mac.VerifiedWebhook;
import io.bartizan.integrity.mac.WebhookVerifier;
import io.netty.util.AttributeKey;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * Verifies webhooks in front of a Netty server's handlers, which then read exactly the bytes that
 * were signed.
 *
 * <pre>{@code
 * Guards guards =
 *     Guards.of(flood).at(request -> request.uri().equals("/payments"),
 *         WebhookGuard.of(webhooks, 1 << 20, workers));
 * VerifiedWebhook event = context.channel().attr(WebhookGuard.WEBHOOK).get();   // in channelRead
 * }</pre>
 *
 * <p>A longer body is 413 and is not read; a refused one has the status of {@link
 * WebhookVerifier#status}. What is answered with 2xx is {@linkplain VerifiedWebhook#complete
 * completed}; what is answered otherwise, or not at all before its sender hangs up, is {@linkplain
 * VerifiedWebhook#abandon abandoned}, so that the sender's next attempt is accepted. A signature
 * header that stands twice counts as absent. Thread-safe.
 */
public final class WebhookGuard extends Guard {

  /**
   * The channel's attribute with the {@link VerifiedWebhook} of its current request; null once the
   * response was written.
   */
  public static final AttributeKey<VerifiedWebhook> WEBHOOK =
      AttributeKey.valueOf("io.bartizan.adapters.webhook");

  private static final Refusal BUSY =
      Refusal.of(
          MacReason.REPLAY_UNDECIDED,
          "the worker took no more work, so nobody looked at the webhook");

  private final WebhookGate gate;
  private final Executor worker;

  private WebhookGuard(WebhookGate gate, Executor worker) {
    this.gate = gate;
    this.worker = worker;
  }

  /**
   * A guard for one sender.
   *
   * @param verifier decides
   * @param maxBytes the longest body, 1 to 67 108 864 (64 MiB)
   * @param worker verifies and asks guards of deliveries, which may wait: never an event loop. If
   *     it takes no more, the sender gets 503
   * @return a guard, thread-safe
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if {@code maxBytes} is out of range
   */
  public static WebhookGuard of(WebhookVerifier verifier, int maxBytes, Executor worker) {
    return new WebhookGuard(
        new WebhookGate(verifier, maxBytes), Objects.requireNonNull(worker, "worker"));
  }

  @Override
  void ask(Exchange exchange) {
    if (exchange.verified().webhookJudge == this) {
      exchange.next();
    } else if (Framing.declaredBytes(exchange.incoming().request()) > gate.maxBytes()) {
      goOn(exchange, gate.tooLarge());
    } else {
      exchange.collect(gate.maxBytes(), body -> verify(exchange, body));
    }
  }

  private void verify(Exchange exchange, byte[] body) {
    ChannelIncoming incoming = exchange.incoming();
    try {
      exchange.await(
          CompletableFuture.supplyAsync(() -> gate.check(body, incoming), worker),
          checked -> goOn(exchange, checked));
    } catch (RejectedExecutionException e) {
      goOn(exchange, Checked.rejected(BUSY));
    }
  }

  private void goOn(Exchange exchange, Checked<VerifiedWebhook> checked) {
    if (checked instanceof Checked.Rejected<VerifiedWebhook> refused) {
      exchange.refuse(gate.answer(refused.refusal()));
      return;
    }
    VerifiedWebhook webhook = checked.orThrow();
    exchange.verified().webhook = webhook;
    exchange.verified().webhookJudge = this;
    exchange.response().atEnd(status -> end(webhook, status));
    exchange.next();
  }

  /** A guard of deliveries on a server takes its time. */
  private void end(VerifiedWebhook webhook, int status) {
    try {
      worker.execute(() -> WebhookGate.end(webhook, status));
    } catch (RejectedExecutionException e) {
      // the lease of the delivery runs out by itself
    }
  }

  /** The verifier's settings, and the longest body. */
  @Override
  public String toString() {
    return "WebhookGuard[" + gate + "]";
  }
}
