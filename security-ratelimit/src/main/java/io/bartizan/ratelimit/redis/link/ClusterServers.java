package io.bartizan.ratelimit.redis.link;

import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.models.partitions.Partitions;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The masters of a Cluster, each known by its id once a key of it was asked for. Thread-safe. */
public final class ClusterServers extends Servers {

  private final RedisClusterClient client;
  private final Connector<StatefulRedisClusterConnection<byte[], byte[]>> connector;
  private final Map<String, Server> servers = new ConcurrentHashMap<>();

  private ClusterServers(
      RedisClusterClient client,
      Connector<StatefulRedisClusterConnection<byte[], byte[]>> connector) {
    super(client, connector, new Addresses());
    this.client = client;
    this.connector = connector;
  }

  /** The masters of this client; nothing is connected yet. */
  public static ClusterServers of(RedisClusterClient client) {
    return new ClusterServers(client, new Connector<>(() -> client.connect(CODEC)));
  }

  @Override
  public Server of(RedisKeys keys, String head, String key) {
    String node = nodeOf(keys.encode(head, key));
    Server known = servers.get(node);
    if (known == null) {
      known =
          servers.computeIfAbsent(
              node, id -> server(new ClusterLink(client, connector, id, this::forget)));
      forget();
    }
    return known;
  }

  private String nodeOf(byte[] key) {
    Partitions partitions = partitions();
    RedisClusterNode node =
        partitions == null ? null : partitions.getPartitionBySlot(SlotHash.getSlot(key));
    return node == null ? "" : node.getNodeId();
  }

  private @Nullable Partitions partitions() {
    var connection = connector.connection();
    return connection == null ? null : connection.getPartitions();
  }

  /** A node that owns no slot now is forgotten: whether it answers says nothing of any key. */
  @Override
  public Collection<Server> all() {
    forget();
    return servers.values();
  }

  @Override
  public CompletableFuture<Names> names(String from, String pattern, int count) {
    TreeMap<String, CompletableFuture<StatefulRedisConnection<byte[], byte[]>>> nodes =
        new TreeMap<>();
    var connection = connector.required();
    for (RedisClusterNode node : connection.getPartitions()) {
      if (SlotOwners.ownsAny(node)) {
        nodes.put(node.getNodeId(), connection.getConnectionAsync(node.getNodeId()));
      }
    }
    return NodeScan.step(nodes, from, pattern, count);
  }

  @Override
  public int owners() {
    int owners = 0;
    Partitions partitions = partitions();
    if (partitions != null) {
      for (RedisClusterNode node : partitions) {
        owners += SlotOwners.ownsAny(node) ? 1 : 0;
      }
    }
    return owners;
  }

  private void forget() {
    Partitions partitions = partitions();
    if (partitions != null) {
      for (String id : List.copyOf(servers.keySet())) {
        Server gone = owns(partitions, id) ? null : servers.remove(id);
        if (gone != null) {
          gone.close();
        }
      }
    }
  }

  @Override
  CompletableFuture<?> reached() {
    List<CompletableFuture<?>> nodes = new ArrayList<>();
    var connection = connector.connection();
    if (connection != null) {
      for (RedisClusterNode node : connection.getPartitions()) {
        if (SlotOwners.ownsAny(node)) {
          nodes.add(connection.getConnectionAsync(node.getNodeId()));
        }
      }
    }
    return CompletableFuture.allOf(nodes.toArray(CompletableFuture[]::new));
  }

  private static boolean owns(Partitions partitions, String id) {
    RedisClusterNode node = partitions.getPartitionByNodeId(id);
    return node != null && SlotOwners.ownsAny(node);
  }
}
