package io.bartizan.adapters.webflux;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.bartizan.adapters.CallerKey;
import io.bartizan.adapters.Issued;
import io.bartizan.adapters.LateLimiter;
import io.bartizan.adapters.RawHttp;
import io.bartizan.adapters.RawHttp.Reply;
import io.bartizan.integrity.IntegrityListener;
import io.bartizan.integrity.jwt.JwtVerifier;
import io.bartizan.integrity.mac.VerifiedWebhook;
import io.bartizan.integrity.replay.InMemoryReplayGuard;
import io.bartizan.mtls.PeerIdentity;
import io.bartizan.ratelimit.ClientAddress;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.testkit.DevCa;
import io.bartizan.testkit.DevCertificate;
import io.bartizan.tests.Eventually;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.security.MessageDigest;
import java.security.Principal;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.http.server.reactive.ReactorHttpHandlerAdapter;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.adapter.WebHttpHandlerBuilder;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

/** What the filters promise, asked of WebFlux on Reactor Netty by hostile requests. */
@Timeout(120)
class WebFluxIT {

  private static final char[] PASSWORD = "changeit".toCharArray();

  private final Issued issued = new Issued();
  private final AtomicInteger served = new AtomicInteger();
  private final DevCa ca = DevCa.of("Test root");
  private volatile boolean failing;
  private volatile Object peer;
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

  private int serve(WebFilter... filters) {
    return serve(HttpServer.create(), filters);
  }

  @CanIgnoreReturnValue
  private int serve(HttpServer http, WebFilter... filters) {
    var routes =
        RouterFunctions.route()
            .POST("/body", this::body)
            .POST("/late", this::late)
            .GET("/", this::root)
            .HEAD("/", this::root)
            .build();
    var handler =
        WebHttpHandlerBuilder.webHandler(RouterFunctions.toWebHandler(routes))
            .filters(all -> all.addAll(List.of(filters)))
            .build();
    server =
        http.host("127.0.0.1").port(0).handle(new ReactorHttpHandlerAdapter(handler)).bindNow();
    return server.port();
  }

  @AfterEach
  void stop() {
    DisposableServer started = server;
    server = null;
    if (started != null) {
      started.disposeNow();
    }
  }

