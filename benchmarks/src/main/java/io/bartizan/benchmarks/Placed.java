package io.bartizan.benchmarks;

import java.util.ArrayList;
import java.util.List;

/** A row whose sides know their servers, which run until this is closed. */
record Placed(Row row, List<Backend> servers) implements AutoCloseable {

  /** Both sides on the same server. */
  static Placed together(Row row) {
    Backend server = Backend.start(row.backing());
    return new Placed(server.place(row), List.of(server));
  }

  /** Each side on its own, since what one build stores there the other need not understand. */
  static Placed apart(Row row) {
    List<Backend> servers = new ArrayList<>();
    try {
      servers.add(Backend.start(row.backing()));
      servers.add(Backend.start(row.backing()));
      return new Placed(row.placed(servers.get(0)::place, servers.get(1)::place), servers);
    } catch (RuntimeException e) {
      servers.forEach(Backend::close);
      throw e;
    }
  }

  @Override
  public void close() {
    servers.forEach(Backend::close);
  }
}
