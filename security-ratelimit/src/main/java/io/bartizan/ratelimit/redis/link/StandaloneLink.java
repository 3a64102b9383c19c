package io.bartizan.ratelimit.redis.link;

import io.lettuce.core.RedisException;
import io.lettuce.core.api.StatefulRedisConnection;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The connection to a standalone server, or to the master that Sentinel names. */
final class StandaloneLink implements RedisLink {

  private final Connector<StatefulRedisConnection<byte[], byte[]>> connector;
  private final AtomicInteger unanswered = new AtomicInteger();

  StandaloneLink(Connector<StatefulRedisConnection<byte[], byte[]>> connector) {
    this.connector = connector;
  }

  @Override
  public String name() {
    return "standalone";
  }

  @Override
  public boolean isOpen() {
    return connector.isOpen();
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
  public void demoted() {
    unanswered.set(2);
  }

  @Override
  public void probe(Runnable answered) {
    StatefulRedisConnection<byte[], byte[]> connection = connector.connection();
    if (connection != null && connection.isOpen()) {
      ping(connection, answered);
    }
    if (unanswered.get() > 1 || !connector.isOpen()) {
      var unused =
          connector.connect().whenComplete((done, failure) -> connected(failure, answered));
    }
  }

  private void connected(@Nullable Throwable failure, Runnable answered) {
    if (failure == null) {
      ping(connector.required(), answered);
    }
  }

  /** A new connection to a replica is no way back, so even that one is asked. */
  private void ping(StatefulRedisConnection<byte[], byte[]> connection, Runnable answered) {
    unanswered.incrementAndGet();
    Ping ping =
        new Ping(
            () -> {
              unanswered.set(0);
              answered.run();
            });
    try {
      var unused = connection.dispatch(ping);
    } catch (RedisException closedMeanwhile) {
      unanswered.incrementAndGet();
    }
  }
}
