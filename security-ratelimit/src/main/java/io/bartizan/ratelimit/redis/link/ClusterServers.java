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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** The masters of a Cluster, each known by its id once a key of it was asked for. Thread-safe. */
public final class ClusterServers extends Servers {

  private static final long REFRESH_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final RedisClusterClient client;
  private final Connector<StatefulRedisClusterConnection<byte[], byte[]>> connector;
  private final Map<String, Server> servers = new ConcurrentHashMap<>();
  private final AtomicBoolean refreshing = new AtomicBoolean();
  private volatile long refreshedNanos = System.nanoTime() - REFRESH_NANOS;

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
              node, id -> server(new ClusterLink(connector, id, this::refresh, this::forget)));
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

  /**
   * Has Lettuce ask all nodes who owns the slots, which it does by itself only where the
   * application says so, and with many nodes is no small thing.
   */
  private void refresh() {
    long now = System.nanoTime();
    if (now - refreshedNanos >= REFRESH_NANOS && refreshing.compareAndSet(false, true)) {
      refreshedNanos = now;
      try {
        var unused =
            client.refreshPartitionsAsync().whenComplete((done, failure) -> refreshing.set(false));
      } catch (RuntimeException clientIsShutDown) {
        refreshing.set(false);
      }
    }
  }

  private void forget() {
    Partitions partitions = partitions();
    if (partitions != null) {
      for (String id : List.copyOf(servers.keySet())) {
        Server gone = owns(partitions, id) ? null : servers.remove(id);
        if (gone != null) {
          gone.retire();
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
    if (id.isEmpty()) { // it stands for whoever will own what nobody owns
      return SlotOwners.owned(partitions) < SlotHash.SLOT_COUNT;
    }
    RedisClusterNode node = partitions.getPartitionByNodeId(id);
    return node != null && SlotOwners.ownsAny(node);
  }
}
