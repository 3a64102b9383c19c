package io.bartizan.adapters.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.adapters.CallerKey;
import io.bartizan.adapters.Issued;
import io.bartizan.adapters.RawHttp;
import io.bartizan.adapters.RawHttp.Reply;
import io.bartizan.adapters.SignedAddresses;
import io.bartizan.integrity.replay.InMemoryReplayGuard;
import io.bartizan.mtls.PeerIdentity;
import io.bartizan.ratelimit.ClientAddress;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.testkit.DevCa;
import io.bartizan.testkit.DevCertificate;
import io.bartizan.tests.Eventually;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the filters promise, asked of one container by hostile requests. */
@Timeout(120)
abstract class ServletContract {

  /** A started container. */
  interface Container extends AutoCloseable {
    int port();
  }

  static final char[] PASSWORD = "changeit".toCharArray();

  private final Issued issued = new Issued();
  final DevCa ca = DevCa.of("Test root");
  final DevCertificate own = ca.leaf("server").dns("localhost").forServer().issue();
  private final DevCertificate pay =
      ca.leaf("pay").uri("spiffe://prod.example/pay").forClient().issue();
  private final App app = new App();
  private Container container;

  /** Starts with these filters on all paths and kinds of dispatch; asks for certificates if TLS. */
  abstract Container start(App servlet, boolean tls, List<Filter> filters) throws Exception;

  private int serve(Filter... filters) throws Exception {
    container = start(app, false, List.of(filters));
    return container.port();
  }

  @AfterEach
  void stop() throws Exception {
    Container started = container;
    container = null;
    if (started != null) {
      started.close();
    }
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
    assertThat(app.served).hasValue(3);
  }

