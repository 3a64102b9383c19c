package io.bartizan.ratelimit.redis.link;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/** The one server that a client without a Cluster has, also through Sentinel. Thread-safe. */
public final class StandaloneServers extends Servers {

  private final Connector<StatefulRedisConnection<byte[], byte[]>> connector;
  private final Server server;

  private StandaloneServers(
      RedisClient client,
      Connector<StatefulRedisConnection<byte[], byte[]>> connector,
      Addresses addresses) {
    super(client, connector, addresses);
    this.connector = connector;
    this.server = server(new StandaloneLink(connector, addresses));
  }

  /** The server, or the master that Sentinel names; nothing is connected yet. */
  public static StandaloneServers of(RedisClient client) {
    return new StandaloneServers(
        client, new Connector<>(() -> client.connect(CODEC)), new Addresses());
  }

  @Override
  public Server of(RedisKeys keys, String head, String key) {
    return server;
  }

  @Override
  CompletableFuture<?> reached() {
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletableFuture<Names> names(String from, String pattern, int count) {
    StatefulRedisConnection<byte[], byte[]> one = connector.required();
    return NodeScan.step(
        new TreeMap<>(Map.of("", CompletableFuture.completedFuture(one))), from, pattern, count);
  }

  @Override
  public int owners() {
    return 1;
  }

  @Override
  public Collection<Server> all() {
    return List.of(server);
  }
}
