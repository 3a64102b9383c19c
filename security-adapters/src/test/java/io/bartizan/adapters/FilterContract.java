package io.bartizan.adapters;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.bartizan.adapters.RawHttp.Reply;
import io.bartizan.integrity.jwt.JwtVerifier;
import io.bartizan.integrity.mac.WebhookVerifier;
import io.bartizan.integrity.replay.InMemoryReplayGuard;
import io.bartizan.mtls.PeerIdentity;
import io.bartizan.ratelimit.AsyncKeyedRateLimiter;
import io.bartizan.ratelimit.ClientAddress;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.testkit.DevCa;
import io.bartizan.testkit.DevCertificate;
import io.bartizan.tests.Eventually;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.SocketFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What the filters of a framework promise, asked of its server by hostile requests.
 *
 * @param <F> a filter of the framework
 */
@Timeout(120)
public abstract class FilterContract<F> {

  protected final Issued issued = new Issued();
  protected final DevCa ca = DevCa.of("Test root");

  /** How many requests the application has seen. */
  protected final AtomicInteger served = new AtomicInteger();

  /** Whether the application fails. */
  protected volatile boolean failing;

  /** What the application found as the peer of its last request. */
  protected volatile Object peer;

  protected int port;

  /**
   * Starts an application behind the filters: {@code /} answers the token's subject or nobody,
   * {@code /body} the bytes that it reads, a bar and the verified webhook, and {@code /late}
   * nothing after a while.
   *
   * @param own with TLS that asks for a certificate, if not null
   * @return the port
   */
  protected abstract int start(DevCertificate own, List<F> filters) throws Exception;

  protected abstract void stop() throws Exception;

  protected abstract F limit(AsyncKeyedRateLimiter limiter, CallerKey caller);

  protected abstract F inMemory(KeyedRateLimiter limiter, CallerKey caller);

  protected abstract F token(JwtVerifier verifier, String... scopes);

  protected abstract F webhook(WebhookVerifier verifier, int maxBytes);

  protected abstract F peerIdentity();

  @CanIgnoreReturnValue
  @SafeVarargs
  @SuppressWarnings("varargs") // handed on, never written to
  protected final int serve(F... filters) throws Exception {
    port = start(null, List.of(filters));
    return port;
  }

  protected final F twoEach(CallerKey caller) {
    return inMemory(Issued.twoEach(), caller);
  }

  protected static CallerKey direct() {
    return CallerKey.address(ClientAddress.direct());
  }

  @AfterEach
  final void stopAll() throws Exception {
    stop();
  }

