package io.bartizan.integrity.jwt;

import static io.bartizan.integrity.jwt.JwsAlgorithm.ES256;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import io.bartizan.testkit.ManualTicker;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A provider of many issuers, each at a path of its own and with a key of its own. */
final class TenantServer implements AutoCloseable {

  final ManualTicker ticker = new ManualTicker();
  private final JwksServer server;
  private final String base;

  /** The number of each tenant's key. */
  private final Map<String, Integer> tenants = new ConcurrentHashMap<>();

  private final Map<String, AtomicInteger> documents = new ConcurrentHashMap<>();
  private final CountDownLatch closed = new CountDownLatch(1);
  volatile boolean hangsForOthers;
  volatile @Nullable String namedIssuer;
  volatile @Nullable String namedKeys;

  TenantServer() throws Exception {
    server = new JwksServer();
    base = server.uri().resolve("/").toString();
    server.answer(this::answer);
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    String tenant = path.split("/", -1)[1];
    boolean document = path.endsWith("/v2.0/.well-known/openid-configuration");
    if (document) {
      documents.computeIfAbsent(tenant, same -> new AtomicInteger()).incrementAndGet();
    }
    Integer key = tenants.get(tenant);
    if (key == null) {
      if (hangsForOthers) {
        hang();
      }
      JwksServer.send(exchange, 404, new byte[0]);
      return;
    }
    String body;
    if (document) {
      String keys = namedKeys == null ? base + tenant + "/keys" : namedKeys;
      String issuer = namedIssuer == null ? issuer(tenant) : namedIssuer;
      body = "{\"issuer\":\"" + issuer + "\",\"jwks_uri\":\"" + keys + "\"}";
    } else {
      body = "{\"keys\":[" + EcJwk.of(Keys.pair(ES256, key).getPublic(), "k") + "]}";
    }
    JwksServer.send(exchange, 200, body.getBytes(UTF_8));
  }

  private void hang() {
    try {
      boolean unused = closed.await(60, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  void open(String tenant, int key) {
    tenants.put(tenant, key);
  }

  void end(String tenant) {
    tenants.remove(tenant);
  }

  String template() {
    return base + "{tenant}/v2.0";
  }

  String issuer(String tenant) {
    return base + tenant + "/v2.0";
  }

  URI uri() {
    return server.uri();
  }

  JwksServer server() {
    return server;
  }

  /** How often a tenant's discovery document was asked for. */
  int asked(String tenant) {
    AtomicInteger count = documents.get(tenant);
    return count == null ? 0 : count.get();
  }

  /** How many discovery documents were asked for in all. */
  int asked() {
    return documents.values().stream().mapToInt(AtomicInteger::get).sum();
  }

  RemoteIssuers.Builder issuers() {
    return RemoteIssuers.builder(server.client(), template())
        .withTicker(ticker)
        .withKeySettings(keys -> keys.withTimeout(Duration.ofSeconds(20)));
  }

  static JwtVerifier verifier(RemoteIssuers issuers) {
    return Forge.verifier(TrustedIssuer.of(issuers, ES256)).build();
  }

  /** A token of a tenant, signed by a key of this number. */
  String token(String tenant, int key) {
    return tokenOf(issuer(tenant), key);
  }

  static String tokenOf(String issuer, int key) {
    String header = "{\"alg\":\"ES256\",\"kid\":\"k\"}";
    String claims = Forge.GOOD.replace("https://issuer", issuer);
    String input = Forge.base64(header) + "." + Forge.base64(claims);
    return input
        + "."
        + Forge.base64(Forge.sign(ES256, Keys.pair(ES256, key), input.getBytes(ISO_8859_1)));
  }

  @Override
  public void close() {
    closed.countDown();
    server.close();
  }
}
