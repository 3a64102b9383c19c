package io.bartizan.ratelimit.redis.link;

import io.bartizan.core.Ticker;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.models.partitions.Partitions;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import io.lettuce.core.codec.ByteArrayCodec;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** The servers of one client: one, or on a Cluster one for each master. Thread-safe. */
public abstract class Servers implements AutoCloseable {

  private final Connector<?> connector;
  private final ScheduledExecutorService timer;
  private final Server.Availability hearer;

  private Servers(
      Connector<?> connector, ScheduledExecutorService timer, Server.Availability hearer) {
    this.connector = connector;
    this.timer = timer;
    this.hearer = hearer;
  }

  /** A kind of Redis that a limiter is on, before its options are known. */
  public interface Source {

    /** Makes the servers; nothing is connected yet. */
    Servers open(Server.Availability hearer);
  }

  /** A standalone server, or the master that Sentinel names. */
  public static Source standalone(RedisClient client) {
    return hearer -> new Standalone(client, hearer);
  }

  /** A Cluster. */
  public static Source cluster(RedisClusterClient client) {
    return hearer -> new Cluster(client, hearer);
  }

  /** The server of a key, whose name these make with this head. */
  public abstract Server of(RedisKeys keys, String head, String key);

  /** Those that were asked for a key and still belong to the client's Redis. */
  public abstract Collection<Server> all();

  /** How many of them do not answer; one while there is no connection at all. */
  public final long away() {
    long away = all().stream().filter(Server::isAway).count();
    return away == 0 && !connector.isOpen() ? 1 : away;
  }

  /** How many calls wait for any of them. */
  public final long pending() {
    return all().stream().mapToLong(Server::pending).sum();
  }

  /** The client's timer. */
  public final ScheduledExecutorService timer() {
    return timer;
  }

  /**
   * Connects, or leaves it to the traffic if that takes longer than two seconds. A refused client
   * sometimes sees a closed connection and no reason, hence more than one attempt.
   *
   * @throws RuntimeException if Redis refuses the client; nothing is connected then
   */
  public final void connect() {
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

  /** Closes the connection; the client stays the application's. */
  @Override
  public final void close() {
    all().forEach(Server::close);
    connector.close();
  }

  final Server server(RedisLink link) {
    return new Server(link, Ticker.system(), timer, hearer);
  }

  private static final class Standalone extends Servers {

    private final Server server;

    Standalone(RedisClient client, Server.Availability hearer) {
      this(client, new Connector<>(() -> client.connect(ByteArrayCodec.INSTANCE)), hearer);
    }

    private Standalone(
        RedisClient client,
        Connector<StatefulRedisConnection<byte[], byte[]>> connector,
        Server.Availability hearer) {
      super(connector, client.getResources().eventExecutorGroup(), hearer);
      this.server = server(new StandaloneLink(connector));
    }

    @Override
    public Server of(RedisKeys keys, String head, String key) {
      return server;
    }

    @Override
    public Collection<Server> all() {
      return List.of(server);
    }
  }

  private static final class Cluster extends Servers {

    private final RedisClusterClient client;
    private final Connector<StatefulRedisClusterConnection<byte[], byte[]>> connector;
    private final Map<String, Server> servers = new ConcurrentHashMap<>();

    Cluster(RedisClusterClient client, Server.Availability hearer) {
      this(client, new Connector<>(() -> client.connect(ByteArrayCodec.INSTANCE)), hearer);
    }

    private Cluster(
        RedisClusterClient client,
        Connector<StatefulRedisClusterConnection<byte[], byte[]>> connector,
        Server.Availability hearer) {
      super(connector, client.getResources().eventExecutorGroup(), hearer);
      this.client = client;
      this.connector = connector;
    }

    @Override
    public Server of(RedisKeys keys, String head, String key) {
      String node = nodeOf(keys.encode(head, key));
      Server known = servers.get(node);
      if (known == null) {
        known = servers.computeIfAbsent(node, id -> server(new ClusterLink(client, connector, id)));
        var unused = all();
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
      Partitions partitions = partitions();
      if (partitions != null && servers.size() > 1) {
        servers.keySet().removeIf(id -> !owns(partitions, id));
      }
      return servers.values();
    }

    private static boolean owns(Partitions partitions, String id) {
      RedisClusterNode node = partitions.getPartitionByNodeId(id);
      return node != null && !node.hasNoSlots();
    }
  }
}