  @Test
  void limit_byAddressWithoutAProxy_believesNoForwardingHeader() throws Exception {
    int port =
        serve(RateLimitFilter.of(Issued.twoEach(), CallerKey.address(ClientAddress.direct())));
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
  void limit_byPrincipal_ofATokenWithoutASubject_countsNobodyTogetherWithOthers() throws Exception {
    int port =
        serve(
            BearerTokenFilter.of(issued.verifier()),
            RateLimitFilter.of(Issued.twoEach(), CallerKey.principal()));
    Reply nameless =
        RawHttp.get(port, "/", "Authorization: Bearer " + issued.tokenWithoutSubject("acme"));
    assertThat(nameless.status()).isEqualTo(403);
    assertThat(nameless.body()).contains("claim-missing", "no name");
    assertThat(
            RawHttp.get(port, "/", "Authorization: Bearer " + issued.token("acme", "amy")).status())
        .isEqualTo(200);
  }

  /** As of a container's login by certificate, or of a session. */
  @Test
  void token_behindAnotherLogin_leavesNoRoleOfIt() throws Exception {
    Filter login =
        (request, response, chain) ->
            chain.doFilter(
                new HttpServletRequestWrapper((HttpServletRequest) request) {
                  @Override
                  public boolean isUserInRole(String role) {
                    return true;
                  }
                },
                response);
    AtomicBoolean admin = new AtomicBoolean(true);
    Filter handler =
        (request, response, chain) ->
            admin.set(((HttpServletRequest) request).isUserInRole("admin"));
    int port = serve(login, BearerTokenFilter.of(issued.verifier()), handler);
    assertThat(
            RawHttp.get(port, "/", "Authorization: Bearer " + issued.token("acme", "amy")).status())
        .isEqualTo(200);
    assertThat(admin).isFalse();
  }

  @Test
  void limits_ofTwoFilters_areToldTogether_theTighterFirst() throws Exception {
    CallerKey caller = CallerKey.address(ClientAddress.direct());
    int port =
        serve(
            RateLimitFilter.of(Issued.nineEach(), caller),
            RateLimitFilter.of(Issued.twoEach(), caller));
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
  void limit_underAFloodOfHeaders_isNoError() throws Exception {
    ClientAddress clients = ClientAddress.behind(List.of("127.0.0.1", "::1"));
    int port = serve(RateLimitFilter.of(Issued.twoEach(), CallerKey.address(clients)));
    String[] flood = new String[60];
    for (int i = 0; i < flood.length; i++) {
      flood[i] = "X-Forwarded-For: " + "1.2.3.4, ".repeat(8) + "junk-" + i;
    }
    assertThat(RawHttp.get(port, "/", flood).status()).isEqualTo(200);
    assertThat(RawHttp.get(port, "/", flood).status()).isEqualTo(200);
    assertThat(RawHttp.get(port, "/", flood).status()).isEqualTo(429);
  }

  /** The stranger's requests cost the victim nothing, with or without the victim's name. */
  @Test
  void US01_limit_behindTheToken_isNotSpentByStrangers() throws Exception {
    int port =
        serve(
            BearerTokenFilter.of(issued.verifier()),
            RateLimitFilter.of(Issued.twoEach(), CallerKey.claim("tenant")));
    for (int i = 0; i < 5; i++) {
      assertThat(RawHttp.get(port, "/", "X-Api-Key: acme", "X-Tenant: acme").status())
          .isEqualTo(401);
      assertThat(RawHttp.get(port, "/", "Authorization: Bearer " + forged()).status())
          .isEqualTo(401);
    }
    Reply victim = RawHttp.get(port, "/", "Authorization: Bearer " + issued.token("acme", "amy"));
    assertThat(victim.status()).isEqualTo(200);
    assertThat(victim.field("RateLimit")).startsWith("\"api\";r=1;");
    assertThat(victim.body()).isEqualTo("amy/amy/Bearer");
  }

  private String forged() {
    String good = issued.token("acme", "amy");
    return good.substring(0, good.length() - 3) + "AAA";
  }

  @Test
  void US01_limitByTenant_inFrontOfTheToken_servesNobodyAndSaysWhy() throws Exception {
    KeyedRateLimiter limiter = Issued.twoEach();
    int port =
        serve(
            RateLimitFilter.of(limiter, CallerKey.claim("tenant")),
            BearerTokenFilter.of(issued.verifier()));
    Reply reply = RawHttp.get(port, "/", "Authorization: Bearer " + issued.token("acme", "amy"));
    assertThat(reply.status()).isEqualTo(500);
    assertThat(reply.body())
        .contains(
            "\"reason\":\"token-not-verified\"", "put the token filter in front of the limit");
    assertThat(app.served).hasValue(0);
  }

  @Test
  void limit_byPrincipal_countsAnonymousCallersAsItWasTold() throws Exception {
    CallerKey alone = CallerKey.principal();
    KeyedRateLimiter limiter = Issued.twoEach();
    int port =
        serve(
            RateLimitFilter.of(
                limiter, alone.otherwise(CallerKey.address(ClientAddress.direct()))));
    assertThat(RawHttp.get(port, "/").status()).isEqualTo(200);
    assertThat(limiter.peek("address=127.0.0.1").remaining()).isEqualTo(1);
    stop();
    port = serve(RateLimitFilter.of(Issued.twoEach(), alone));
    Reply refused = RawHttp.get(port, "/");
    assertThat(refused.status()).isEqualTo(500);
    assertThat(refused.body()).contains("nobody was authenticated");
  }

  @Test
  void limit_byAKeyOf10kB_countsIt() throws Exception {
    int port =
        serve(
            BearerTokenFilter.of(issued.verifierBuilder().withMaxTokenChars(32_768).build()),
            RateLimitFilter.of(Issued.twoEach(), CallerKey.subject()));
    String token = issued.token("acme", "é".repeat(5_000));
    List<Integer> statuses = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      statuses.add(RawHttp.get(port, "/none", "Authorization: Bearer " + token).status());
    }
    assertThat(statuses).containsExactly(200, 200, 429);
  }

  @Test
  void limit_whereRedisIsAway_is503AndNoQuota() throws Exception {
    Reply reply =
        Issued.withoutRedis(
            redis -> {
              try {
                CallerKey caller = CallerKey.address(ClientAddress.direct());
                return RawHttp.get(serve(RateLimitFilter.of(redis.blocking(), caller)), "/");
              } catch (Exception e) {
                throw new AssertionError(e);
              }
            });
    assertThat(reply.status()).isEqualTo(503);
    assertThat(Integer.parseInt(reply.field("Retry-After"))).isPositive();
    assertThat(reply.field("RateLimit")).isEmpty();
    assertThat(reply.body()).contains("temporary-reduced-capacity");
    assertThat(app.served).hasValue(0);
  }

  @Test
  void limit_countsARequestOnce_dispatchedOrFailed() throws Exception {
    for (String path : List.of("/dispatch", "/async", "/missing", "/boom", "/forward")) {
      KeyedRateLimiter limiter = Issued.twoEach();
      int port = serve(RateLimitFilter.of(limiter, CallerKey.address(ClientAddress.direct())));
      app.served.set(0);
      RawHttp.get(port, path);
      assertThat(app.served.get()).as(path).isPositive();
      assertThat(limiter.peek("address=127.0.0.1").remaining()).as(path).isEqualTo(1);
      stop();
    }
  }

  @Test
  void token_missingDoubledEmptyOrOfAnotherScheme_isAskedFor() throws Exception {
    int port = serve(BearerTokenFilter.of(issued.verifier()));
    String good = "Authorization: Bearer " + issued.token("acme", "amy");
    for (List<String> headers :
        List.of(
            List.<String>of(),
            List.of(good, good),
            List.of(good, "Authorization: Bearer " + forged()),
            List.of("Authorization:"),
            List.of("Authorization: Bearer"),
            List.of("Authorization: Basic YWxpY2U6cGFzcw=="))) {
      Reply reply = RawHttp.get(port, "/", headers.toArray(new String[0]));
      assertThat(reply.status()).as("%s", headers).isEqualTo(401);
      assertThat(reply.field("WWW-Authenticate")).isEqualTo("Bearer");
    }
    assertThat(app.served).hasValue(0);
    assertThat(RawHttp.get(port, "/", good).status()).isEqualTo(200);
  }

  @Test
  void token_thatIsBad_isRefusedWithoutAReason() throws Exception {
    int port = serve(BearerTokenFilter.of(issued.verifier()));
    for (String token : List.of(forged(), "a.b.c", "x".repeat(6_000))) {
      Reply reply = RawHttp.get(port, "/", "Authorization: Bearer " + token);
      assertThat(reply.status()).isEqualTo(401);
      assertThat(reply.field("WWW-Authenticate")).isEqualTo("Bearer error=\"invalid_token\"");
      assertThat(reply.body()).doesNotContain("reason", "detail", "signature");
    }
    assertThat(app.served).hasValue(0);
  }

  @Test
  void token_withoutAScope_is403WithTheScope() throws Exception {
    int port = serve(BearerTokenFilter.of(issued.verifier(), "orders:read", "orders:write"));
    String few = issued.token("acme", "amy", Map.of("scope", "orders:read"));
    Reply reply = RawHttp.get(port, "/", "Authorization: Bearer " + few);
    assertThat(reply.status()).isEqualTo(403);
    assertThat(reply.field("WWW-Authenticate"))
        .isEqualTo("Bearer error=\"insufficient_scope\", scope=\"orders:read orders:write\"");
    String all = issued.token("acme", "amy", Map.of("scope", "orders:write orders:read more"));
    assertThat(RawHttp.get(port, "/", "Authorization: Bearer " + all).status()).isEqualTo(200);
    assertThat(app.served).hasValue(1);
  }

  @Test
  void token_thatNobodyCanJudge_is503() throws Exception {
    Issued.Unreachable away = Issued.Unreachable.issuer();
    int port = serve(BearerTokenFilter.of(away.verifier()));
    Reply reply = RawHttp.get(port, "/", "Authorization: Bearer " + away.token());
    assertThat(reply.status()).isEqualTo(503);
    assertThat(reply.field("Retry-After")).isEqualTo("5");
    assertThat(reply.field("WWW-Authenticate")).isEmpty();
  }

  /** A second look at a token for one use would refuse it. */
  @Test
  void token_isVerifiedOnceInARequest_dispatchedOrFilteredAgain() throws Exception {
    var verifier = issued.verifierBuilder().withSingleUse(InMemoryReplayGuard.of(100)).build();
    int port = serve(BearerTokenFilter.of(verifier), BearerTokenFilter.of(verifier, "orders:read"));
    for (String path : List.of("/", "/dispatch", "/forward")) {
      String token = issued.token("acme", "amy", Map.of("scope", "orders:read"));
      String header = "Authorization: Bearer " + token;
      assertThat(RawHttp.get(port, path, header).body()).as(path).isEqualTo("amy/amy/Bearer");
      assertThat(RawHttp.get(port, path, header).status()).as(path).isEqualTo(401);
    }
  }

  @Test
  void webhook_thatIsSigned_givesTheServletItsVeryBytes() throws Exception {
    int port = serve(WebhookFilter.of(Issued.webhooks(), 1000));
    String body = "{\"event\":\"paid\", \"note\":\"grüße\\u0000\"}";
    assertThat(RawHttp.post(port, "/body", body, Issued.signature(body)).body())
        .isEqualTo(body + "|" + body + "|-1");
    String other = body + " ";
    assertThat(RawHttp.postChunked(port, "/reader", other, Issued.signature(other)).body())
        .contains(other);
    String listened = body + "  ";
    assertThat(RawHttp.post(port, "/listen", listened, Issued.signature(listened)).body())
        .isEqualTo(listened);
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
    assertThat(app.served).hasValue(0);
    assertThat(RawHttp.postChunked(port, "/body", fits, Issued.signature(fits)).status())
        .isEqualTo(200);
  }

  @Test
  void webhook_unsignedAlteredOrSignedTwice_is400() throws Exception {
    int port = serve(WebhookFilter.of(Issued.webhooks(), 1000));
    String signature = Issued.signature("{}");
    assertThat(RawHttp.post(port, "/body", "{}").status()).isEqualTo(400);
    assertThat(RawHttp.post(port, "/body", "{ }", signature).status()).isEqualTo(400);
    assertThat(RawHttp.post(port, "/body", "{}", signature, signature).status()).isEqualTo(400);
    assertThat(app.served).hasValue(0);
    assertThat(RawHttp.post(port, "/body", "{}", signature).status()).isEqualTo(200);
  }

  @Test
  void webhook_handledBefore_is200AndNotHandledAgain() throws Exception {
    int port = serve(WebhookFilter.of(Issued.webhooks(), 1000));
    String signature = Issued.signature("{}");
    assertThat(RawHttp.post(port, "/body", "{}", signature).status()).isEqualTo(200);
    Eventually.within(
        Duration.ofSeconds(20), // the response may be there before the filter has returned
        () -> {
          Reply again = RawHttp.post(port, "/body", "{}", signature);
          assertThat(again.status()).isEqualTo(200);
          assertThat(again.body()).isEmpty();
        });
    assertThat(app.served).hasValue(1);
  }

  @Test
  void webhook_thatFailed_isAcceptedAgain() throws Exception {
    int port = serve(WebhookFilter.of(Issued.webhooks(), 1000));
    int number = 0;
    for (String path :
        List.of("/boom", "/missing", "/async-late", "/async-boom", "/async-in-time")) {
      String body = "event " + number++;
      String signature = Issued.signature(body);
      app.failing = true;
      assertThat(RawHttp.post(port, path, body, signature).status()).as(path).isGreaterThan(399);
      app.failing = false;
      app.served.set(0);
      Eventually.within(
          Duration.ofSeconds(20), // 503 until the filter has returned, after the response
          () ->
              assertThat(RawHttp.post(port, "/body", body, signature).status())
                  .as(path)
                  .isEqualTo(200));
      assertThat(app.served).as(path).hasValue(1);
    }
  }

  @Test
  void webhook_answeredAsynchronously_isCompletedWithTheResponse() throws Exception {
    int port = serve(WebhookFilter.of(Issued.webhooks(), 1000));
    for (String path : List.of("/async", "/dispatch")) {
      String signature = Issued.signature(path);
      assertThat(RawHttp.post(port, path, path, signature).status()).isEqualTo(200);
      assertThat(app.busy).as("nobody else may handle it meanwhile").isEqualTo(path);
      app.served.set(0);
      Eventually.within(
          Duration.ofSeconds(20),
          () -> assertThat(RawHttp.post(port, "/body", path, signature).status()).isEqualTo(200));
      assertThat(app.served).as(path).hasValue(0);
    }
  }

  /** As a {@code DeferredResult} with a value for its time-out. */
  @Test
  void webhook_answeredAtTheTimeOut_isCompletedWithThatResponse() throws Exception {
    int port = serve(WebhookFilter.of(Issued.webhooks(), 1000));
    String signature = Issued.signature("slow");
    assertThat(RawHttp.post(port, "/async-in-time", "slow", signature).status()).isEqualTo(200);
    app.served.set(0);
    Eventually.within(
        Duration.ofSeconds(20),
        () -> assertThat(RawHttp.post(port, "/body", "slow", signature).status()).isEqualTo(200));
    assertThat(app.served).hasValue(0);
  }

  @Test
  void webhook_whoseAddressIsSigned_isAcceptedAtThatAddressAlone() throws Exception {
    int port = serve(WebhookFilter.of(Issued.webhooksOfAddresses(), 1000));
    SignedAddresses.areJudged(port, app.served);
  }

  @Test
  void webhook_whoseAddressAProxyRewrites_isAcceptedAtTheDeclaredOneAlone() throws Exception {
    int port = serve(WebhookFilter.of(Issued.webhooksBehindAProxy(), 1000));
    SignedAddresses.areJudgedBehindAProxy(port, app.served);
  }

  @Test
  void webhook_whoseSenderHangsUp_isNotHandledAndComesAgain() throws Exception {
    int port = serve(WebhookFilter.of(Issued.webhooks(), 1000));
    String body = "{\"event\":\"paid\"}";
    String signature = Issued.signature(body);
    RawHttp.hangUp(port, "/body", "{\"event\"", signature, "Content-Length: " + body.length());
    assertThat(RawHttp.post(port, "/body", body, signature).status()).isEqualTo(200);
    assertThat(app.served).hasValue(1);
  }

  @Test
  void peer_isHandedOn_andCounted_andBindsTokens() throws Exception {
    container =
        start(
            app,
            true,
            List.of(
                PeerIdentityFilter.of(),
                RateLimitFilter.of(Issued.twoEach(), CallerKey.peer()),
                BearerTokenFilter.of(issued.verifier())));
    byte[] hash = MessageDigest.getInstance("SHA-256").digest(pay.certificate().getEncoded());
    String thumbprint = Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
    String bound = issued.token("acme", "amy", Map.of("cnf", Map.of("x5t#S256", thumbprint)));
    Reply served = tls(pay, "Authorization: Bearer " + bound);
    assertThat(served.status()).isEqualTo(200);
    assertThat(app.peer).isInstanceOf(PeerIdentity.class);
    assertThat(((PeerIdentity) app.peer).spiffeId()).contains("spiffe://prod.example/pay");
    DevCertificate thief = ca.leaf("thief").dns("thief.example").forClient().issue();
    assertThat(tls(thief, "Authorization: Bearer " + bound).status()).isEqualTo(401);
    assertThat(tls(pay).status()).isEqualTo(401);
    assertThat(tls(pay).status()).isEqualTo(429);
    assertThat(tls(thief).status()).isEqualTo(401);
    assertThat(tls(null).status()).isEqualTo(403);
    assertThat(app.served).hasValue(1);
  }

  private Reply tls(DevCertificate client, String... headers) throws Exception {
    return RawHttp.send(RawHttp.tls(ca, client), container.port(), "GET /", "", headers);
  }
}
