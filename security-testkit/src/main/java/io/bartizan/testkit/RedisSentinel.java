package io.bartizan.testkit;

import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * A real master, its replica and a Sentinel that promotes the replica when the master is gone.
 *
 * <p>The Sentinel calls a master down after half a second of silence. Thread-safe.
 *
 * <pre>{@code
 * try (RedisSentinel redis = RedisSentinel.start()) {
 *   RedisClient client = RedisClient.create(redis.uri());
 *   redis.first().kill();
 *   redis.awaitPromotion();
 * }
 * }</pre>
 */
public final class RedisSentinel implements AutoCloseable {

  private static final String NAME = "limits";

  private final RedisServer first;
  private final RedisServer second;
  private final RedisServer sentinel;

  private RedisSentinel(RedisServer first, RedisServer second, RedisServer sentinel) {
    this.first = first;
    this.second = second;
    this.sentinel = sentinel;
  }

  /**
   * Starts the three and waits until the replica is in step and the Sentinel knows it.
   *
   * @return a running set
   * @throws UncheckedIOException if a server does not start
   * @throws IllegalStateException if they do not find each other within twenty seconds
   */
  public static RedisSentinel start() {
    List<RedisServer> started = new ArrayList<>();
    try {
      RedisServer first = RedisServer.builder().withConfig("repl-diskless-sync-delay", "0").start();
      started.add(first);
      String address = "127.0.0.1 " + first.port();
      RedisServer second = RedisServer.builder().withConfig("replicaof", address).start();
      started.add(second);
      RedisServer sentinel =
          RedisServer.builder()
              .asSentinel()
              .withConfig("sentinel", "monitor " + NAME + " " + address + " 1")
              .withConfig("sentinel", "down-after-milliseconds " + NAME + " 500")
              .withConfig("sentinel", "failover-timeout " + NAME + " 4000")
              .start();
      started.add(sentinel);
      RedisSentinel set = new RedisSentinel(first, second, sentinel);
      await(
          () ->
              second.command("INFO", "replication").contains("master_link_status:up")
                  && sentinel.command("SENTINEL", "MASTERS").contains("num-slaves\n1"));
      return set;
    } catch (RuntimeException failure) {
      started.forEach(RedisServer::close);
      throw failure;
    }
  }

  /**
   * The Sentinel's address and the master's name, as Lettuce reads them.
   *
   * @return such as {@code redis-sentinel://127.0.0.1:40125#limits}
   */
  public String uri() {
    return "redis-sentinel://127.0.0.1:" + sentinel.port() + "#" + NAME;
  }

  /**
   * The server that was the master at the start.
   *
   * @return the first master
   */
  public RedisServer first() {
    return first;
  }

  /**
   * The server that was the replica at the start.
   *
   * @return the first replica
   */
  public RedisServer second() {
    return second;
  }

  /**
   * Waits until the Sentinel names the second server as the master and it acts as one.
   *
   * @throws IllegalStateException if that takes more than twenty seconds
   */
  public void awaitPromotion() {
    String port = "\n" + second.port();
    await(
        () ->
            sentinel.command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", NAME).endsWith(port)
                && second.command("ROLE").startsWith("master"));
  }

  /** Ends all three. */
  @Override
  public void close() {
    sentinel.close();
    second.close();
    first.close();
  }

  @Override
  public String toString() {
    return "RedisSentinel[" + uri() + "]";
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        throw new IllegalStateException("the servers did not get there within twenty seconds");
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
  }
}
