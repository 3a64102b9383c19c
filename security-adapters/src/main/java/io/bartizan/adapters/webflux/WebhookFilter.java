package io.bartizan.adapters.webflux;

import io.bartizan.adapters.answer.WebhookGate;
import io.bartizan.core.Checked;
import io.bartizan.integrity.mac.VerifiedWebhook;
import io.bartizan.integrity.mac.WebhookVerifier;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SignalType;
import reactor.core.scheduler.Schedulers;

/**
 * A Spring WebFlux filter that verifies webhooks on the raw bytes of the body, of a bounded length.
 * The handler gets exactly the bytes that were verified.
 *
 * <pre>{@code
 * WebFilter payments = WebhookFilter.of(verifier, 1 << 20);                        // at most 1 MiB
 * VerifiedWebhook event = exchange.getRequiredAttribute(WebhookFilter.WEBHOOK);
 * }</pre>
 *
 * <p>413 for a longer body, declared or not; else {@link WebhookVerifier#status}. What the handler
 * answers with 2xx is {@linkplain VerifiedWebhook#complete completed}; what it answers otherwise,
 * fails, or leaves when its sender hangs up, is {@linkplain VerifiedWebhook#abandon abandoned}, so
 * that the sender's next attempt is accepted. Guards are asked, and long bodies computed, on
 * Reactor's bounded elastic scheduler. Form parameters of the body are not parsed: read the bytes.
 * A signature header that stands twice counts as absent. Thread-safe.
 */
public final class WebhookFilter implements WebFilter {

  /** The exchange's attribute with the {@link VerifiedWebhook}. */
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
  public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
    if (exchange.getAttribute(VERIFIER) == this) {
      return chain.filter(exchange); // the same filter, registered twice
    }
    ExchangeIncoming incoming = new ExchangeIncoming(exchange, Optional.empty());
    return DataBufferUtils.join(exchange.getRequest().getBody(), gate.maxBytes())
        .map(WebhookFilter::bytes)
        .defaultIfEmpty(new byte[0])
        .flatMap(body -> check(body, incoming))
        .onErrorResume(DataBufferLimitException.class, longer -> Mono.just(gate.tooLarge()))
        .flatMap(checked -> goOn(exchange, chain, checked));
  }

  /** To its end, also when the sender hangs up meanwhile: what it accepts then is abandoned. */
  private Mono<Checked<VerifiedWebhook>> check(byte[] body, ExchangeIncoming incoming) {
    return Mono.<Checked<VerifiedWebhook>>create(
            sink ->
                Schedulers.boundedElastic()
                    .schedule(
                        () -> {
                          try {
                            sink.success(gate.check(body, incoming));
                          } catch (RuntimeException | Error e) {
                            sink.error(e);
                          }
                        }))
        .doOnDiscard(
            Checked.Accepted.class,
            accepted -> {
              if (accepted.value() instanceof VerifiedWebhook webhook) {
                ended(webhook::abandon).subscribe();
              }
            });
  }

  private Mono<Void> goOn(
      ServerWebExchange exchange, WebFilterChain chain, Checked<VerifiedWebhook> checked) {
    if (checked instanceof Checked.Rejected<VerifiedWebhook> refused) {
      return Reactive.send(exchange, gate.answer(refused.refusal()));
    }
    VerifiedWebhook webhook = checked.orThrow();
    exchange.getAttributes().put(WEBHOOK, webhook);
    exchange.getAttributes().put(VERIFIER, this);
    WatchedResponse watched = new WatchedResponse(exchange.getResponse());
    ServerWebExchange verified =
        exchange.mutate().request(new VerifiedRequest(exchange, webhook)).response(watched).build();
    return Mono.usingWhen(
        Mono.just(webhook),
        held -> chain.filter(verified),
        held -> ended(() -> WebhookGate.end(held, watched.status())),
        (held, problem) -> ended(held::abandon),
        held -> ended(held::abandon));
  }

  /** A guard on a server takes its time. */
  private static Mono<Void> ended(Runnable ending) {
    return Mono.<Void>fromRunnable(ending).subscribeOn(Schedulers.boundedElastic());
  }

  private static byte[] bytes(DataBuffer buffer) {
    byte[] bytes = new byte[buffer.readableByteCount()];
    buffer.read(bytes);
    DataBufferUtils.release(buffer);
    return bytes;
  }

  /** The verifier's settings, and the longest body. */
  @Override
  public String toString() {
    return "WebhookFilter[" + gate + "]";
  }

  /** The request whose body are the verified bytes. */
  private static final class VerifiedRequest extends ServerHttpRequestDecorator {

    private final Flux<DataBuffer> body;

    VerifiedRequest(ServerWebExchange exchange, VerifiedWebhook webhook) {
      super(exchange.getRequest());
      body =
          Flux.defer(() -> Flux.just(exchange.getResponse().bufferFactory().wrap(webhook.body())));
    }

    @Override
    public Flux<DataBuffer> getBody() {
      return body;
    }
  }

  /** The response, and whether its body was sent to its end: Reactor Netty ends both ways alike. */
  private static final class WatchedResponse extends ServerHttpResponseDecorator {

    private volatile boolean hungUp;

    WatchedResponse(ServerHttpResponse response) {
      super(response);
    }

    /** 0 if nobody was there any more to hear it. */
    int status() {
      @Nullable HttpStatusCode status = getStatusCode();
      return hungUp ? 0 : status == null ? 200 : status.value();
    }

    @Override
    public Mono<Void> writeWith(Publisher<? extends DataBuffer> body) {
      return super.writeWith(
          body instanceof Mono<? extends DataBuffer> one
              ? one.doFinally(this::ended)
              : Flux.from(body).doFinally(this::ended));
    }

    @Override
    public Mono<Void> writeAndFlushWith(Publisher<? extends Publisher<? extends DataBuffer>> body) {
      return super.writeAndFlushWith(Flux.from(body).doFinally(this::ended));
    }

    private void ended(SignalType how) {
      if (how == SignalType.CANCEL) {
        hungUp = true;
      }
    }
  }
}
