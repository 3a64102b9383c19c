package io.bartizan.testkit;

import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A real Redis Cluster of three masters on loopback ports, gone when closed.
 *
 * <p>The 16 384 slots are shared out evenly. Nodes are {@link RedisServer}s, so each can be paused,
 * killed and restarted alone. Thread-safe.
 *
 * <pre>{@code
 * try (RedisCluster cluster = RedisCluster.start()) {
 *   RedisClusterClient client = RedisClusterClient.create(cluster.uri());
 * }
 * }</pre>
 */
public final class RedisCluster implements AutoCloseable {

  private static final int SLOTS = 16_384;
  private static final int NODES = 3;

  private final List<RedisServer> nodes;

  private RedisCluster(List<RedisServer> nodes) {
    this.nodes = List.copyOf(nodes);
  }

  /**
   * Starts three nodes, joins them and waits until each calls the cluster whole.
   *
   * @return a running cluster
   * @throws UncheckedIOException if a node does not start
   * @throws IllegalStateException if they do not agree within twenty seconds
   */
  public static RedisCluster start() {
    List<RedisServer> nodes = new ArrayList<>();
    try {
      for (int i = 0; i < NODES; i++) {
        nodes.add(
            RedisServer.builder()
                .withConfig("cluster-enabled", "yes")
                .withConfig("cluster-config-file", "nodes.conf")
                .withConfig("cluster-node-timeout", "1000")
                .withConfig("cluster-require-full-coverage", "no")
                .start());
      }
      join(nodes);
      return new RedisCluster(nodes);
    } catch (RuntimeException failure) {
      nodes.forEach(RedisServer::close);
      throw failure;
    }
  }

  /**
   * A node from which clients learn the others.
   *
   * @return such as {@code redis://127.0.0.1:40123}
   */
  public String uri() {
    return nodes.get(0).uri();
  }

  /**
   * The masters.
   *
   * @return three servers, in the order of their slots
   */
  public List<RedisServer> nodes() {
    return nodes;
  }

  /** Ends every node. */
  @Override
  public void close() {
    nodes.forEach(RedisServer::close);
  }

  @Override
  public String toString() {
    return "RedisCluster" + nodes;
  }

  private static void join(List<RedisServer> nodes) {
    for (int i = 0; i < NODES; i++) {
      List<String> words = new ArrayList<>(List.of("CLUSTER", "ADDSLOTS"));
      for (int slot = i * SLOTS / NODES; slot < (i + 1) * SLOTS / NODES; slot++) {
        words.add(Integer.toString(slot));
      }
      nodes.get(i).command(words.toArray(String[]::new));
      nodes.get(i).command("CLUSTER", "SET-CONFIG-EPOCH", Integer.toString(i + 1));
    }
    for (RedisServer other : nodes.subList(1, NODES)) {
      String port = Integer.toString(other.port());
      nodes.get(0).command("CLUSTER", "MEET", "127.0.0.1", port);
    }
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!nodes.stream().allMatch(RedisCluster::seesAll)) {
      if (System.nanoTime() - deadline > 0) {
        throw new IllegalStateException("the nodes do not agree: " + info(nodes.get(0)));
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
  }

  private static boolean seesAll(RedisServer node) {
    String info = info(node);
    return info.contains("cluster_state:ok") && info.contains("cluster_slots_ok:" + SLOTS);
  }

  private static String info(RedisServer node) {
    return node.command("CLUSTER", "INFO");
  }
}
