package io.bartizan.examples.gateway;

import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.bartizan.core.Reason;
import io.bartizan.core.SafeText;
import io.bartizan.core.VerificationException;
import io.bartizan.integrity.jwt.JwtVerifier;
import io.bartizan.integrity.mac.SignedValues;
import io.bartizan.mtls.ServerTls;
import io.bartizan.ratelimit.KeyedRateLimiter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.function.ToIntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The service: every connection passes the peer policy, every request the rate limit, and each
 * route what it asks for besides.
 */
final class Gateway implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);

  static {
    ServerLimits.apply();
  }

  private final HttpsServer server;
  private final ExecutorService workers = ServerLimits.workers();

  private Gateway(HttpsServer server) {
    this.server = server;
  }

  static Gateway start(
      int port,
      ServerTls tls,
      KeyedRateLimiter limiter,
      JwtVerifier tokens,
      SignedValues carts,
      Material material)
      throws IOException {
    HttpsServer server =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(tls.sslContext()));
    Gateway gateway = new Gateway(server);
    server.setExecutor(gateway.workers);
    RateGuard rate = new RateGuard(limiter, material.apiKeys());
    TokenGuard token = new TokenGuard(tokens);
    gateway.route("/account", TokenGuard.SCHEME::status, new AccountRoute(), rate, token);
    gateway.route("/admin", TokenGuard.SCHEME::status, new AdminRoute(), rate, token);
    gateway.route("/cart", reason -> 400, new CartRoute(carts), rate);
    gateway.route("/artifacts/", reason -> 502, new ArtifactRoute(material), rate);
    gateway.route("/", reason -> 404, Gateway::noSuchRoute, rate);
    server.start();
    return gateway;
  }

  int port() {
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
    workers.shutdownNow();
  }

  private void route(
      String path, ToIntFunction<Reason> refusalStatus, HttpHandler handler, Filter... guards) {
    HttpContext context = server.createContext(path, handler);
    context.getFilters().add(new RefusalFilter(refusalStatus));
    context.getFilters().addAll(List.of(guards));
  }

  private static void noSuchRoute(HttpExchange exchange) throws IOException {
    Problem.send(exchange, 404, GatewayReason.NO_SUCH_ROUTE);
  }

  /** Turns the library's refusals into answers and log lines: one place, before every guard. */
  private static final class RefusalFilter extends Filter {

    private final ToIntFunction<Reason> status;

    RefusalFilter(ToIntFunction<Reason> status) {
      this.status = status;
    }

    @Override
    public void doFilter(HttpExchange exchange, Chain chain) throws IOException {
      String request = SafeText.of(exchange.getRequestMethod() + " " + exchange.getRequestURI());
      try {
        chain.doFilter(exchange);
      } catch (VerificationException refusal) {
        LOG.info("refused {}: {}", request, refusal.getMessage());
        Problem.send(exchange, status.applyAsInt(refusal.reason()), refusal.reason());
      } catch (RuntimeException bug) {
        LOG.error("failed {}", request, bug);
        Problem.send(exchange, 500, GatewayReason.INTERNAL);
      }
    }

    @Override
    public String description() {
      return "refusals as problem+json";
    }
  }
}
