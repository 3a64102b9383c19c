package io.bartizan.ratelimit.redis.link;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The one server that a client without a Cluster has. */
final class StandaloneServers extends Servers {

  private final Server server;

  private StandaloneServers(
      RedisClient client,
      Connector<StatefulRedisConnection<byte[], byte[]>> connector,
      Addresses addresses) {
    super(client, connector, addresses);
    this.server = server(new StandaloneLink(connector, addresses));
  }

  static StandaloneServers of(RedisClient client) {
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
  public int owners() {
    return 1;
  }

  @Override
  public Collection<Server> all() {
    return List.of(server);
  }
}
