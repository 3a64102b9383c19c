package io.bartizan.adapters.webflux;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.adapters.CallerKey;
import io.bartizan.adapters.EventLoopContract;
import io.bartizan.adapters.Issued;
import io.bartizan.adapters.LateLimiter;
import io.bartizan.adapters.RawHttp;
import io.bartizan.integrity.jwt.JwtVerifier;
import io.bartizan.integrity.mac.VerifiedWebhook;
import io.bartizan.integrity.mac.WebhookVerifier;
import io.bartizan.ratelimit.AsyncKeyedRateLimiter;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.testkit.DevCertificate;
import io.bartizan.tests.Eventually;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Principal;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ReactorHttpHandlerAdapter;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.adapter.WebHttpHandlerBuilder;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

/** What the filters promise, asked of WebFlux on Reactor Netty by hostile requests. */
class WebFluxIT extends EventLoopContract<WebFilter> {

  private static final Flux<String> ONE = Flux.just("one");

  private final CountDownLatch streamed = new CountDownLatch(3);
  private volatile String thread;
  private DisposableServer server;

  private Mono<ServerResponse> body(ServerRequest request) {
    served.incrementAndGet();
    VerifiedWebhook webhook =
        (VerifiedWebhook) request.exchange().getAttribute(WebhookFilter.WEBHOOK);
    return request
        .bodyToMono(String.class)
        .defaultIfEmpty("")
        .flatMap(
            read ->
                failing
                    ? Mono.error(new IllegalStateException("boom"))
                    : ServerResponse.ok().bodyValue(read + "|" + webhook.text()));
  }

  private Mono<ServerResponse> stream(ServerRequest request) {
    served.incrementAndGet();
    Flux<String> parts =
        failing ? Flux.interval(Duration.ofMillis(20)).onBackpressureDrop().map(i -> "part") : ONE;
    return ServerResponse.ok()
        .contentType(MediaType.TEXT_EVENT_STREAM)
        .body(parts.doOnNext(part -> streamed.countDown()), String.class);
  }

  private Mono<ServerResponse> late(ServerRequest request) {
    served.incrementAndGet();
    return Mono.delay(Duration.ofMillis(20))
        .flatMap(now -> failing ? ServerResponse.status(500).build() : ServerResponse.ok().build());
  }

  private Mono<ServerResponse> root(ServerRequest request) {
    served.incrementAndGet();
    thread = Thread.currentThread().getName();
    peer = request.exchange().getAttributes().get(PeerIdentityFilter.PEER);
    return request
        .exchange()
        .getPrincipal()
        .map(Principal::getName)
        .defaultIfEmpty("nobody")
        .flatMap(name -> ServerResponse.ok().bodyValue(name));
  }

  @Override
  protected int start(DevCertificate own, List<WebFilter> filters) throws Exception {
    HttpServer http = HttpServer.create();
    if (own != null) {
      SslContext context =
          SslContextBuilder.forServer(own.privateKey(), own.certificate())
              .trustManager(ca.certificate())
              .clientAuth(ClientAuth.OPTIONAL)
              .build();
      http = http.secure(spec -> spec.sslContext(context));
    }
    var routes =
        RouterFunctions.route()
            .POST("/body", this::body)
            .POST("/late", this::late)
            .POST("/stream", this::stream)
            .GET("/", this::root)
            .HEAD("/", this::root)
            .GET("/orders/{id}", this::root)
            .build();
    var handler =
        WebHttpHandlerBuilder.webHandler(RouterFunctions.toWebHandler(routes))
            .filters(all -> all.addAll(filters))
            .build();
    server =
        http.host("127.0.0.1").port(0).handle(new ReactorHttpHandlerAdapter(handler)).bindNow();
    return server.port();
  }

  @Override
  protected void stop() {
    DisposableServer started = server;
    server = null;
    if (started != null) {
      started.disposeNow();
    }
  }

  @Override
  protected WebFilter limit(AsyncKeyedRateLimiter limiter, CallerKey caller) {
    return RateLimitFilter.of(limiter, caller);
  }

  @Override
  protected WebFilter inMemory(KeyedRateLimiter limiter, CallerKey caller) {
    return RateLimitFilter.inMemory(limiter, caller);
  }

  @Override
  protected WebFilter token(JwtVerifier verifier, String... scopes) {
    return BearerTokenFilter.of(verifier, scopes);
  }

