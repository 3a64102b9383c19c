package io.bartizan.benchmarks;

import io.bartizan.testkit.RedisCluster;
import io.bartizan.testkit.RedisServer;

/** The servers of one row, started for it and gone after it. */
final class Backend implements AutoCloseable {
  /** The JMH parameter that carries the URI. */
  static final String PARAMETER = "redis";

  private final String uri;
  private final Runnable stop;

  private Backend(String uri, Runnable stop) {
    this.uri = uri;
    this.stop = stop;
  }

  static Backend start(Row.Backing backing) {
    switch (backing) {
      case REDIS -> {
        RedisServer server = RedisServer.start();
        return new Backend(server.uri(), server::close);
      }
      case CLUSTER -> {
        RedisCluster cluster = RedisCluster.start();
        return new Backend(cluster.uri(), cluster::close);
      }
      default -> {
        return new Backend("", () -> {});
      }
    }
  }

  /** Returns the row with every side told where the server is. */
  Row place(Row row) {
    return row.eachSide(this::place);
  }

  Side place(Side side) {
    return uri.isEmpty() ? side : side.with(PARAMETER, uri);
  }

  @Override
  public void close() {
    stop.run();
  }
}