  private static WebFilter twoEach(CallerKey caller) {
    return RateLimitFilter.inMemory(Issued.twoEach(), caller);
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
    assertThat(third.field("Content-Length")).isEqualTo("" + third.body().length());
    assertThat(third.body()).contains("\"violated-policies\":[\"api\"]");
    Reply head =
        RawHttp.send(
            javax.net.SocketFactory.getDefault(),
            port,
            "HEAD /",
            "",
            "X-Forwarded-For: 203.0.113.7");
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
  void limits_ofTwoFilters_areToldTogether_theTighterFirst() throws Exception {
    int port = serve(RateLimitFilter.inMemory(Issued.nineEach(), direct()), twoEach(direct()));
    Reply reply = RawHttp.get(port, "/");
    assertThat(reply.field("RateLimit")).isEqualTo("\"api\";r=1;t=1800, \"flood\";r=8;t=400");
    assertThat(reply.field("RateLimit-Policy"))
        .isEqualTo("\"api\";q=2;w=3600, \"flood\";q=9;w=3600");
    RawHttp.get(port, "/");
    Reply refused = RawHttp.get(port, "/");
    assertThat(refused.status()).isEqualTo(429);
    assertThat(refused.field("RateLimit")).startsWith("\"api\";r=0;").contains("\"flood\";r=6;");
    assertThat(refused.body()).contains("\"violated-policies\":[\"api\"]");
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
  void limit_whereRedisIsAway_is503AndNoQuota() {
    Reply reply =
        Issued.withoutRedis(
            redis -> {
              try {
                return RawHttp.get(serve(RateLimitFilter.of(redis, direct())), "/");
              } catch (java.io.IOException e) {
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
    int port = serve(BearerTokenFilter.of(issued.verifier()), twoEach(CallerKey.claim("tenant")));
    String good = issued.token("acme", "amy");
    for (int i = 0; i < 5; i++) {
      assertThat(RawHttp.get(port, "/", "X-Tenant: acme").status()).isEqualTo(401);
      String forged = good.substring(0, good.length() - 3) + "AAA";
      assertThat(RawHttp.get(port, "/", "Authorization: Bearer " + forged).status()).isEqualTo(401);
    }
    Reply victim = RawHttp.get(port, "/", "Authorization: Bearer " + good);
    assertThat(victim.status()).isEqualTo(200);
    assertThat(victim.field("RateLimit")).startsWith("\"api\";r=1;");
    assertThat(victim.body()).isEqualTo("amy");
  }

  @Test
  void US01_limitByTenant_inFrontOfTheToken_servesNobodyAndSaysWhy() throws Exception {
    int port = serve(twoEach(CallerKey.claim("tenant")), BearerTokenFilter.of(issued.verifier()));
    Reply reply = RawHttp.get(port, "/", "Authorization: Bearer " + issued.token("acme", "amy"));
    assertThat(reply.status()).isEqualTo(500);
    assertThat(reply.body()).contains("put the token filter in front of the limit");
    assertThat(served).hasValue(0);
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

  @Test
  void token_missingTwiceOrOfAnotherScheme_is401WithoutAnError() throws Exception {
    int port = serve(BearerTokenFilter.of(issued.verifier()));
    String good = "Authorization: Bearer " + issued.token("acme", "amy");
    for (List<String> headers :
        List.of(
            List.<String>of(),
            List.of(good, good),
            List.of(good, good.replace("Authorization", "authorization")),
            List.of("Authorization: "),
            List.of("Authorization: Basic YWxpY2U6cGFzcw=="))) {
      Reply reply = RawHttp.get(port, "/", headers.toArray(new String[0]));
      assertThat(reply.status()).as("%s", headers).isEqualTo(401);
      assertThat(reply.field("WWW-Authenticate")).isEqualTo("Bearer");
    }
    assertThat(RawHttp.get(port, "/", "Authorization: Bearer x.y.z").field("WWW-Authenticate"))
        .isEqualTo("Bearer error=\"invalid_token\"");
    assertThat(served).hasValue(0);
    assertThat(RawHttp.get(port, "/", good).body()).isEqualTo("amy");
  }

  @Test
  void token_forASingleUse_isVerifiedOnceByTwoFilters_andLacksAScope() throws Exception {
    JwtVerifier once = issued.verifierBuilder().withSingleUse(InMemoryReplayGuard.of(100)).build();
    int port = serve(BearerTokenFilter.of(once), BearerTokenFilter.of(once, "orders:read"));
    Reply few = RawHttp.get(port, "/", "Authorization: Bearer " + issued.token("acme", "amy"));
    assertThat(few.status()).isEqualTo(403);
    assertThat(few.field("WWW-Authenticate"))
        .isEqualTo("Bearer error=\"insufficient_scope\", scope=\"orders:read\"");
    String reads = issued.token("acme", "amy", Map.of("scope", "orders:read"));
    assertThat(RawHttp.get(port, "/", "Authorization: Bearer " + reads).status()).isEqualTo(200);
    assertThat(RawHttp.get(port, "/", "Authorization: Bearer " + reads).status()).isEqualTo(401);
  }

  @Test
  void token_thatNobodyCanJudge_is503() throws Exception {
    Issued.Unreachable away = Issued.Unreachable.issuer();
    int port = serve(BearerTokenFilter.of(away.verifier()));
    Reply reply = RawHttp.get(port, "/", "Authorization: Bearer " + away.token());
    assertThat(reply.status()).isEqualTo(503);
    assertThat(reply.field("Retry-After")).isEqualTo("5");
  }

  @Test
  void webhook_givesTheHandlerTheVerifiedBytes_once() throws Exception {
    WebFilter webhooks = WebhookFilter.of(Issued.webhooks(), 1000);
    int port = serve(webhooks, webhooks);
    String body = "{\"note\":\"grüße\\u0000\"}";
    String signature = Issued.signature(body);
    assertThat(RawHttp.post(port, "/body", body, signature).body()).isEqualTo(body + "|" + body);
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
    int port = serve(WebhookFilter.of(Issued.webhooks(), 1000));
    String fits = "x".repeat(1000);
    String longer = fits + "x";
    assertThat(RawHttp.post(port, "/body", longer, Issued.signature(longer)).status())
        .isEqualTo(413);
    assertThat(RawHttp.postChunked(port, "/body", longer, Issued.signature(longer)).status())
        .isEqualTo(413);
    assertThat(served).hasValue(0);
    assertThat(RawHttp.postChunked(port, "/body", fits, Issued.signature(fits)).status())
        .isEqualTo(200);
  }

  @Test
  void webhook_unsignedAlteredSignedTwiceOrEmpty_is400() throws Exception {
    int port = serve(WebhookFilter.of(Issued.webhooks(), 1000));
    String signature = Issued.signature("{}");
    assertThat(RawHttp.post(port, "/body", "{}").status()).isEqualTo(400);
    assertThat(RawHttp.post(port, "/body", "{ }", signature).status()).isEqualTo(400);
    assertThat(RawHttp.post(port, "/body", "", signature).status()).isEqualTo(400);
    assertThat(RawHttp.post(port, "/body", "{}", signature, signature).status()).isEqualTo(400);
    String other = signature.replace("Stripe-Signature", "stripe-signature");
    assertThat(RawHttp.post(port, "/body", "{}", signature, other).status()).isEqualTo(400);
    assertThat(served).hasValue(0);
    assertThat(RawHttp.post(port, "/body", "{}", signature).status()).isEqualTo(200);
  }

  @Test
  void webhook_thatFailed_isAcceptedAgain() throws Exception {
    int port = serve(WebhookFilter.of(Issued.webhooks(), 1000));
    for (String path : List.of("/body", "/late", "/missing")) {
      String body = "event of " + path;
      String signature = Issued.signature(body);
      failing = true;
      assertThat(RawHttp.post(port, path, body, signature).status()).as(path).isGreaterThan(399);
      failing = false;
      served.set(0);
      Eventually.within(
          Duration.ofSeconds(20), // 503 until the filter has ended, after the response
          () ->
              assertThat(RawHttp.post(port, "/body", body, signature).body())
                  .as(path)
                  .isEqualTo(body + "|" + body));
      assertThat(served).as(path).hasValue(1);
    }
  }

  @Test
  void webhook_whoseSenderHangsUp_isNotHandledAndComesAgain() throws Exception {
    int port = serve(WebhookFilter.of(Issued.webhooks(), 1000));
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
                loops.add(Schedulers.isInNonBlockingThread());
              }
            });
    int port = serve(WebhookFilter.of(verifier, 1000));
    RawHttp.post(port, "/body", "{}", Issued.signature("{}"));
    assertThat(loops).containsExactly(false);
  }

  @Test
  void peer_isHandedOn_andCounted_andBindsTokens() throws Exception {
    DevCertificate own = ca.leaf("server").dns("localhost").forServer().issue();
    DevCertificate pay = ca.leaf("pay").uri("spiffe://prod.example/pay").forClient().issue();
    SslContext context =
        SslContextBuilder.forServer(own.privateKey(), own.certificate())
            .trustManager(ca.certificate())
            .clientAuth(ClientAuth.OPTIONAL)
            .build();
    serve(
        HttpServer.create().secure(spec -> spec.sslContext(context)),
        PeerIdentityFilter.of(),
        twoEach(CallerKey.peer()),
        BearerTokenFilter.of(issued.verifier()));
    byte[] hash = MessageDigest.getInstance("SHA-256").digest(pay.certificate().getEncoded());
    String thumbprint = Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
    String bound = issued.token("acme", "amy", Map.of("cnf", Map.of("x5t#S256", thumbprint)));
    assertThat(tls(pay, "Authorization: Bearer " + bound).status()).isEqualTo(200);
    assertThat(((PeerIdentity) peer).spiffeId()).contains("spiffe://prod.example/pay");
    DevCertificate thief = ca.leaf("thief").dns("thief.example").forClient().issue();
    assertThat(tls(thief, "Authorization: Bearer " + bound).status()).isEqualTo(401);
    assertThat(tls(pay).status()).isEqualTo(401);
    assertThat(tls(pay).status()).isEqualTo(429);
    assertThat(tls(null).status()).isEqualTo(403);
    assertThat(served).hasValue(1);
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
    return RawHttp.send(context.getSocketFactory(), server.port(), "GET /", "", headers);
  }
}
