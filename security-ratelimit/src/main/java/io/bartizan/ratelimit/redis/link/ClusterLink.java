package io.bartizan.ratelimit.redis.link;

import io.lettuce.core.RedisException;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The way to one master of a Cluster; commands that moved go through the whole connection. */
final class ClusterLink implements RedisLink {

  private final RedisClusterClient client;
  private final Connector<StatefulRedisClusterConnection<byte[], byte[]>> connector;
  private final String nodeId;
  private final AtomicInteger unanswered = new AtomicInteger();

  ClusterLink(
      RedisClusterClient client,
      Connector<StatefulRedisClusterConnection<byte[], byte[]>> connector,
      String nodeId) {
    this.client = client;
    this.connector = connector;
    this.nodeId = nodeId;
  }

  @Override
  public String name() {
    return "cluster node " + nodeId.substring(0, Math.min(8, nodeId.length()));
  }

  /** True while nobody knows better: a node's connection is made when it is first needed. */
  @Override
  public boolean isOpen() {
    if (!connector.isOpen()) {
      return false;
    }
    CompletableFuture<StatefulRedisConnection<byte[], byte[]>> node = node();
    return !node.isDone() || (!node.isCompletedExceptionally() && node.join().isOpen());
  }

  @Override
  public boolean takesKeysTogether() {
    return false;
  }

  private CompletableFuture<StatefulRedisConnection<byte[], byte[]>> node() {
    try {
      return connector.required().getConnectionAsync(nodeId);
    } catch (RedisException noSuchNode) {
      return CompletableFuture.failedFuture(noSuchNode);
    }
  }

  @Override
  public void send(List<ScriptCommand> commands) {
    var unused = node().whenComplete((node, failure) -> send(node, failure, commands));
  }

  private static void send(
      @Nullable StatefulRedisConnection<byte[], byte[]> node,
      @Nullable Throwable failure,
      List<ScriptCommand> commands) {
    if (node != null && node.isOpen()) {
      var unused = node.dispatch(commands);
    } else {
      Throwable cause = failure == null ? new RedisException("not connected") : failure;
      for (ScriptCommand command : commands) {
        var unused = command.completeExceptionally(new RedisException(cause));
      }
    }
  }

  @Override
  public void resend(ScriptCommand command) {
    var unused = connector.required().dispatch(command);
  }

  @Override
  public void demoted() {
    var unused = client.refreshPartitionsAsync();
  }

  @Override
  public void probe(Runnable answered) {
    var unusedRefresh = client.refreshPartitionsAsync();
    var unused =
        node()
            .whenComplete(
                (node, failure) -> {
                  if (node != null && node.isOpen()) {
                    ping(node, answered);
                  } else {
                    unanswered.incrementAndGet();
                  }
                });
    if (unanswered.get() > 2 || !connector.isOpen()) {
      unanswered.set(0);
      var unusedAttempt = connector.connect();
    }
  }

  private void ping(StatefulRedisConnection<byte[], byte[]> node, Runnable answered) {
    unanswered.incrementAndGet();
    Ping ping =
        new Ping(
            () -> {
              unanswered.set(0);
              answered.run();
            });
    var unused = node.dispatch(ping);
  }
}
