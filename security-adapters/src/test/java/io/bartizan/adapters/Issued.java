package io.bartizan.adapters;

import io.bartizan.core.SecretBytes;
import io.bartizan.integrity.IntegrityListener;
import io.bartizan.integrity.jwt.JwsAlgorithm;
import io.bartizan.integrity.jwt.JwtClaims;
import io.bartizan.integrity.jwt.JwtKeys;
import io.bartizan.integrity.jwt.JwtSigner;
import io.bartizan.integrity.jwt.JwtVerifier;
import io.bartizan.integrity.jwt.RemoteJwks;
import io.bartizan.integrity.jwt.SigningKey;
import io.bartizan.integrity.jwt.TrustedIssuer;
import io.bartizan.integrity.mac.WebhookEncoding;
import io.bartizan.integrity.mac.WebhookFormat;
import io.bartizan.integrity.mac.WebhookScheme;
import io.bartizan.integrity.mac.WebhookVerifier;
import io.bartizan.integrity.replay.InMemoryReplayGuard;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.Rate;
import io.bartizan.ratelimit.redis.FailurePolicy;
import io.bartizan.ratelimit.redis.RedisRateLimiter;
import io.lettuce.core.RedisClient;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Tokens, webhooks and limits that the tests of all frameworks share. */
public final class Issued {

  private static final String ISSUER = "https://issuer.example";
  private static final String WEBHOOK_SECRET = "whsec-test-0123456789abcdef";

  private final SecretBytes secret = SecretBytes.random(32);
  private final JwtSigner signer =
      JwtSigner.of(ISSUER, Duration.ofMinutes(5), SigningKey.secret(JwsAlgorithm.HS256, secret));

  /** Accepts the tokens of {@link #token}. */
  public JwtVerifier verifier() {
    return verifierBuilder().build();
  }

  /** The same, to be set further. */
  public JwtVerifier.Builder verifierBuilder() {
    return JwtVerifier.builder(
        TrustedIssuer.of(ISSUER, JwtKeys.secret(JwsAlgorithm.HS256, secret), JwsAlgorithm.HS256),
        "api");
  }

  /** A good token of a tenant's user, with more claims. */
  public String token(String tenant, String user, Map<String, ?> more) {
    JwtClaims claims =
        JwtClaims.forAudience("api")
            .withSubject(user)
            .withId(UUID.randomUUID().toString())
            .with("tenant", tenant);
    for (Map.Entry<String, ?> each : more.entrySet()) {
      claims = claims.with(each.getKey(), each.getValue());
    }
    return signer.sign(claims);
  }

  /** A good token of a tenant's user. */
  public String token(String tenant, String user) {
    return token(tenant, user, Map.of());
  }

  /** A good token of a tenant, of no user, as issuers make them for machines. */
  public String tokenWithoutSubject(String tenant) {
    return signer.sign(JwtClaims.forAudience("api").with("tenant", tenant));
  }

  /** An issuer whose keys nobody serves, and a token of it that nobody can judge. */
  public record Unreachable(JwtVerifier verifier, String token) {

    public static Unreachable issuer() throws GeneralSecurityException {
      KeyPairGenerator p256 = KeyPairGenerator.getInstance("EC");
      p256.initialize(256);
      KeyPair pair = p256.generateKeyPair();
      RemoteJwks keys =
          RemoteJwks.of(HttpClient.newHttpClient(), URI.create("https://127.0.0.1:1/jwks.json"));
      String token =
          JwtSigner.of(
                  ISSUER,
                  Duration.ofMinutes(5),
                  SigningKey.of(JwsAlgorithm.ES256, pair.getPrivate()).withKeyId("k1"))
              .sign(JwtClaims.forAudience("api").withSubject("eve"));
      return new Unreachable(
          JwtVerifier.of(TrustedIssuer.of(ISSUER, keys, JwsAlgorithm.ES256), "api"), token);
    }
  }

  /** Two requests for each key, and no more within this test. */
  public static KeyedRateLimiter twoEach() {
    return KeyedRateLimiter.of(two(), 10_000);
  }

  /** A wider limit, which tells its fields together with {@link #twoEach}. */
  public static KeyedRateLimiter nineEach() {
    return KeyedRateLimiter.of(
        Limit.tokenBucket(9, Rate.per(9, ChronoUnit.HOURS)).named("flood"), 10_000);
  }

  public static Limit two() {
    return Limit.tokenBucket(2, Rate.per(2, ChronoUnit.HOURS)).named("api");
  }

  /** A limit on a Redis that is not there, which refuses; its client is shut down afterwards. */
  public static <T> T withoutRedis(Function<RedisRateLimiter, T> use) {
    RedisClient client = RedisClient.create("redis://127.0.0.1:1");
    try (RedisRateLimiter limiter =
        RedisRateLimiter.builder(client, two())
            .withFailurePolicy(FailurePolicy.failClosed())
            .build()) {
      return use.apply(limiter);
    } finally {
      client.shutdown(0, 5, TimeUnit.SECONDS);
    }
  }

  /** Accepts what {@link #signature} signs, each event once. */
  public static WebhookVerifier webhooks() {
    return webhooksHeard(new IntegrityListener() {});
  }

  /** The same, heard on the thread that verifies. */
  public static WebhookVerifier webhooksHeard(IntegrityListener listener) {
    return WebhookVerifier.builder(WebhookScheme.stripe(SecretBytes.ofUtf8(WEBHOOK_SECRET)))
        .withDeliveries(InMemoryReplayGuard.of(100), Duration.ofMinutes(1), Duration.ofDays(1))
        .withListener(listener)
        .build();
  }

  private static final String ORIGIN = "https://shop.example";

  /** Accepts what {@link #signatureAt} signs, which covers the address; as Square does. */
  public static WebhookVerifier webhooksOfAddresses() {
    return addresses(WebhookFormat.builder("square", "Signature", WebhookEncoding.HEX));
  }

  /** The same behind a proxy that makes {@code /hooks/pay} of the public address {@code /body}. */
  public static WebhookVerifier webhooksBehindAProxy() {
    return addresses(
        WebhookFormat.builder("square", "Signature", WebhookEncoding.HEX)
            .withPublicPath("/body", "/hooks/pay"));
  }

  private static WebhookVerifier addresses(WebhookFormat.Builder format) {
    return WebhookVerifier.of(
        WebhookScheme.acceptingReplays(
            format.withOrigin(ORIGIN).withSigned("{url}{body}").build(),
            SecretBytes.ofUtf8(WEBHOOK_SECRET)));
  }

  /** The header line of a body for a public address. */
  public static String signatureAt(String target, String body) {
    return "Signature: " + hmac(ORIGIN + target + body);
  }

  /** The header line of a body signed now. */
  public static String signature(String body) {
    long now = Instant.now().getEpochSecond();
    return "Stripe-Signature: t=" + now + ",v1=" + hmac(now + "." + body);
  }

  private static String hmac(String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(WEBHOOK_SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      return HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }
}
