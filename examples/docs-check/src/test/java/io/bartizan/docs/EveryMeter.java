package io.bartizan.docs;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import io.bartizan.core.Refusal;
import io.bartizan.core.SecretBytes;
import io.bartizan.integrity.IntegrityMetrics;
import io.bartizan.integrity.jwt.RemoteJwks;
import io.bartizan.integrity.mac.MacKeyRing;
import io.bartizan.integrity.mac.SignedValues;
import io.bartizan.mtls.ClientTls;
import io.bartizan.mtls.Identity;
import io.bartizan.mtls.PeerPolicy;
import io.bartizan.mtls.PeerReason;
import io.bartizan.mtls.ServerTls;
import io.bartizan.mtls.TlsMetrics;
import io.bartizan.mtls.TrustAnchors;
import io.bartizan.ratelimit.ConcurrencyLimiter;
import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.RateLimitListener;
import io.bartizan.ratelimit.RateLimitMetrics;
import io.bartizan.ratelimit.adaptive.AdaptiveConcurrencyLimiter;
import io.bartizan.ratelimit.adaptive.AdaptiveMetrics;
import io.bartizan.ratelimit.prepaid.PrepaidMetrics;
import io.bartizan.ratelimit.prepaid.PrepaidRateLimiter;
import io.bartizan.ratelimit.redis.RedisRateLimiter;
import io.bartizan.testkit.DevCa;
import io.bartizan.testkit.DevCertificate;
import io.bartizan.testkit.RedisServer;
import io.lettuce.core.RedisClient;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSession;

/** An application that uses everything that has a meter, once. */
final class EveryMeter implements AutoCloseable {

  private static final Duration LONG = Duration.ofSeconds(20);

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private final Deque<Object> watched = new ArrayDeque<>(); // gauges do not keep them alive

  private EveryMeter() {
    registry
        .config()
        .meterFilter(
            new MeterFilter() {
              @Override
              public DistributionStatisticConfig configure(
                  Meter.Id id, DistributionStatisticConfig config) {
                return DistributionStatisticConfig.builder()
                    .percentilesHistogram(true)
                    .build()
                    .merge(config);
              }
            });
  }

  static EveryMeter start() throws Exception {
    EveryMeter application = new EveryMeter();
    application.limits();
    application.tokens();
    application.peers();
    return application;
  }

  PrometheusMeterRegistry registry() {
    return registry;
  }

  private void limits() throws Exception {
    RateLimitMetrics metrics = RateLimitMetrics.of(registry, "api");
    CountDownLatch answered = new CountDownLatch(1);
    RedisServer redis = open(RedisServer.start());
    RedisClient client = RedisClient.create(redis.uri());
    open.push(client::shutdown);
    RedisRateLimiter limiter =
        open(
            RedisRateLimiter.builder(client, Limit.parse("1000 burst, 1000/s").named("api"))
                .withListener(metrics)
                .withListener(
                    new RateLimitListener() {
                      @Override
                      public void decided(Verb verb, Decision decision) {}

                      @Override
                      public void serverAnswered(long nanos) {
                        answered.countDown();
                      }
                    })
                .build());
    metrics.watch(limiter);
    limiter.ready().toCompletableFuture().get(20, TimeUnit.SECONDS);
    limiter.tryAcquire("key", 1).toCompletableFuture().get(20, TimeUnit.SECONDS);
    limiter.charge("key", 1).toCompletableFuture().get(20, TimeUnit.SECONDS);
    if (!answered.await(20, TimeUnit.SECONDS)) {
      throw new IllegalStateException("no answer of Redis was timed");
    }
    ConcurrencyLimiter slots = kept(ConcurrencyLimiter.of(3));
    metrics.watch(slots);
    PrepaidRateLimiter prepaid = open(PrepaidRateLimiter.of(limiter));
    PrepaidMetrics unused = PrepaidMetrics.of(registry, "api").watch(prepaid);
    AdaptiveMetrics unusedToo =
        AdaptiveMetrics.of(registry, "api").watch(kept(AdaptiveConcurrencyLimiter.of(10)));
  }

  private void tokens() {
    IntegrityMetrics metrics = IntegrityMetrics.of(registry, "api");
    MacKeyRing ring = MacKeyRing.of(SecretBytes.random(32));
    SignedValues values =
        SignedValues.builder("cart", ring, Duration.ofHours(1)).withListener(metrics).build();
    var unused = values.verify(values.sign("3 apples"));
    RemoteJwks keys =
        open(
            RemoteJwks.builder("issuer", () -> CompletableFuture.completedStage("no key set"))
                .withListener(metrics)
                .build());
    var unusedLoad = keys.load();
    metrics.watch(keys, "issuer");
  }

  private void peers() throws Exception {
    TlsMetrics metrics = TlsMetrics.of(registry, "api");
    DevCa ca = DevCa.of("Test root");
    ServerTls server =
        open(
            ServerTls.builder(
                    identity(ca.leaf("server").dns("localhost").forServer().issue()),
                    TrustAnchors.of(List.of(ca.certificate())),
                    PeerPolicy.dns("client.test"))
                .withDryRun(PeerPolicy.dns("other.test"))
                .withListener(metrics)
                .build());
    metrics.watch(server);
    ClientTls client =
        open(
            ClientTls.of(
                identity(ca.leaf("client").dns("client.test").forClient().issue()),
                TrustAnchors.of(List.of(ca.certificate())),
                PeerPolicy.requestedHost()));
    SSLSession session = request(server, client);
    metrics.noLongerAccepted(session, Refusal.of(PeerReason.REVOKED, "a peer of the test"));
  }

  private SSLSession request(ServerTls server, ClientTls client) throws Exception {
    HttpsServer http =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    http.setHttpsConfigurator(
        new HttpsConfigurator(server.sslContext()) {
          @Override
          public void configure(HttpsParameters parameters) {
            parameters.setSSLParameters(server.sslParameters());
          }
        });
    http.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    http.start();
    open.push(() -> http.stop(0));
    HttpResponse<Void> answer =
        HttpClient.newBuilder()
            .sslContext(client.sslContext())
            .build()
            .send(
                HttpRequest.newBuilder(
                        URI.create("https://localhost:" + http.getAddress().getPort() + "/"))
                    .timeout(LONG)
                    .build(),
                HttpResponse.BodyHandlers.discarding());
    return answer.sslSession().orElseThrow();
  }

  private static Identity identity(DevCertificate certificate) {
    return Identity.of(certificate.privateKey(), certificate.chain());
  }

  private <T extends AutoCloseable> T open(T resource) {
    open.push(resource);
    return resource;
  }

  private <T> T kept(T source) {
    watched.push(source);
    return source;
  }

  @Override
  public void close() {
    while (!open.isEmpty()) {
      try {
        open.pop().close();
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
