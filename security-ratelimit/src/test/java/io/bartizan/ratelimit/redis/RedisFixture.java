package io.bartizan.ratelimit.redis;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.bartizan.ratelimit.Limit;
import io.bartizan.testkit.FaultProxy;
import io.bartizan.testkit.RedisServer;
import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.RedisClient;
import java.time.Duration;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A Redis server, a client of it, and a proxy between it and a client of its own, which both are
 * made when they are asked for. Registered in a static field the server serves all tests of a class
 * and is flushed before each; in a field of the instance each test has its own, which it may kill.
 * The proxy and its client are each test's own.
 */
final class RedisFixture
    implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback {

  private final boolean connected;
  private boolean ofClass;
  private RedisServer server;
  private RedisClient client;
  private FaultProxy proxy;
  private RedisClient proxied;
  private RedisRateLimiter keeper;

  RedisFixture() {
    this(false);
  }

  private RedisFixture(boolean connected) {
    this.connected = connected;
  }

  /**
   * One whose client keeps the connection that its limiters share, for classes that make hundreds
   * of limiters one after the other.
   */
  static RedisFixture connected() {
    return new RedisFixture(true);
  }

  RedisServer server() {
    return server;
  }

  /** Runs a command in a process of its own and gives what it prints. */
  @CanIgnoreReturnValue
  String command(String... words) {
    return server.command(words);
  }

  /** How often the server was asked to run a script by its digest. */
  long scriptCalls() {
    return command("INFO", "commandstats")
        .lines()
        .filter(line -> line.startsWith("cmdstat_evalsha:"))
        .mapToLong(line -> Long.parseLong(line.split("[=,]", -1)[1]))
        .sum();
  }

  /** A client straight to the server. */
  RedisClient client() {
    return client;
  }

  /** What stands between the server and {@link #proxied}. */
  FaultProxy proxy() {
    if (proxy == null) {
      proxy = FaultProxy.to(server.port());
    }
    return proxy;
  }

  /** A client whose way leads through the proxy. */
  RedisClient proxied() {
    if (proxied == null) {
      proxied = RedisClient.create("redis://127.0.0.1:" + proxy().port());
    }
    return proxied;
  }

  /** Ends a client at once. */
  static void shutDown(AbstractRedisClient client) {
    client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    ofClass = true;
    start();
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    if (ofClass) {
      server.command("FLUSHALL");
    } else {
      start();
    }
  }

  @Override
  public void afterEach(ExtensionContext context) {
    if (proxied != null) {
      shutDown(proxied);
      proxied = null;
    }
    if (proxy != null) {
      proxy.close();
      proxy = null;
    }
    if (!ofClass) {
      stop();
    }
  }

  @Override
  public void afterAll(ExtensionContext context) {
    if (ofClass) {
      stop();
    }
  }

  /** Connects once, so that the first limiter need not wait until the client's classes are read. */
  private void start() {
    server = RedisServer.start();
    client = RedisClient.create(server.uri());
    client.connect().close();
    if (connected) {
      keeper = RedisRateLimiter.of(client, Limit.parse("1/s fixed").named("kept"));
    }
  }

  private void stop() {
    if (keeper != null) {
      keeper.close();
    }
    shutDown(client);
    server.close();
  }
}