  @Test
  void limit_byAddress_refusesTheThirdOfAClientAndNobodyElse() throws Exception {
    ClientAddress clients = ClientAddress.behind(List.of("127.0.0.1", "::1"));
    serve(twoEach(CallerKey.address(clients)));
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
            SocketFactory.getDefault(), port, "HEAD /", "", "X-Forwarded-For: 203.0.113.7");
    assertThat(head.status()).isEqualTo(429);
    assertThat(head.body()).isEmpty();
    assertThat(RawHttp.get(port, "/", "X-Forwarded-For: 203.0.113.8").status()).isEqualTo(200);
    assertThat(served).hasValue(3);
  }

  @Test
  void limit_byAddressWithoutAProxy_believesNoForwardingHeader() throws Exception {
    serve(twoEach(direct()));
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
    serve(token(issued.verifier()), twoEach(CallerKey.principal()));
    Reply nameless = bearer(issued.tokenWithoutSubject("acme"));
    assertThat(nameless.status()).isEqualTo(403);
    assertThat(nameless.body()).contains("claim-missing", "no name");
    assertThat(bearer(issued.token("acme", "amy")).status()).isEqualTo(200);
  }

  @Test
  void limit_byPrincipalOrAddress_countsATokenWithoutASubjectByAddress() throws Exception {
    serve(token(issued.verifier()), twoEach(CallerKey.principal().otherwise(direct())));
    for (int status : new int[] {200, 200, 429}) {
      assertThat(bearer(issued.tokenWithoutSubject("acme")).status()).isEqualTo(status);
    }
    assertThat(bearer(issued.token("acme", "amy")).status()).isEqualTo(200);
  }

  private Reply bearer(String token) throws Exception {
    return RawHttp.get(port, "/", "Authorization: Bearer " + token);
  }

  @Test
  void limits_ofTwoFilters_areToldTogether_theTighterFirst() throws Exception {
    serve(inMemory(Issued.nineEach(), direct()), twoEach(direct()));
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
  void limit_whereRedisIsAway_is503AndNoQuota() {
    Reply reply =
        Issued.withoutRedis(
            redis -> {
              try {
                return RawHttp.get(serve(limit(redis, direct())), "/");
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
    serve(token(issued.verifier()), twoEach(CallerKey.claim("tenant")));
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
    serve(twoEach(CallerKey.claim("tenant")), token(issued.verifier()));
    Reply reply = RawHttp.get(port, "/", "Authorization: Bearer " + issued.token("acme", "amy"));
    assertThat(reply.status()).isEqualTo(500);
    assertThat(reply.body()).contains("put the token filter in front of the limit");
    assertThat(served).hasValue(0);
  }

  @Test
  void token_missingTwiceOrOfAnotherScheme_is401WithoutAnError() throws Exception {
    serve(token(issued.verifier()));
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
    serve(token(once), token(once, "orders:read"));
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
    serve(token(away.verifier()));
    Reply reply = RawHttp.get(port, "/", "Authorization: Bearer " + away.token());
    assertThat(reply.status()).isEqualTo(503);
    assertThat(reply.field("Retry-After")).isEqualTo("5");
  }

  /** Behind a limit that decides later, and with the filter twice in the chain. */
  @Test
  void webhook_givesTheHandlerTheVerifiedBytes_once() throws Exception {
    F webhooks = webhook(Issued.webhooks(), 1000);
    serve(limit(new LateLimiter(Issued.nineEach()), direct()), webhooks, webhooks);
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
    serve(webhook(Issued.webhooks(), 1000));
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
    serve(webhook(Issued.webhooks(), 1000));
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
    serve(webhook(Issued.webhooks(), 1000));
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
                  .isEqualTo(body + "|" + body));
      assertThat(served).as(path).hasValue(1);
    }
  }

  @Test
  void webhook_whoseAddressIsSigned_isAcceptedAtThatAddressAlone() throws Exception {
    serve(webhook(Issued.webhooksOfAddresses(), 1000));
    SignedAddresses.areJudged(port, served);
  }

  @Test
  void webhook_whoseAddressAProxyRewrites_isAcceptedAtTheDeclaredOneAlone() throws Exception {
    serve(webhook(Issued.webhooksBehindAProxy(), 1000));
    SignedAddresses.areJudgedBehindAProxy(port, served);
  }

  @Test
  void webhook_whoseSenderHangsUp_isNotHandledAndComesAgain() throws Exception {
    serve(webhook(Issued.webhooks(), 1000));
    String body = "{\"event\":\"paid\"}";
    String signature = Issued.signature(body);
    RawHttp.hangUp(port, "/body", "{\"event\"", signature, "Content-Length: " + body.length());
    assertThat(RawHttp.post(port, "/body", body, signature).status()).isEqualTo(200);
    assertThat(served).hasValue(1);
  }

  @Test
  void webhook_thatExpects100_isAskedForItsBody() throws Exception {
    serve(webhook(Issued.webhooks(), 1000));
    String body = "{\"event\":\"paid\"}";
    Reply reply = RawHttp.postExpecting(port, "/body", body, Issued.signature(body));
    assertThat(reply.body()).isEqualTo(body + "|" + body);
    assertThat(served).hasValue(1);
  }

  @Test
  void peer_isHandedOn_andCounted_andBindsTokens() throws Exception {
    DevCertificate own = ca.leaf("server").dns("localhost").forServer().issue();
    DevCertificate pay = ca.leaf("pay").uri("spiffe://prod.example/pay").forClient().issue();
    port = start(own, List.of(peerIdentity(), twoEach(CallerKey.peer()), token(issued.verifier())));
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
    return RawHttp.send(RawHttp.tls(ca, client), port, "GET /", "", headers);
  }
}