  @Override
  protected WebFilter webhook(WebhookVerifier verifier, int maxBytes) {
    return WebhookFilter.of(verifier, maxBytes);
  }

  @Override
  protected WebFilter peerIdentity() {
    return PeerIdentityFilter.of();
  }

  @Override
  protected boolean isOnEventLoop() {
    return Schedulers.isInNonBlockingThread();
  }

  /** The filter stands twice in the chain, as a bean that Spring Security was handed too does. */
  @Test
  void limit_whoseFilterStandsTwice_countsOnce() throws Exception {
    WebFilter limit = twoEach(direct());
    int port = serve(limit, limit);
    assertThat(RawHttp.get(port, "/").field("RateLimit")).isEqualTo("\"api\";r=1;t=1800");
    assertThat(RawHttp.get(port, "/").status()).isEqualTo(200);
    assertThat(RawHttp.get(port, "/").status()).isEqualTo(429);
  }

  @Test
  void limit_thatDecidesLater_goesOnOnAThreadOfReactors() throws Exception {
    int port = serve(RateLimitFilter.of(new LateLimiter(Issued.twoEach()), direct()));
    assertThat(RawHttp.get(port, "/").status()).isEqualTo(200);
    assertThat(thread).startsWith("parallel-");
    assertThat(RawHttp.get(port, "/").status()).isEqualTo(200);
    assertThat(RawHttp.get(port, "/").status()).isEqualTo(429);
    assertThat(served).hasValue(2);
  }

  @Test
  void limit_byPrincipal_countsWhomTheFrameworkAuthenticated() throws Exception {
    KeyedRateLimiter limiter = Issued.twoEach();
    int port =
        serve(
            (exchange, chain) ->
                chain.filter(exchange.mutate().principal(Mono.just(() -> "amy")).build()),
            RateLimitFilter.inMemory(limiter, CallerKey.principal()));
    assertThat(RawHttp.get(port, "/").status()).isEqualTo(200);
    assertThat(limiter.peek("principal=amy").remaining()).isEqualTo(1);
    stop();
    port = serve(twoEach(CallerKey.principal()));
    assertThat(RawHttp.get(port, "/").body()).contains("nobody was authenticated");
  }

  /** What was begun with a 200 and not sent to its end is not handled. */
  @Test
  void webhook_whoseSenderHangsUpWhileItIsAnswered_isAcceptedAgain() throws Exception {
    serve(webhook(Issued.webhooks(), 1000));
    String signature = Issued.signature("{}");
    failing = true;
    RawHttp.hangUpWhen(port, "/stream", "{}", streamed, signature, "Content-Length: 2");
    failing = false;
    Eventually.within(
        Duration.ofSeconds(20),
        () ->
            assertThat(RawHttp.post(port, "/stream", "{}", signature).body()).contains("data:one"));
    Eventually.within(
        Duration.ofSeconds(20),
        () -> assertThat(RawHttp.post(port, "/stream", "{}", signature).status()).isEqualTo(200));
    assertThat(served).hasValue(2);
  }

  /** The page's own lines: what WebFlux finds by a spelling of a path, its filter finds too. */
  @Test
  void filterOfSomePaths_asThePageShowsIt_isPassedByNoSpelling() throws Exception {
    PathPattern orders = PathPatternParser.defaultInstance.parse("/orders/**");
    WebFilter reads = BearerTokenFilter.of(issued.verifier());
    WebFilter onOrders =
        (each, chain) ->
            orders.matches(each.getRequest().getPath().pathWithinApplication())
                ? reads.filter(each, chain)
                : chain.filter(each);
    serve(onOrders);
    for (String path : List.of("/orders/1", "/%6Frders/1", "/orders;a=b/1", "/orders/%31")) {
      assertThat(RawHttp.get(port, path).status()).as(path).isEqualTo(401);
    }
    assertThat(served).hasValue(0);
    assertThat(RawHttp.get(port, "/").status()).isEqualTo(200);
    String good = "Authorization: Bearer " + issued.token("acme", "amy");
    assertThat(RawHttp.get(port, "/%6Frders/1", good).body()).isEqualTo("amy");

    Path root = Path.of(System.getProperty("bartizan.root", ".."));
    assertThat(Files.readString(root.resolve("docs/frameworks/webflux.md")))
        .contains(
            "PathPattern orders = PathPatternParser.defaultInstance.parse(\"/orders/**\");",
            "orders.matches(each.getRequest().getPath().pathWithinApplication())");
  }
}
