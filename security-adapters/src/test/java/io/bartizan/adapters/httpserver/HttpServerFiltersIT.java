package io.bartizan.adapters.httpserver;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.Authenticator;
import com.sun.net.httpserver.BasicAuthenticator;
import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsServer;
import io.bartizan.adapters.CallerKey;
import io.bartizan.adapters.Issued;
import io.bartizan.adapters.RawHttp;
import io.bartizan.adapters.RawHttp.Reply;
import io.bartizan.adapters.SignedAddresses;
import io.bartizan.integrity.jwt.VerifiedJwt;
import io.bartizan.integrity.mac.VerifiedWebhook;
import io.bartizan.integrity.replay.InMemoryReplayGuard;
import io.bartizan.mtls.ClientTls;
import io.bartizan.mtls.Identity;
import io.bartizan.mtls.PeerIdentity;
import io.bartizan.mtls.PeerPolicy;
import io.bartizan.mtls.ServerTls;
import io.bartizan.mtls.TrustAnchors;
import io.bartizan.ratelimit.ClientAddress;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.testkit.DevCa;
import io.bartizan.testkit.DevCertificate;
import io.bartizan.tests.Eventually;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class HttpServerFiltersIT {

  private static final CallerKey DIRECT = CallerKey.address(ClientAddress.direct());

  private final Issued issued = new Issued();
  private final AtomicInteger served = new AtomicInteger();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private HttpServer server;
  private HttpContext context;
  private volatile boolean failing;
  private volatile CyclicBarrier meeting;
  private volatile boolean https;

  private int serve(Filter... filters) throws IOException {
    return start(HttpServer.create(address(), 0), filters);
  }

  private static InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  private int start(HttpServer created, Filter... filters) {
    server = created;
    server.setExecutor(threads);
    context = server.createContext("/", this::handle);
    context.getFilters().addAll(List.of(filters));
    server.start();
    return server.getAddress().getPort();
  }

  private void handle(HttpExchange exchange) throws IOException {
    served.incrementAndGet();
    https = exchange instanceof HttpsExchange;
    if (failing) {
      throw new IOException("the handler failed");
    }
    if (meeting != null) {
      try {
        meeting.await(30, TimeUnit.SECONDS);
      } catch (Exception e) {
        throw new IOException(e);
      }
    }
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    Object token = exchange.getAttribute(BearerTokenFilter.TOKEN);
    Object peer = exchange.getAttribute(PeerIdentityFilter.PEER);
    Object webhook = exchange.getAttribute(WebhookFilter.WEBHOOK);
    String text =
        body
            + "|"
            + (token instanceof VerifiedJwt jwt ? jwt.subject().orElse("?") : "")
            + "|"
            + (exchange.getPrincipal() == null ? "" : exchange.getPrincipal().getUsername())
            + "|"
            + (peer instanceof PeerIdentity known ? known.spiffeId().orElse("?") : "")
            + "|"
            + (webhook instanceof VerifiedWebhook event ? event.text() : "");
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(200, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private int serveBehind(Authenticator authenticator, Filter... filters) throws IOException {
    int port = serve(filters);
    context.setAuthenticator(authenticator);
    return port;
  }

  private static final Authenticator ANN =
      new BasicAuthenticator("realm") {
        @Override
        public boolean checkCredentials(String user, String password) {
          return user.equals("ann") && password.equals("secret");
        }
      };

  private static final String ANN_SHOWN =
      "Authorization: Basic "
          + Base64.getEncoder().encodeToString("ann:secret".getBytes(StandardCharsets.UTF_8));

  /** The JDK asks it behind all filters, and casts the exchange to a class of its own. */
  @Test
  void limits_inFrontOfAnAuthenticator_countAndAreToldTogether() throws Exception {
    int port =
        serveBehind(
            ANN,
            RateLimitFilter.of(Issued.nineEach(), CallerKey.address(ClientAddress.direct())),
            RateLimitFilter.of(Issued.twoEach(), CallerKey.address(ClientAddress.direct())));
    Reply good = RawHttp.get(port, "/", ANN_SHOWN);
    assertThat(good.status()).isEqualTo(200);
    assertThat(good.body()).isEqualTo("||ann||");
    assertThat(good.field("RateLimit")).startsWith("\"api\";r=1;").contains("\"flood\";r=8;");
    assertThat(RawHttp.get(port, "/").status()).isEqualTo(401);
    assertThat(RawHttp.get(port, "/", ANN_SHOWN).status()).isEqualTo(429);
  }

  @Test
  void otherFilters_inFrontOfAnAuthenticator_sayThatTheyCannotBe() throws Exception {
    for (Filter filter :
        List.of(BearerTokenFilter.of(issued.verifier()), PeerIdentityFilter.of())) {
      int port = serveBehind(ANN, filter);
      Reply refused = RawHttp.get(port, "/", ANN_SHOWN);
      assertThat(refused.status()).isEqualTo(500);
      assertThat(refused.body()).contains("authenticator-behind", "Authenticator");
      server.stop(0);
    }
    assertThat(served).hasValue(0);
  }

  @Test
  void limit_byPrincipal_ofATokenWithoutASubject_countsNobodyTogetherWithOthers() throws Exception {
    int port =
        serve(
            BearerTokenFilter.of(issued.verifier()),
            RateLimitFilter.of(Issued.twoEach(), CallerKey.principal()));
    Reply nameless =
        RawHttp.get(port, "/", "Authorization: Bearer " + issued.tokenWithoutSubject("acme"));
    assertThat(nameless.status()).isEqualTo(403);
    assertThat(nameless.body()).contains("claim-missing", "no name");
  }

  @AfterEach
  void stop() {
    server.stop(0);
    threads.shutdownNow();
  }

  @Test
  void limit_byAddress_refusesTheThirdOfAClientAndNobodyElse() throws Exception {
    ClientAddress clients = ClientAddress.behind(List.of("127.0.0.1", "::1"));
    int port = serve(RateLimitFilter.of(Issued.twoEach(), CallerKey.address(clients)));
    Reply first = RawHttp.get(port, "/", "X-Forwarded-For: 203.0.113.7");
    assertThat(first.status()).isEqualTo(200);
    assertThat(first.field("RateLimit")).isEqualTo("\"api\";r=1;t=1800");
    RawHttp.get(port, "/", "X-Forwarded-For: 203.0.113.7");
    Reply third = RawHttp.get(port, "/", "X-Forwarded-For: 6.6.6.6, 203.0.113.7");
    assertThat(third.status()).isEqualTo(429);
    assertThat(Integer.parseInt(third.field("Retry-After"))).isBetween(1700, 1800);
    assertThat(third.field("Content-Type")).isEqualTo("application/problem+json");
    assertThat(third.body()).contains("\"violated-policies\":[\"api\"]");
    assertThat(RawHttp.get(port, "/", "X-Forwarded-For: 203.0.113.8").status()).isEqualTo(200);
    assertThat(served).hasValue(3);
  }

  @Test
  void limit_byAddressWithoutAProxy_believesNoForwardingHeader() throws Exception {
    KeyedRateLimiter limiter = Issued.twoEach();
    int port = serve(RateLimitFilter.of(limiter, DIRECT));
    RawHttp.get(port, "/", "X-Forwarded-For: 10.0.0.1");
    RawHttp.get(port, "/", "X-Forwarded-For: 10.0.0.2");
    assertThat(RawHttp.get(port, "/", "X-Forwarded-For: 10.0.0.3").status()).isEqualTo(429);
  }

  @Test
  void limits_ofTwoFilters_areToldTogether_theTighterFirst() throws Exception {
    CallerKey caller = CallerKey.address(ClientAddress.direct());
    int port =
        serve(
            RateLimitFilter.of(Issued.twoEach(), caller),
            RateLimitFilter.of(Issued.nineEach(), caller));
    Reply reply = RawHttp.get(port, "/");
    assertThat(reply.field("RateLimit")).isEqualTo("\"api\";r=1;t=1800, \"flood\";r=8;t=400");
    assertThat(reply.field("RateLimit-Policy"))
        .isEqualTo("\"api\";q=2;w=3600, \"flood\";q=9;w=3600");
  }

  @Test
  void limit_refusesAHeadRequestWithoutABody() throws Exception {
    int port = serve(RateLimitFilter.of(Issued.twoEach(), DIRECT));
    RawHttp.get(port, "/");
    RawHttp.get(port, "/");
    Reply head = RawHttp.send(javax.net.SocketFactory.getDefault(), port, "HEAD /", "", "X-Any: 1");
    assertThat(head.status()).isEqualTo(429);
    assertThat(head.field("Retry-After")).isNotEmpty();
    assertThat(head.body()).isEmpty();
  }

  @Test
  void limit_whereRedisIsAway_is503AndNoQuota() throws Exception {
    Reply reply =
        Issued.withoutRedis(
            redis -> {
              try {
                return RawHttp.get(serve(RateLimitFilter.of(redis.blocking(), DIRECT)), "/");
              } catch (IOException e) {
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
    int port =
        serve(
            BearerTokenFilter.of(issued.verifier()),
            RateLimitFilter.of(Issued.twoEach(), CallerKey.claim("tenant")));
    for (int i = 0; i < 5; i++) {
      assertThat(RawHttp.get(port, "/", "X-Api-Key: acme").status()).isEqualTo(401);
      assertThat(RawHttp.get(port, "/", "Authorization: Bearer a.b.c").status()).isEqualTo(401);
    }
    Reply victim = RawHttp.get(port, "/", "Authorization: Bearer " + issued.token("acme", "amy"));
    assertThat(victim.field("RateLimit")).startsWith("\"api\";r=1;");
    assertThat(victim.body()).isEqualTo("|amy|amy||");
    assertThat(https).isFalse();
  }

  @Test
  void US01_limitByTenant_inFrontOfTheToken_servesNobodyAndSaysWhy() throws Exception {
    int port =
        serve(
            RateLimitFilter.of(Issued.twoEach(), CallerKey.subject()),
            BearerTokenFilter.of(issued.verifier()));
    Reply reply = RawHttp.get(port, "/", "Authorization: Bearer " + issued.token("acme", "amy"));
    assertThat(reply.status()).isEqualTo(500);
    assertThat(reply.body()).contains("put the token filter in front of the limit");
    assertThat(served).hasValue(0);
  }

  /** Attributes of the JDK's own exchanges belong to the context: the last request would win. */
  @Test
  void token_ofConcurrentRequests_isEachOnesOwn() throws Exception {
    int port = serve(BearerTokenFilter.of(issued.verifier()));
    meeting = new CyclicBarrier(8);
    List<CompletableFuture<String>> replies =
        java.util.stream.IntStream.range(0, 8)
            .mapToObj(
                i ->
                    CompletableFuture.supplyAsync(
                        () -> {
                          try {
                            String token = issued.token("acme", "user" + i);
                            return RawHttp.get(port, "/", "Authorization: Bearer " + token).body();
                          } catch (IOException e) {
                            throw new AssertionError(e);
                          }
                        },
                        threads))
            .toList();
    for (int i = 0; i < replies.size(); i++) {
      assertThat(replies.get(i).get(30, TimeUnit.SECONDS))
          .isEqualTo("|user" + i + "|user" + i + "||");
    }
    meeting = null;
    assertThat(server.createContext("/other").getAttributes()).isEmpty();
  }

  @Test
  void token_missingDoubledOrEmpty_isAskedFor() throws Exception {
    int port = serve(BearerTokenFilter.of(issued.verifier()));
    String good = "Authorization: Bearer " + issued.token("acme", "amy");
    for (List<String> headers :
        List.of(
            List.<String>of(),
            List.of(good, good),
            List.of("Authorization: "),
            List.of("Authorization: Basic YWxpY2U6cGFzcw=="))) {
      Reply reply = RawHttp.get(port, "/", headers.toArray(new String[0]));
      assertThat(reply.status()).as("%s", headers).isEqualTo(401);
      assertThat(reply.field("WWW-Authenticate")).isEqualTo("Bearer");
    }
    Reply huge = RawHttp.get(port, "/", "Authorization: Bearer " + "x".repeat(20_000));
    assertThat(huge.status()).isEqualTo(401);
    assertThat(huge.field("WWW-Authenticate")).isEqualTo("Bearer error=\"invalid_token\"");
    assertThat(served).hasValue(0);
    assertThat(RawHttp.get(port, "/", good).status()).isEqualTo(200);
  }

  @Test
  void token_withoutAScope_is403_andOneThatNobodyCanJudge503() throws Exception {
    var once = issued.verifierBuilder().withSingleUse(InMemoryReplayGuard.of(100)).build();
    int port = serve(BearerTokenFilter.of(once), BearerTokenFilter.of(once, "orders:read"));
    Reply few = RawHttp.get(port, "/", "Authorization: Bearer " + issued.token("acme", "amy"));
    assertThat(few.status()).isEqualTo(403);
    assertThat(few.field("WWW-Authenticate"))
        .isEqualTo("Bearer error=\"insufficient_scope\", scope=\"orders:read\"");
    String reads = issued.token("acme", "amy", Map.of("scope", "orders:read"));
    assertThat(RawHttp.get(port, "/", "Authorization: Bearer " + reads).status()).isEqualTo(200);
    server.stop(0);
    Issued.Unreachable away = Issued.Unreachable.issuer();
    port = serve(BearerTokenFilter.of(away.verifier()));
    Reply reply = RawHttp.get(port, "/", "Authorization: Bearer " + away.token());
    assertThat(reply.status()).isEqualTo(503);
    assertThat(reply.field("Retry-After")).isEqualTo("5");
  }

  @Test
  void webhook_givesTheHandlerTheVerifiedBytes_once() throws Exception {
    int port = serve(WebhookFilter.of(Issued.webhooks(), 1000));
    String body = "{\"note\":\"grüße\"}";
    String signature = Issued.signature(body);
    assertThat(RawHttp.post(port, "/", body, signature).body()).isEqualTo(body + "||||" + body);
    Eventually.within(
        Duration.ofSeconds(20),
        () -> assertThat(RawHttp.post(port, "/", body, signature).status()).isEqualTo(200));
    assertThat(served).hasValue(1);
    assertThat(RawHttp.post(port, "/", body + " ", signature).status()).isEqualTo(400);
    assertThat(RawHttp.post(port, "/", body, signature, signature).status()).isEqualTo(400);
    String longer = "x".repeat(1001);
    assertThat(RawHttp.post(port, "/", longer, Issued.signature(longer)).status()).isEqualTo(413);
    assertThat(RawHttp.postChunked(port, "/", longer, Issued.signature(longer)).status())
        .isEqualTo(413);
    assertThat(served).hasValue(1);
  }

  @Test
  void webhook_whoseAddressIsSigned_isAcceptedAtThatAddressAlone() throws Exception {
    int port = serve(WebhookFilter.of(Issued.webhooksOfAddresses(), 1000));
    SignedAddresses.areJudged(port, served);
  }

  @Test
  void webhook_whoseAddressAProxyRewrites_isAcceptedAtTheDeclaredOneAlone() throws Exception {
    int port = serve(WebhookFilter.of(Issued.webhooksBehindAProxy(), 1000));
    SignedAddresses.areJudgedBehindAProxy(port, served);
  }

  @Test
  void webhook_thatFailedOrWasCutOff_isAcceptedAgain() throws Exception {
    int port = serve(WebhookFilter.of(Issued.webhooks(), 1000));
    String signature = Issued.signature("0123456789");
    RawHttp.hangUp(port, "/", "01234", signature, "Content-Length: 10");
    failing = true;
    try {
      RawHttp.post(port, "/", "0123456789", signature);
    } catch (IOException e) {
      // the JDK's server hangs up on a handler that throws
    }
    assertThat(served).hasValue(1);
    failing = false;
    Eventually.within(
        Duration.ofSeconds(20),
        () ->
            assertThat(RawHttp.post(port, "/", "0123456789", signature).body())
                .startsWith("0123456789"));
  }

  @Test
  void peer_isHandedOnAndCounted() throws Exception {
    DevCa ca = DevCa.of("Test root");
    DevCertificate own = ca.leaf("server").dns("localhost").forServer().issue();
    DevCertificate pay = ca.leaf("pay").uri("spiffe://prod.example/pay").forClient().issue();
    TrustAnchors anchors = TrustAnchors.of(List.of(ca.certificate()));
    try (ServerTls tls =
            ServerTls.of(
                Identity.of(own.privateKey(), own.chain()),
                anchors,
                PeerPolicy.spiffeId("spiffe://prod.example/pay"));
        ClientTls client =
            ClientTls.of(
                Identity.of(pay.privateKey(), pay.chain()), anchors, PeerPolicy.dns("localhost"))) {
      HttpsServer secure = HttpsServer.create(address(), 0);
      secure.setHttpsConfigurator(new HttpsConfigurator(tls.sslContext()));
      int port =
          start(
              secure,
              PeerIdentityFilter.of(),
              RateLimitFilter.of(Issued.twoEach(), CallerKey.peer()));
      var sockets = client.sslContext().getSocketFactory();
      for (int i = 0; i < 2; i++) {
        assertThat(RawHttp.send(sockets, port, "GET /", "").body())
            .isEqualTo("|||spiffe://prod.example/pay|");
      }
      assertThat(https).isTrue();
      assertThat(RawHttp.send(sockets, port, "GET /", "").status()).isEqualTo(429);
    }
    server.stop(0);
    int port = serve(PeerIdentityFilter.of());
    assertThat(RawHttp.get(port, "/").status()).isEqualTo(403);
    server.stop(0);
    port = serve(RateLimitFilter.of(Issued.twoEach(), CallerKey.peer()));
    assertThat(RawHttp.get(port, "/").body()).contains("\"reason\":\"peer-not-verified\"");
  }
}
