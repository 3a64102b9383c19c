package io.bartizan.benchmarks;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.RedisClient;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import java.util.List;
import java.util.function.ToLongFunction;

/** What the masters say of themselves, summed, over connections that carry nothing else. */
final class RedisGauge implements RedisMeter, AutoCloseable {
  private final Runnable connection;
  private final List<RedisCommands<String, String>> masters;

  private RedisGauge(Runnable connection, List<RedisCommands<String, String>> masters) {
    this.connection = connection;
    this.masters = masters;
  }

  static RedisGauge of(AbstractRedisClient client) {
    if (client instanceof RedisClusterClient cluster) {
      StatefulRedisClusterConnection<String, String> connection = cluster.connect();
      return new RedisGauge(
          connection::close,
          connection.getPartitions().stream()
              .filter(node -> node.getRole().isUpstream() && !node.hasNoSlots())
              .map(RedisClusterNode::getNodeId)
              .map(node -> connection.getConnection(node).sync())
              .toList());
    }
    StatefulRedisConnection<String, String> connection = ((RedisClient) client).connect();
    return new RedisGauge(connection::close, List.of(connection.sync()));
  }

  int servers() {
    return masters.size();
  }

  String version() {
    return field(masters.get(0).info("server"), "redis_version", false);
  }

  /**
   * User and system time of the servers, and how often EVALSHA or EVAL came; the time is the
   * servers' own, of the same reply: one that comes late under load says when it was made.
   */
  @Override
  public Reading read() {
    double cpu = 0;
    long calls = 0;
    double micros = 0;
    for (RedisCommands<String, String> redis : masters) {
      String all = redis.info("all");
      cpu +=
          Double.parseDouble(field(all, "used_cpu_user", true))
              + Double.parseDouble(field(all, "used_cpu_sys", true));
      calls += calls(all, "evalsha") + calls(all, "eval");
      micros += Double.parseDouble(field(all, "server_time_usec", true)) / masters.size();
    }
    return new Reading(Math.round(micros * 1000), cpu, calls);
  }

  private static long calls(String commands, String command) {
    String told = field(commands, "cmdstat_" + command, true);
    int comma = told.indexOf(',');
    return comma < 0 ? 0 : Long.parseLong(told.substring("calls=".length(), comma));
  }

  long memoryBytes() {
    return sum("memory", "used_memory");
  }

  /** What the servers may use, or 0 where one has no bound. */
  long maxMemoryBytes() {
    return masters.stream().allMatch(redis -> number(redis, "memory", "maxmemory") > 0)
        ? sum("memory", "maxmemory")
        : 0;
  }

  long evictedKeys() {
    return sum("stats", "evicted_keys");
  }

  int clients() {
    return (int) sum("clients", "connected_clients");
  }

  private long sum(String section, String name) {
    ToLongFunction<RedisCommands<String, String>> one = redis -> number(redis, section, name);
    return masters.stream().mapToLong(one).sum();
  }

  private static long number(RedisCommands<String, String> redis, String section, String name) {
    return Long.parseLong(field(redis.info(section), name, true));
  }

  /** Removes the keys that begin so. */
  void forget(String prefix) {
    for (RedisCommands<String, String> redis : masters) {
      forget(redis, prefix);
    }
  }

  private void forget(RedisCommands<String, String> redis, String prefix) {
    ScanArgs some = ScanArgs.Builder.matches(prefix + "*").limit(10_000);
    KeyScanCursor<String> cursor = redis.scan(some);
    while (true) {
      if (masters.size() > 1) {
        // A command's keys are of one slot there.
        cursor.getKeys().forEach(redis::unlink);
      } else if (!cursor.getKeys().isEmpty()) {
        redis.unlink(cursor.getKeys().toArray(String[]::new));
      }
      if (cursor.isFinished()) {
        return;
      }
      cursor = redis.scan(ScanCursor.of(cursor.getCursor()), some);
    }
  }

  private static String field(String info, String name, boolean number) {
    for (String line : info.split("\r?\n", -1)) {
      if (line.startsWith(name + ":")) {
        return line.substring(name.length() + 1);
      }
    }
    return number ? "0" : "unknown";
  }

  @Override
  public void close() {
    connection.run();
  }
}
