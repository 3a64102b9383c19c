package io.bartizan.ratelimit.redis.link;

import io.lettuce.core.api.StatefulRedisConnection;
import java.util.List;

/** The connection to a standalone server, or to the master that Sentinel names. */
final class StandaloneLink implements RedisLink {

  private final Connector<StatefulRedisConnection<byte[], byte[]>> connector;
  private final Addresses addresses;

  StandaloneLink(
      Connector<StatefulRedisConnection<byte[], byte[]>> connector, Addresses addresses) {
    this.connector = connector;
    this.addresses = addresses;
  }

  @Override
  public String name() {
    return addresses.of(connector.connection(), "standalone");
  }

  @Override
  public boolean isOpen() {
    return connector.isOpen();
  }

  @Override
  public String trouble() {
    return connector.trouble();
  }

  @Override
  public boolean takesKeysTogether() {
    return true;
  }

  @Override
  public void send(List<ScriptCommand> commands) {
    if (commands.size() == 1) {
      resend(commands.get(0));
    } else {
      var unused = connector.required().dispatch(commands);
    }
  }

  @Override
  public void resend(ScriptCommand command) {
    var unused = connector.required().dispatch(command);
  }

  @Override
  public void lookForOwners() {
    // it has no others
  }

  @Override
  public void ask(ScriptCommand command) {
    resend(command);
  }

  @Override
  public void seek() {
    var unused = connector.connect();
  }
}
