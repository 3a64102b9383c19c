package io.bartizan.examples.gateway;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
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
import io.bartizan.ratelimit.KeyedRateLimiter;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import javax.net.ssl.SSLContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The service: every connection passes the peer policy, every request the rate limit, and each
 * route what it asks for besides.
 */
public final class Gateway implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);

  static {
    ServerLimits.apply();
  }

  private final HttpsServer server;
  private final ThreadPoolExecutor workers = ServerLimits.workers();
  private final OpenRequests open;

  private Gateway(HttpsServer server, OpenRequests open) {
    this.server = server;
    this.open = open;
  }

  /**
   * What guards it; suppliers are asked at each request, so that what they give can be rotated.
   *
   * @param tls decides about peers
   * @param limiter how often an API key may call
   * @param apiKeys which API keys there are
   * @param tokens who issues tokens
   * @param carts signs what travels through the client
   * @param artifacts what is served, and its digests
   */
  public record Guards(
      SSLContext tls,
      KeyedRateLimiter limiter,
      Supplier<ApiKeys> apiKeys,
      Supplier<JwtVerifier> tokens,
      SignedValues carts,
      ArtifactStore artifacts) {}

  /** How long a client may take that has begun a handshake or a request when the server ends. */
  private static final Duration HALF_READ = Duration.ofSeconds(2);

  /** Starts to listen. */
  public static Gateway start(InetSocketAddress address, Guards guards) throws IOException {
    return start(address, guards, new OpenRequests());
  }

  static Gateway start(InetSocketAddress address, Guards guards, OpenRequests open)
      throws IOException {
    HttpsServer server = HttpsServer.create(address, 0);
    server.setHttpsConfigurator(new HttpsConfigurator(guards.tls()));
    Gateway gateway = new Gateway(server, open);
    server.setExecutor(gateway.workers);
    RateGuard rate = new RateGuard(guards.limiter(), guards.apiKeys());
    TokenGuard token = new TokenGuard(guards.tokens());
    gateway.route("/account", TokenGuard.SCHEME::status, new AccountRoute(), rate, token);
    gateway.route("/admin", TokenGuard.SCHEME::status, new AdminRoute(), rate, token);
    gateway.route("/cart", reason -> 400, new CartRoute(guards.carts()), rate);
    gateway.route("/artifacts/", reason -> 502, new ArtifactRoute(guards.artifacts()), rate);
    gateway.route("/", reason -> 404, Gateway::noSuchRoute, rate);
    server.start();
    return gateway;
  }

  public int port() {
    return server.getAddress().getPort();
  }

  /** Threads that answer a request or wait for a client's next byte. */
  int busyWorkers() {
    return workers.getActiveCount();
  }

  /** From now on each answer is the last of its connection; new connections are still taken. */
  void endConnections() {
    open.endConnections();
  }

  /**
   * Takes no more connections and waits for the requests that are open, a moment also for those
   * that are not read yet, of clients in the middle of their handshake.
   *
   * @return whether all of them were answered within that time
   */
  @CanIgnoreReturnValue
  boolean drain(Duration most) throws InterruptedException {
    int seconds = (int) most.plusMillis(999).toSeconds();
    Thread stopping = new Thread(() -> server.stop(seconds), "gateway-stop");
    stopping.setDaemon(true);
    stopping.start();
    long end = System.nanoTime() + Math.min(most.toNanos(), HALF_READ.toNanos());
    while (busyWorkers() > open.count() && System.nanoTime() - end < 0) {
      TimeUnit.MILLISECONDS.sleep(10);
    }
    return open.awaitNone(most);
  }

  @Override
  public void close() {
    server.stop(0);
    workers.shutdownNow();
  }

  private void route(
      String path, ToIntFunction<Reason> refusalStatus, HttpHandler handler, Filter... guards) {
    HttpContext context = server.createContext(path, handler);
    context.getFilters().add(open);
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
      // Without its query, where some clients put what is secret.
      String request =
          SafeText.of(exchange.getRequestMethod() + " " + exchange.getRequestURI().getRawPath());
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
