package io.bartizan.adapters.vertx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.adapters.CallerKey;
import io.bartizan.adapters.EventLoopContract;
import io.bartizan.adapters.Issued;
import io.bartizan.adapters.LateLimiter;
import io.bartizan.adapters.RawHttp;
import io.bartizan.integrity.jwt.JwtVerifier;
import io.bartizan.integrity.jwt.VerifiedJwt;
import io.bartizan.integrity.mac.VerifiedWebhook;
import io.bartizan.integrity.mac.WebhookVerifier;
import io.bartizan.ratelimit.AsyncKeyedRateLimiter;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.testkit.DevCertificate;
import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What the handlers promise, asked of Vert.x Web by hostile requests. */
class VertxIT extends EventLoopContract<Handler<RoutingContext>> {

  private final Vertx vertx = Vertx.vertx();
  private volatile boolean onLoop;

  private void body(RoutingContext context) {
    served.incrementAndGet();
    VerifiedWebhook webhook = context.get(WebhookHandler.WEBHOOK);
    if (failing) {
      throw new IllegalStateException("boom");
    }
    String read = new String(webhook.body(), StandardCharsets.UTF_8);
    context.response().end(read + "|" + webhook.text());
  }

  private void late(RoutingContext context) {
    served.incrementAndGet();
    vertx.setTimer(20, id -> context.response().setStatusCode(failing ? 500 : 200).end());
  }

  private void root(RoutingContext context) {
    served.incrementAndGet();
    onLoop = Context.isOnEventLoopThread();
    peer = context.get(PeerIdentityHandler.PEER);
    VerifiedJwt jwt = context.get(BearerTokenHandler.TOKEN);
    context.response().end(jwt == null ? "nobody" : jwt.subject().orElse("?"));
  }

  @Override
  protected int start(DevCertificate own, List<Handler<RoutingContext>> filters) throws Exception {
    HttpServerOptions options = own == null ? new HttpServerOptions() : withTls(own);
    Router router = Router.router(vertx);
    for (Handler<RoutingContext> each : filters) {
      router.route().handler(each);
    }
    router.post("/body").handler(this::body);
    router.post("/late").handler(this::late);
    router.get("/reroute").handler(context -> context.reroute("/"));
    router.post("/echo").handler(BodyHandler.create(false));
    router.post("/echo").handler(context -> context.response().end(context.body().asString()));
    router.route("/").handler(this::root);
    return vertx
        .createHttpServer(options)
        .requestHandler(router)
        .listen(0, "127.0.0.1")
        .toCompletionStage()
        .toCompletableFuture()
        .get(30, TimeUnit.SECONDS)
        .actualPort();
  }

  private HttpServerOptions withTls(DevCertificate own) throws Exception {
    return new HttpServerOptions()
        .setSsl(true)
        .setClientAuth(ClientAuth.REQUEST)
        .setKeyCertOptions(
            new PemKeyCertOptions()
                .addKeyValue(pem("PRIVATE KEY", own.privateKey().getEncoded()))
                .addCertValue(pem("CERTIFICATE", own.certificate().getEncoded())))
        .setTrustOptions(
            new PemTrustOptions().addCertValue(pem("CERTIFICATE", ca.certificate().getEncoded())));
  }

  private static Buffer pem(String kind, byte[] der) {
    return Buffer.buffer(
        "-----BEGIN "
            + kind
            + "-----\n"
            + Base64.getMimeEncoder().encodeToString(der)
            + "\n-----END "
            + kind
            + "-----\n");
  }

  @Override
  protected void stop() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
  }

  @Override
  protected Handler<RoutingContext> limit(AsyncKeyedRateLimiter limiter, CallerKey caller) {
    return RateLimitHandler.of(limiter, caller);
  }

  @Override
  protected Handler<RoutingContext> inMemory(KeyedRateLimiter limiter, CallerKey caller) {
    return RateLimitHandler.inMemory(limiter, caller);
  }

  @Override
  protected Handler<RoutingContext> token(JwtVerifier verifier, String... scopes) {
    return BearerTokenHandler.of(verifier, scopes);
  }

  @Override
  protected Handler<RoutingContext> webhook(WebhookVerifier verifier, int maxBytes) {
    return WebhookHandler.of(verifier, maxBytes);
  }

  @Override
  protected Handler<RoutingContext> peerIdentity() {
    return PeerIdentityHandler.of();
  }

  @Override
  protected boolean isOnEventLoop() {
    return Context.isOnEventLoopThread();
  }

  @Test
  void limit_ofAReroutedRequest_countsOnce() throws Exception {
    int port = serve(twoEach(direct()));
    assertThat(RawHttp.get(port, "/reroute").field("RateLimit")).isEqualTo("\"api\";r=1;t=1800");
    assertThat(RawHttp.get(port, "/reroute").status()).isEqualTo(200);
    assertThat(RawHttp.get(port, "/reroute").status()).isEqualTo(429);
  }

  @Test
  void limit_thatDecidesLater_goesOnOnTheEventLoop_andKeepsTheBody() throws Exception {
    int port = serve(RateLimitHandler.of(new LateLimiter(Issued.twoEach()), direct()));
    assertThat(RawHttp.get(port, "/").status()).isEqualTo(200);
    assertThat(onLoop).isTrue();
    String body = "0123456789".repeat(20_000);
    assertThat(RawHttp.post(port, "/echo", body).body()).isEqualTo(body);
    assertThat(RawHttp.get(port, "/").status()).isEqualTo(429);
  }

  @Test
  void webhook_muchLongerThanAllowed_is413() throws Exception {
    int port = serve(WebhookHandler.of(Issued.webhooks(), 1000));
    String huge = "x".repeat(300_000);
    assertThat(RawHttp.post(port, "/body", huge, Issued.signature(huge)).status()).isEqualTo(413);
    assertThat(served).hasValue(0);
  }

  @Test
  void webhook_declaredTooLong_thatExpects100_is413AndNotAskedForItsBody() throws Exception {
    int port = serve(WebhookHandler.of(Issued.webhooks(), 1000));
    String longer = "x".repeat(1001);
    assertThatThrownBy(() -> RawHttp.postExpecting(port, "/body", longer, Issued.signature(longer)))
        .hasMessageContaining("HTTP/1.1 413");
    assertThat(served).hasValue(0);
  }

  /** As by an application that shows a page of its own when a request takes too long. */
  @Test
  void webhook_thatIsReroutedBeforeItWasVerified_isNotServed() throws Exception {
    Handler<RoutingContext> impatient =
        context -> {
          boolean first = context.get("impatient") == null;
          context.put("impatient", true).next();
          if (first) {
            context.reroute("/");
          }
        };
    int port = serve(impatient, WebhookHandler.of(Issued.webhooks(), 1000));
    assertThat(RawHttp.post(port, "/body", "{}").status()).isEqualTo(400);
    assertThat(served).hasValue(0);
  }
}
