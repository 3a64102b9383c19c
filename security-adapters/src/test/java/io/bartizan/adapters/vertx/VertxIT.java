package io.bartizan.adapters.vertx;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.bartizan.adapters.CallerKey;
import io.bartizan.adapters.Issued;
import io.bartizan.adapters.LateLimiter;
import io.bartizan.adapters.RawHttp;
import io.bartizan.adapters.RawHttp.Reply;
import io.bartizan.integrity.IntegrityListener;
import io.bartizan.integrity.jwt.JwtVerifier;
import io.bartizan.integrity.jwt.VerifiedJwt;
import io.bartizan.integrity.mac.VerifiedWebhook;
import io.bartizan.integrity.replay.InMemoryReplayGuard;
import io.bartizan.mtls.PeerIdentity;
import io.bartizan.ratelimit.ClientAddress;
import io.bartizan.testkit.DevCa;
import io.bartizan.testkit.DevCertificate;
import io.bartizan.tests.Eventually;
import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.SocketFactory;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the handlers promise, asked of Vert.x Web by hostile requests. */
@Timeout(120)
class VertxIT {

  private static final char[] PASSWORD = "changeit".toCharArray();

  private final Issued issued = new Issued();
  private final AtomicInteger served = new AtomicInteger();
  private final DevCa ca = DevCa.of("Test root");
  private final Vertx vertx = Vertx.vertx();
  private volatile boolean failing;
  private volatile PeerIdentity peer;
  private volatile boolean onLoop;
  private HttpServer server;

  private void body(RoutingContext context) {
    served.incrementAndGet();
    VerifiedWebhook webhook = context.get(WebhookHandler.WEBHOOK);
    if (failing) {
      throw new IllegalStateException("boom");
    }
    context.response().end(new String(webhook.body(), StandardCharsets.UTF_8));
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

  @SafeVarargs
  private int serve(Handler<RoutingContext>... inOrder) throws Exception {
    return serve(new HttpServerOptions(), inOrder);
  }

  @CanIgnoreReturnValue
  @SafeVarargs
  private int serve(HttpServerOptions options, Handler<RoutingContext>... inOrder)
      throws Exception {
    Router router = Router.router(vertx);
    for (Handler<RoutingContext> each : inOrder) {
      router.route().handler(each);
    }
    router.post("/body").handler(this::body);
    router.post("/late").handler(this::late);
    router.get("/reroute").handler(context -> context.reroute("/"));
    router.post("/echo").handler(BodyHandler.create(false));
    router.post("/echo").handler(context -> context.response().end(context.body().asString()));
    router.route("/").handler(this::root);
    server =
        vertx
            .createHttpServer(options)
            .requestHandler(router)
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .get(30, TimeUnit.SECONDS);
    return server.actualPort();
  }

  @AfterEach
  void stop() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
  }

  private static RateLimitHandler twoEach(CallerKey caller) {
    return RateLimitHandler.inMemory(Issued.twoEach(), caller);
  }

  private static CallerKey direct() {
    return CallerKey.address(ClientAddress.direct());
  }

  @Test
  void limit_byAddress_refusesTheThirdOfAClientAndNobodyElse() throws Exception {
    ClientAddress clients = ClientAddress.behind(List.of("127.0.0.1", "::1"));
    int port = serve(twoEach(CallerKey.address(clients)));
    Reply first = RawHttp.get(port, "/", "X-Forwarded-For: 203.0.113.7");
    assertThat(first.status()).isEqualTo(200);
    assertThat(first.field("RateLimit")).isEqualTo("\"api\";r=1;t=1800");
    RawHttp.get(port, "/", "x-forwarded-for: 203.0.113.7");
    Reply third = RawHttp.get(port, "/", "X-Forwarded-For: 6.6.6.6, 203.0.113.7");
    assertThat(third.status()).isEqualTo(429);
    assertThat(Integer.parseInt(third.field("Retry-After"))).isBetween(1700, 1800);
    assertThat(third.field("Content-Type")).isEqualTo("application/problem+json");
    assertThat(third.body()).contains("\"violated-policies\":[\"api\"]");
    Reply head =
        RawHttp.send(
            SocketFactory.getDefault(), port, "HEAD /", "", "X-Forwarded-For: 203.0.113.7");
    assertThat(head.status()).isEqualTo(429);
    assertThat(head.body()).isEmpty();
    assertThat(RawHttp.get(port, "/", "X-Forwarded-For: 203.0.113.8").status()).isEqualTo(200);
    assertThat(served).hasValue(3);
  }

