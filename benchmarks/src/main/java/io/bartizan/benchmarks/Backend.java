package io.bartizan.benchmarks;

import io.bartizan.testkit.RedisServer;
import java.util.List;

/** The servers of one row, started for it and gone after it. */
final class Backend implements AutoCloseable {
  /** The JMH parameter that carries the URI. */
  static final String PARAMETER = "redis";

  private final List<RedisServer> servers;

  private Backend(List<RedisServer> servers) {
    this.servers = servers;
  }

  static Backend start(Row.Backing backing) {
    return switch (backing) {
      case NONE -> new Backend(List.of());
      case REDIS -> new Backend(List.of(RedisServer.start()));
      case CLUSTER -> throw new UnsupportedOperationException("no cluster yet");
    };
  }

  /** Returns the row with every side told where the server is. */
  Row place(Row row) {
    if (servers.isEmpty()) {
      return row;
    }
    String uri = servers.get(0).uri();
    return new Row(
        row.name(),
        row.what(),
        row.measure(),
        row.goal(),
        row.backing(),
        row.warmth(),
        row.ours().stream().map(side -> side.with(PARAMETER, uri)).toList(),
        row.peers().stream().map(side -> side.with(PARAMETER, uri)).toList());
  }

  @Override
  public void close() {
    servers.forEach(RedisServer::close);
  }
}
