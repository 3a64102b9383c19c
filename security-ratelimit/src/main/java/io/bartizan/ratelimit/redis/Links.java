package io.bartizan.ratelimit.redis;

import io.lettuce.core.RedisClient;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import io.lettuce.core.codec.ByteArrayCodec;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
import java.util.function.Function;

/** The ways of one limiter to its servers: one, or on a Cluster one for each master. */
final class Links implements AutoCloseable {

  private final Connector<?> connector;
  private final BiFunction<String, String, RedisLink> choice;

  private Links(Connector<?> connector, BiFunction<String, String, RedisLink> choice) {
    this.connector = connector;
    this.choice = choice;
  }

  /**
   * The kinds of Redis that a limiter may be on, before its options are known.
   *
   * @param timer the client's
   * @param open makes the links; nothing is connected yet
   */
  record Source(ScheduledExecutorService timer, Function<RedisKeys, Links> open) {}

  /** A standalone server, or the master that Sentinel names. */
  static Source standalone(RedisClient client) {
    return new Source(
        client.getResources().eventExecutorGroup(),
        keys -> {
          var connector = new Connector<>(() -> client.connect(ByteArrayCodec.INSTANCE));
          RedisLink link = new StandaloneLink(connector);
          return new Links(connector, (head, key) -> link);
        });
  }

  /** A Cluster. */
  static Source cluster(RedisClusterClient client) {
    return new Source(
        client.getResources().eventExecutorGroup(),
        keys -> {
          var connector = new Connector<>(() -> client.connect(ByteArrayCodec.INSTANCE));
          Map<String, RedisLink> links = new ConcurrentHashMap<>();
          return new Links(
              connector,
              (head, key) ->
                  links.computeIfAbsent(
                      nodeOf(connector, keys.encode(head, key)),
                      id -> new ClusterLink(client, connector, id)));
        });
  }

  private static String nodeOf(
      Connector<StatefulRedisClusterConnection<byte[], byte[]>> connector, byte[] key) {
    var connection = connector.connection();
    if (connection == null) {
      return "";
    }
    RedisClusterNode node = connection.getPartitions().getPartitionBySlot(SlotHash.getSlot(key));
    return node == null ? "" : node.getNodeId();
  }

  /** The way to the server of a key. */
  RedisLink of(String head, String key) {
    return choice.apply(head, key);
  }

  /**
   * Connects, or leaves it to the failure policy if that takes longer than two seconds. A refused
   * client sometimes sees a closed connection and no reason, hence more than one attempt.
   *
   * @throws RuntimeException if Redis refuses the client; nothing is connected then
   */
  void connect() {
    for (int attempt = 0; attempt < 3; attempt++) {
      try {
        connector.connect().get(2, TimeUnit.SECONDS);
        return;
      } catch (ExecutionException e) {
        if (e.getCause() instanceof RuntimeException failure && Unreachable.isMistake(failure)) {
          close();
          throw failure;
        }
      } catch (TimeoutException stillTrying) {
        return;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  /** Whether there is a connection at this moment. */
  boolean isOpen() {
    return connector.isOpen();
  }

  @Override
  public void close() {
    connector.close();
  }
}
