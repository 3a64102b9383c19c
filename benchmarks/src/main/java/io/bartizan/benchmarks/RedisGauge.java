package io.bartizan.benchmarks;

import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.RedisClient;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;

/** What Redis says of itself, over a connection that carries nothing else. */
final class RedisGauge implements RedisMeter, AutoCloseable {
  private final StatefulRedisConnection<String, String> connection;
  private final RedisCommands<String, String> redis;

  RedisGauge(RedisClient client) {
    connection = client.connect();
    redis = connection.sync();
  }

  String version() {
    return field("server", "redis_version");
  }

  /** User and system time of the whole server, and how often EVALSHA or EVAL came. */
  @Override
  public Reading read() {
    String cpu = redis.info("cpu");
    String commands = redis.info("commandstats");
    return new Reading(
        System.nanoTime(),
        Double.parseDouble(field(cpu, "used_cpu_user", true))
            + Double.parseDouble(field(cpu, "used_cpu_sys", true)),
        calls(commands, "evalsha") + calls(commands, "eval"));
  }

  private static long calls(String commands, String command) {
    String told = field(commands, "cmdstat_" + command, true);
    int comma = told.indexOf(',');
    return comma < 0 ? 0 : Long.parseLong(told.substring("calls=".length(), comma));
  }

  long memoryBytes() {
    return Long.parseLong(field("memory", "used_memory"));
  }

  int clients() {
    return Integer.parseInt(field("clients", "connected_clients"));
  }

  boolean isCluster() {
    return field("cluster", "cluster_enabled").equals("1");
  }

  /** Removes the keys that begin so. */
  void forget(String prefix) {
    ScanArgs some = ScanArgs.Builder.matches(prefix + "*").limit(10_000);
    KeyScanCursor<String> cursor = redis.scan(some);
    while (true) {
      if (!cursor.getKeys().isEmpty()) {
        redis.unlink(cursor.getKeys().toArray(String[]::new));
      }
      if (cursor.isFinished()) {
        return;
      }
      cursor = redis.scan(ScanCursor.of(cursor.getCursor()), some);
    }
  }

  private String field(String section, String name) {
    return field(redis.info(section), name, false);
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
    connection.close();
  }
}
