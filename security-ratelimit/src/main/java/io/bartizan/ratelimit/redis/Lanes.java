package io.bartizan.ratelimit.redis;

import io.lettuce.core.RedisClient;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import io.lettuce.core.codec.ByteArrayCodec;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;

/** The lanes of a limiter: one, or on a Cluster one for each master. */
interface Lanes extends AutoCloseable {

  /** The lane of a check. */
  Lane of(Check check);

  /** Those that exist. */
  Collection<Lane> all();

  /** Connects for the first time. */
  CompletableFuture<Void> connect();

  @Override
  void close();

  /** The kinds of Redis that a limiter may be on, before its options are known. */
  interface Source {

    /** The client's timer. */
    ScheduledExecutorService timer();

    /** Lanes with these settings. */
    Lanes open(LaneSettings settings);
  }

  /** A standalone server, or the master that Sentinel names. */
  static Source standalone(RedisClient client) {
    return new Source() {
      @Override
      public ScheduledExecutorService timer() {
        return client.getResources().eventExecutorGroup();
      }

      @Override
      public Lanes open(LaneSettings settings) {
        var connector = new Connector<>(() -> client.connect(ByteArrayCodec.INSTANCE));
        Lane lane = new Lane(new StandaloneLink(connector), settings);
        return new OpenLanes(connector, check -> lane, () -> List.of(lane));
      }
    };
  }

  /** A Cluster. */
  static Source cluster(RedisClusterClient client) {
    return new Source() {
      @Override
      public ScheduledExecutorService timer() {
        return client.getResources().eventExecutorGroup();
      }

      @Override
      public Lanes open(LaneSettings settings) {
        var connector = new Connector<>(() -> client.connect(ByteArrayCodec.INSTANCE));
        Map<String, Lane> lanes = new ConcurrentHashMap<>();
        Function<String, Lane> lane =
            id -> new Lane(new ClusterLink(client, connector, id), settings);
        return new OpenLanes(
            connector,
            check -> lanes.computeIfAbsent(nodeOf(connector, settings.keys(), check), lane),
            lanes::values);
      }
    };
  }

  private static String nodeOf(
      Connector<StatefulRedisClusterConnection<byte[], byte[]>> connector,
      RedisKeys keys,
      Check check) {
    var connection = connector.connection();
    if (connection == null) {
      return "";
    }
    int slot = SlotHash.getSlot(keys.encode(check.script.keyHead(), check.key));
    RedisClusterNode node = connection.getPartitions().getPartitionBySlot(slot);
    return node == null ? "" : node.getNodeId();
  }
}
