package io.bartizan.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.testkit.DevCa;
import io.bartizan.testkit.DevCertificate;
import io.bartizan.testkit.RedisServer;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The settings that {@code docs/frameworks/spring-boot.md} prints, in a real Spring Boot with real
 * peers.
 */
class FifteenLinesIT {

  private static final Path ROOT = Path.of(System.getProperty("bartizan.root", ".."));
  private static final String ISSUER = "https://login.example";
  private static final Map<String, String> READER = Map.of("scope", "orders:read");

  @TempDir Path folder;

  @Test
  void yamlOfTheGuide_atMostFifteenLines_guardsAService() throws Exception {
    String yaml = yamlOfTheGuide();
    assertThat(yaml.lines().count()).isLessThanOrEqualTo(15);
    DevCa ca = DevCa.of("Prod");
    writeSecret(ca.leaf("web").dns("localhost").forServer().issue());
    DevCertificate ours = client(ca, "spiffe://prod.example/cart");
    DevCertificate other = client(ca, "spiffe://test.example/cart");
    try (RedisServer redis = RedisServer.start();
        Login login = new Login();
        Booted shop =
            Booted.with(
                folder,
                yaml.replace("/etc/tls", folder.toString()),
                "--spring.application.name=shop",
                "--spring.data.redis.host=127.0.0.1",
                "--spring.data.redis.port=" + redis.port(),
                "--bartizan.limits.flood.redis-timeout=10s", // this machine may be busy
                "--bartizan.limits.api.redis-timeout=10s",
                "--bartizan.jwt.jwk-set-uri=" + login.url() + "/jwks",
                "--bartizan.jwt.plain-http-on-loopback=true")) {
      SSLContext tls = contextOf(ours);
      String ann = login.bearer(ISSUER, "orders", "ann", READER);
      String bob = login.bearer(ISSUER, "orders", "bob", READER);

      HttpResponse<String> served = shop.get(tls, "/api/orders", "Authorization", ann);
      assertThat(served.statusCode()).isEqualTo(200);
      assertThat(served.body()).isEqualTo("orders of ann");
      assertThat(served.headers().firstValue("RateLimit").orElseThrow()).contains("\"api\";r=1");
      assertThat(shop.get(tls, "/api/orders", "Authorization", ann).statusCode()).isEqualTo(200);

      HttpResponse<String> limited = shop.get(tls, "/api/orders", "Authorization", ann);
      assertThat(limited.statusCode()).isEqualTo(429);
      assertThat(limited.headers().firstValue("Retry-After")).isPresent();
      assertThat(shop.get(tls, "/api/orders", "Authorization", bob).statusCode()).isEqualTo(200);
      assertThat(redis.command("KEYS", "shop:api:*")).contains("ann").contains("bob");
      assertThat(shop.bean(ConfiguredLimits.class).list()).allMatch(ConfiguredLimit::isShared);

      String anotherService = login.bearer(ISSUER, "billing", "ann", READER);
      assertThat(shop.get(tls, "/api/orders", "Authorization", anotherService).statusCode())
          .isEqualTo(401);
      assertThat(shop.get(tls, "/api/orders").statusCode()).isEqualTo(401);
      String noScope = login.bearer(ISSUER, "orders", "cat", Map.of());
      assertThat(shop.get(tls, "/api/orders", "Authorization", noScope).statusCode())
          .isEqualTo(403);

      assertThatThrownBy(() -> shop.get(contextOf(other), "/api/orders", "Authorization", bob))
          .isInstanceOf(SSLException.class);

      MeterRegistry meters = shop.bean(MeterRegistry.class);
      assertThat(count(meters, "bartizan.ratelimit.decisions", "api")).isGreaterThanOrEqualTo(4);
      assertThat(count(meters, "bartizan.ratelimit.decisions", "flood")).isGreaterThanOrEqualTo(7);
      assertThat(count(meters, "bartizan.mtls.handshakes", "web")).isGreaterThanOrEqualTo(2);
      assertThat(count(meters, "bartizan.integrity.verifications", "jwt"))
          .isGreaterThanOrEqualTo(5);
      assertThat(meters.getMeters()).noneMatch(meter -> meter.getId().toString().contains("ann"));
    }
  }

  private static double count(MeterRegistry meters, String meter, String name) {
    return meters.find(meter).counters().stream()
        .filter(each -> each.getId().getTags().stream().anyMatch(t -> t.getValue().equals(name)))
        .mapToDouble(Counter::count)
        .sum();
  }

  private static String yamlOfTheGuide() throws Exception {
    String page = Files.readString(ROOT.resolve("docs/frameworks/spring-boot.md"));
    Matcher yaml = Pattern.compile("```yaml\\n(.*?)```", Pattern.DOTALL).matcher(page);
    assertThat(yaml.find()).isTrue();
    return yaml.group(1);
  }

  private void writeSecret(DevCertificate server) throws Exception {
    Files.writeString(folder.resolve("tls.crt"), server.chainPem());
    Files.writeString(folder.resolve("tls.key"), server.privateKeyPem());
    Files.writeString(folder.resolve("ca.crt"), server.rootPem());
  }

  static DevCertificate client(DevCa ca, String uri) {
    return ca.leaf("client").uri(uri).forClient().issue();
  }

  /** A plain JDK client, which knows no policy. */
  static SSLContext contextOf(DevCertificate client) throws Exception {
    char[] password = "changeit".toCharArray();
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(client.keyStore(password), password);
    return contextOf(keys.getKeyManagers(), client.root());
  }

  /** The same; null sends no certificate. */
  static SSLContext contextOf(KeyManager @Nullable [] keys, X509Certificate root) throws Exception {
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    java.security.KeyStore roots = java.security.KeyStore.getInstance("PKCS12");
    roots.load(null, null);
    roots.setCertificateEntry("root", root);
    trust.init(roots);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys, trust.getTrustManagers(), null);
    return context;
  }
}
