package io.bartizan.adapters.vertx;

import io.bartizan.adapters.answer.WebhookGate;
import io.bartizan.core.Checked;
import io.bartizan.integrity.mac.VerifiedWebhook;
import io.bartizan.integrity.mac.WebhookVerifier;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import org.jspecify.annotations.Nullable;

/**
 * A Vert.x Web handler that verifies webhooks on the raw bytes of the body, of a bounded length.
 *
 * <pre>{@code
 * router.post("/payments").handler(WebhookHandler.of(verifier, 1 << 20));   // at most 1 MiB
 * VerifiedWebhook event = context.get(WebhookHandler.WEBHOOK);              // in the next handler
 * }</pre>
 *
 * <p>It reads the body itself: put no {@code BodyHandler} on its route, and read the verified bytes
 * from {@link VerifiedWebhook#body()}. 413 for a longer body, declared or not; else {@link
 * WebhookVerifier#status}. What is answered with 2xx is {@linkplain VerifiedWebhook#complete
 * completed}; what is answered otherwise, or not at all before its sender hangs up, is {@linkplain
 * VerifiedWebhook#abandon abandoned}, so that the sender's next attempt is accepted. Verification
 * and guards run on Vert.x' worker threads. A signature header that stands twice counts as absent.
 * Thread-safe.
 */
public final class WebhookHandler implements Handler<RoutingContext> {

  /** The key of {@link RoutingContext#get} with the {@link VerifiedWebhook}. */
  public static final String WEBHOOK = "io.bartizan.adapters.webhook";

  private static final String VERIFIER = WEBHOOK + ".handler";

  private final WebhookGate gate;

  private WebhookHandler(WebhookGate gate) {
    this.gate = gate;
  }

  /**
   * A handler for one sender.
   *
   * @param verifier decides
   * @param maxBytes the longest body, 1 to 67 108 864 (64 MiB)
   * @return a handler, thread-safe
   * @throws NullPointerException if {@code verifier} is null
   * @throws IllegalArgumentException if {@code maxBytes} is out of range
   */
  public static WebhookHandler of(WebhookVerifier verifier, int maxBytes) {
    return new WebhookHandler(new WebhookGate(verifier, maxBytes));
  }

  @Override
  public void handle(RoutingContext context) {
    if (context.get(VERIFIER) == this) {
      context.next(); // rerouted
      return;
    }
    HttpServerRequest request = context.request();
    Buffer body = Buffer.buffer();
    request.handler(
        part -> {
          // one byte more than is allowed shows that there is more; the rest is not kept
          int room = gate.maxBytes() + 1 - body.length();
          body.appendBuffer(part, 0, Math.min(part.length(), Math.max(0, room)));
          if (body.length() > gate.maxBytes()) {
            goOn(context, gate.tooLarge());
          }
        });
    request.endHandler(
        end -> {
          if (body.length() <= gate.maxBytes()) {
            verify(context, body.getBytes());
          }
        });
    if (isAwaited(request)) {
      if (declared(request) > gate.maxBytes()) {
        goOn(context, gate.tooLarge());
      } else {
        Responses.writeContinue(context.response());
      }
    }
    request.resume();
  }

  /** Whether the sender waits to be asked for the body, which Vert.x leaves to who reads it. */
  private static boolean isAwaited(HttpServerRequest request) {
    return request.version() != HttpVersion.HTTP_1_0
        && request.headers().contains(HttpHeaders.EXPECT, HttpHeaders.CONTINUE, true);
  }

  private static long declared(HttpServerRequest request) {
    @Nullable String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    try {
      return length == null ? 0 : Long.parseLong(length);
    } catch (NumberFormatException e) {
      return 0; // counted when it comes
    }
  }

  private void verify(RoutingContext context, byte[] body) {
    context
        .vertx()
        .executeBlocking(() -> gate.check(body, new RoutingIncoming(context)), false)
        .onComplete(checked -> goOn(context, checked), context::fail);
  }

  private void goOn(RoutingContext context, Checked<VerifiedWebhook> checked) {
    if (checked instanceof Checked.Rejected<VerifiedWebhook> refused) {
      Responses.send(context, gate.answer(refused.refusal()));
      return;
    }
    VerifiedWebhook webhook = checked.orThrow();
    if (context.response().closed()) {
      end(context, webhook, 0); // the sender has hung up
      return;
    }
    context.put(WEBHOOK, webhook);
    context.put(VERIFIER, this); // not before: whoever reroutes meanwhile is asked again
    context.addEndHandler(
        sent -> end(context, webhook, sent.succeeded() ? context.response().getStatusCode() : 0));
    context.next();
  }

  /** A guard on a server takes its time. */
  private static void end(RoutingContext context, VerifiedWebhook webhook, int status) {
    context
        .vertx()
        .executeBlocking(
            () -> {
              WebhookGate.end(webhook, status);
              return status;
            },
            false)
        .onFailure(context::fail);
  }

  /** The verifier's settings, and the longest body. */
  @Override
  public String toString() {
    return "WebhookHandler[" + gate + "]";
  }
}
