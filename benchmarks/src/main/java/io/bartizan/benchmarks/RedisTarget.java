package io.bartizan.benchmarks;

import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.redis.RedisRateLimiter;
import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SslOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The server or Cluster under load, with a client for each process that is stood for: what shares a
 * client shares its connection and calls, so a process is a client.
 */
final class RedisTarget implements AutoCloseable {
  private static final Duration CLOSE = Duration.ofSeconds(2);

  private final RedisURI uri;
  private final ClientResources resources = DefaultClientResources.create();
  private final List<AbstractRedisClient> processes = new ArrayList<>();
  private final RedisGauge gauge;

  private RedisTarget(RedisURI uri, @Nullable SslOptions tls, int processes) {
    this.uri = uri;
    boolean cluster;
    RedisClient first = server(tls);
    this.processes.add(first);
    try (StatefulRedisConnection<String, String> connection = first.connect()) {
      cluster = connection.sync().info("cluster").contains("cluster_enabled:1");
    } catch (RedisException e) {
      close();
      throw new IllegalStateException("no Redis answers at the URI", e);
    }
    if (cluster) {
      this.processes.clear();
      first.shutdown(Duration.ZERO, CLOSE);
    }
    while (this.processes.size() < processes) {
      this.processes.add(cluster ? cluster(tls) : server(tls));
    }
    gauge = RedisGauge.of(this.processes.get(0));
  }

  /**
   * Connects; a node of a Cluster stands for the whole Cluster.
   *
   * @param authorities a PEM file of those to trust, or null for the JDK's own
   */
  static RedisTarget connect(RedisURI uri, @Nullable Path authorities, int processes) {
    SslOptions tls =
        authorities == null
            ? null
            : SslOptions.builder().jdkSslProvider().trustManager(authorities.toFile()).build();
    return new RedisTarget(uri, tls, processes);
  }

  RedisGauge gauge() {
    return gauge;
  }

  int processes() {
    return processes.size();
  }

  boolean isTls() {
    return uri.isSsl();
  }

  boolean isCluster() {
    return processes.get(0) instanceof RedisClusterClient;
  }

  /** The client of one process, where the target is one server. */
  RedisClient server(int process) {
    return (RedisClient) processes.get(process);
  }

  RedisRateLimiter.Builder limiter(int process, Limit limit) {
    AbstractRedisClient client = processes.get(process);
    return client instanceof RedisClusterClient cluster
        ? RedisRateLimiter.builder(cluster, limit)
        : RedisRateLimiter.builder((RedisClient) client, limit);
  }

  /** Whether the load and the server are one machine, as far as addresses tell. */
  boolean isHere() {
    try {
      InetAddress address = InetAddress.getByName(uri.getHost());
      return address.isLoopbackAddress() || NetworkInterface.getByInetAddress(address) != null;
    } catch (UnknownHostException | SocketException e) {
      return false;
    }
  }

  private RedisClient server(@Nullable SslOptions tls) {
    RedisClient client = RedisClient.create(resources, uri);
    if (tls != null) {
      client.setOptions(ClientOptions.builder().sslOptions(tls).build());
    }
    return client;
  }

  private RedisClusterClient cluster(@Nullable SslOptions tls) {
    RedisClusterClient client = RedisClusterClient.create(resources, uri);
    if (tls != null) {
      client.setOptions(ClusterClientOptions.builder().sslOptions(tls).build());
    }
    return client;
  }

  @Override
  public void close() {
    for (AbstractRedisClient client : processes) {
      client.shutdown(Duration.ZERO, CLOSE);
    }
    var unused = resources.shutdown(0, 2, TimeUnit.SECONDS);
  }
}
