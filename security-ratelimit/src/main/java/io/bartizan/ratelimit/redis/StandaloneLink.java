package io.bartizan.ratelimit.redis;

import io.lettuce.core.api.StatefulRedisConnection;
import java.util.List;

/** The connection to a standalone server, or to the master that Sentinel names. */
final class StandaloneLink implements RedisLink {

  private final StatefulRedisConnection<byte[], byte[]> connection;

  StandaloneLink(StatefulRedisConnection<byte[], byte[]> connection) {
    this.connection = connection;
  }

  @Override
  public boolean isOpen() {
    return connection.isOpen();
  }

  @Override
  public void send(List<ScriptCommand> commands) {
    if (commands.size() == 1) {
      var unused = connection.dispatch(commands.get(0));
    } else {
      var unused = connection.dispatch(commands);
    }
  }
}