  @Test
  void limit_byAddressWithoutAProxy_believesNoForwardingHeader() throws Exception {
    int port = serve(twoEach(direct()));
    List<Integer> statuses = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      statuses.add(
          RawHttp.get(port, "/", "X-Forwarded-For: 10.0.0." + i, "Forwarded: for=10.1.1." + i)
              .status());
    }
    assertThat(statuses.subList(0, 2)).containsOnly(200);
    assertThat(statuses.subList(2, 10)).containsOnly(429);
  }

  @Test
  void limit_ofAReroutedRequest_countsOnce() throws Exception {
    int port = serve(twoEach(direct()));
    assertThat(RawHttp.get(port, "/reroute").field("RateLimit")).isEqualTo("\"api\";r=1;t=1800");
    assertThat(RawHttp.get(port, "/reroute").status()).isEqualTo(200);
    assertThat(RawHttp.get(port, "/reroute").status()).isEqualTo(429);
  }

  @Test
  void limits_ofTwoHandlers_areToldTogether_theTighterFirst() throws Exception {
    int port = serve(RateLimitHandler.inMemory(Issued.nineEach(), direct()), twoEach(direct()));
    Reply reply = RawHttp.get(port, "/");
    assertThat(reply.field("RateLimit")).isEqualTo("\"api\";r=1;t=1800, \"flood\";r=8;t=400");
    assertThat(reply.field("RateLimit-Policy"))
        .isEqualTo("\"api\";q=2;w=3600, \"flood\";q=9;w=3600");
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
  void limit_whereRedisIsAway_is503AndNoQuota() {
    Reply reply =
        Issued.withoutRedis(
            redis -> {
              try {
                return RawHttp.get(serve(RateLimitHandler.of(redis, direct())), "/");
              } catch (Exception e) {
                throw new AssertionError(e);
              }
            });
    assertThat(reply.status()).isEqualTo(503);
    assertThat(Integer.parseInt(reply.field("Retry-After"))).isPositive();
    assertThat(reply.field("RateLimit")).isEmpty();
    assertThat(served).hasValue(0);
  }

  @Test
  void US01_limit_behindTheToken_isNotSpentByStrangers() throws Exception {
    int port = serve(BearerTokenHandler.of(issued.verifier()), twoEach(CallerKey.claim("tenant")));
    String good = issued.token("acme", "amy");
    String forged = good.substring(0, good.length() - 3) + "AAA";
    for (int i = 0; i < 5; i++) {
      assertThat(RawHttp.get(port, "/", "X-Tenant: acme").status()).isEqualTo(401);
      assertThat(RawHttp.get(port, "/", "Authorization: Bearer " + forged).status()).isEqualTo(401);
    }
    Reply victim = RawHttp.get(port, "/", "Authorization: Bearer " + good);
    assertThat(victim.status()).isEqualTo(200);
    assertThat(victim.field("RateLimit")).startsWith("\"api\";r=1;");
    assertThat(victim.body()).isEqualTo("amy");
  }

  @Test
  void US01_limitByTenant_inFrontOfTheToken_servesNobodyAndSaysWhy() throws Exception {
    int port = serve(twoEach(CallerKey.claim("tenant")), BearerTokenHandler.of(issued.verifier()));
    Reply reply = RawHttp.get(port, "/", "Authorization: Bearer " + issued.token("acme", "amy"));
    assertThat(reply.status()).isEqualTo(500);
    assertThat(reply.body()).contains("put the token filter in front of the limit");
    assertThat(served).hasValue(0);
  }

  @Test
  void token_missingTwiceOrOfAnotherScheme_is401WithoutAnError() throws Exception {
    int port = serve(BearerTokenHandler.of(issued.verifier()));
    String good = "Authorization: Bearer " + issued.token("acme", "amy");
    for (List<String> headers :
        List.of(
            List.<String>of(),
            List.of(good, good.replace("Authorization", "authorization")),
            List.of("Authorization: Basic YWxpY2U6cGFzcw=="))) {
      Reply reply = RawHttp.get(port, "/", headers.toArray(new String[0]));
      assertThat(reply.status()).as("%s", headers).isEqualTo(401);
      assertThat(reply.field("WWW-Authenticate")).isEqualTo("Bearer");
    }
    assertThat(RawHttp.get(port, "/", "Authorization: Bearer x.y.z").field("WWW-Authenticate"))
        .isEqualTo("Bearer error=\"invalid_token\"");
    assertThat(served).hasValue(0);
  }

  @Test
  void token_forASingleUse_isVerifiedOnceByTwoHandlers_andLacksAScope() throws Exception {
    JwtVerifier once = issued.verifierBuilder().withSingleUse(InMemoryReplayGuard.of(100)).build();
    int port = serve(BearerTokenHandler.of(once), BearerTokenHandler.of(once, "orders:read"));
    Reply few = RawHttp.get(port, "/", "Authorization: Bearer " + issued.token("acme", "amy"));
    assertThat(few.status()).isEqualTo(403);
    String reads = issued.token("acme", "amy", Map.of("scope", "orders:read"));
    assertThat(RawHttp.get(port, "/", "Authorization: Bearer " + reads).status()).isEqualTo(200);
    assertThat(RawHttp.get(port, "/", "Authorization: Bearer " + reads).status()).isEqualTo(401);
  }

  @Test
  void token_thatNobodyCanJudge_is503() throws Exception {
    Issued.Unreachable away = Issued.Unreachable.issuer();
    int port = serve(BearerTokenHandler.of(away.verifier()));
    Reply reply = RawHttp.get(port, "/", "Authorization: Bearer " + away.token());
    assertThat(reply.status()).isEqualTo(503);
    assertThat(reply.field("Retry-After")).isEqualTo("5");
  }

  @Test
  void webhook_givesTheHandlerTheVerifiedBytes_once() throws Exception {
    int port =
        serve(
            RateLimitHandler.of(new LateLimiter(Issued.nineEach()), direct()),
            WebhookHandler.of(Issued.webhooks(), 1000));
    String body = "{\"note\":\"grüße\\u0000\"}";
    String signature = Issued.signature(body);
    assertThat(RawHttp.post(port, "/body", body, signature).body()).isEqualTo(body);
    Eventually.within(
        Duration.ofSeconds(20),
        () -> {
          Reply again = RawHttp.post(port, "/body", body, signature);
          assertThat(again.status()).isEqualTo(200);
          assertThat(again.body()).isEmpty();
        });
    assertThat(served).hasValue(1);
  }

  @Test
  void webhook_longerThanAllowed_is413_declaredOrChunked() throws Exception {
    int port = serve(WebhookHandler.of(Issued.webhooks(), 1000));
    String fits = "x".repeat(1000);
    String longer = fits + "x";
    assertThat(RawHttp.post(port, "/body", longer, Issued.signature(longer)).status())
        .isEqualTo(413);
    assertThat(RawHttp.postChunked(port, "/body", longer, Issued.signature(longer)).status())
        .isEqualTo(413);
    String huge = "x".repeat(300_000);
    assertThat(RawHttp.post(port, "/body", huge, Issued.signature(huge)).status()).isEqualTo(413);
    assertThat(served).hasValue(0);
    assertThat(RawHttp.postChunked(port, "/body", fits, Issued.signature(fits)).status())
        .isEqualTo(200);
  }

  @Test
  void webhook_unsignedAlteredSignedTwiceOrEmpty_is400() throws Exception {
    int port = serve(WebhookHandler.of(Issued.webhooks(), 1000));
    String signature = Issued.signature("{}");
    assertThat(RawHttp.post(port, "/body", "{}").status()).isEqualTo(400);
    assertThat(RawHttp.post(port, "/body", "{ }", signature).status()).isEqualTo(400);
    assertThat(RawHttp.post(port, "/body", "", signature).status()).isEqualTo(400);
    String other = signature.replace("Stripe-Signature", "stripe-signature");
    assertThat(RawHttp.post(port, "/body", "{}", signature, other).status()).isEqualTo(400);
    assertThat(served).hasValue(0);
    assertThat(RawHttp.post(port, "/body", "{}", signature).status()).isEqualTo(200);
  }

  @Test
  void webhook_thatFailed_isAcceptedAgain() throws Exception {
    int port = serve(WebhookHandler.of(Issued.webhooks(), 1000));
    for (String path : List.of("/body", "/late", "/missing")) {
      String body = "event of " + path;
      String signature = Issued.signature(body);
      failing = true;
      assertThat(RawHttp.post(port, path, body, signature).status()).as(path).isGreaterThan(399);
      failing = false;
      served.set(0);
      Eventually.within(
          Duration.ofSeconds(20), // 503 until the event was abandoned, after the response
          () ->
              assertThat(RawHttp.post(port, "/body", body, signature).body())
                  .as(path)
                  .isEqualTo(body));
      assertThat(served).as(path).hasValue(1);
    }
  }

  @Test
  void webhook_whoseSenderHangsUp_isNotHandledAndComesAgain() throws Exception {
    int port = serve(WebhookHandler.of(Issued.webhooks(), 1000));
    String body = "{\"event\":\"paid\"}";
    String signature = Issued.signature(body);
    RawHttp.hangUp(port, "/body", "{\"event\"", signature, "Content-Length: " + body.length());
    assertThat(RawHttp.post(port, "/body", body, signature).status()).isEqualTo(200);
    assertThat(served).hasValue(1);
  }

  @Test
  void webhook_guards_areAskedOnNoEventLoop() throws Exception {
    List<Boolean> loops = new ArrayList<>();
    var verifier =
        Issued.webhooksHeard(
            new IntegrityListener() {
              @Override
              public void accepted(Kind kind, String name) {
                loops.add(Context.isOnEventLoopThread());
              }
            });
    int port = serve(WebhookHandler.of(verifier, 1000));
    RawHttp.post(port, "/body", "{}", Issued.signature("{}"));
    assertThat(loops).containsExactly(false);
  }

  @Test
  void peer_isHandedOn_andCounted_andBindsTokens() throws Exception {
    DevCertificate own = ca.leaf("server").dns("localhost").forServer().issue();
    DevCertificate pay = ca.leaf("pay").uri("spiffe://prod.example/pay").forClient().issue();
    HttpServerOptions options =
        new HttpServerOptions()
            .setSsl(true)
            .setClientAuth(ClientAuth.REQUEST)
            .setKeyCertOptions(
                new PemKeyCertOptions()
                    .addKeyValue(pem("PRIVATE KEY", own.privateKey().getEncoded()))
                    .addCertValue(pem("CERTIFICATE", own.certificate().getEncoded())))
            .setTrustOptions(
                new PemTrustOptions()
                    .addCertValue(pem("CERTIFICATE", ca.certificate().getEncoded())));
    serve(
        options,
        PeerIdentityHandler.of(),
        twoEach(CallerKey.peer()),
        BearerTokenHandler.of(issued.verifier()));
    byte[] hash = MessageDigest.getInstance("SHA-256").digest(pay.certificate().getEncoded());
    String thumbprint = Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
    String bound = issued.token("acme", "amy", Map.of("cnf", Map.of("x5t#S256", thumbprint)));
    assertThat(tls(pay, "Authorization: Bearer " + bound).status()).isEqualTo(200);
    assertThat(peer.spiffeId()).contains("spiffe://prod.example/pay");
    DevCertificate thief = ca.leaf("thief").dns("thief.example").forClient().issue();
    assertThat(tls(thief, "Authorization: Bearer " + bound).status()).isEqualTo(401);
    assertThat(tls(pay).status()).isEqualTo(401);
    assertThat(tls(pay).status()).isEqualTo(429);
    assertThat(tls(null).status()).isEqualTo(403);
    assertThat(served).hasValue(1);
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

  private Reply tls(DevCertificate client, String... headers) throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(ca.trustStore());
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(client == null ? null : client.keyStore(PASSWORD), PASSWORD);
    context.init(
        client == null ? null : keys.getKeyManagers(),
        trust.getTrustManagers(),
        new SecureRandom());
    return RawHttp.send(context.getSocketFactory(), server.actualPort(), "GET /", "", headers);
  }
}
