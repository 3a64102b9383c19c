package io.bartizan.ratelimit.redis.link;

import io.lettuce.core.RedisException;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The way to one master of a Cluster; commands that moved go through the whole connection. */
final class ClusterLink implements RedisLink {

  private static final int NEW_CONNECTION_AT = 4;

  private final Connector<StatefulRedisClusterConnection<byte[], byte[]>> connector;
  private final String nodeId;
  private final SlotOwners owners;
  private final Runnable refresh;
  private final Runnable looked;
  private final AtomicInteger sought = new AtomicInteger();

  /**
   * A way to a node, or with no id to whichever will own slots that nobody owns now.
   *
   * @param refresh has Lettuce look for who owns the slots, unless it did lately
   * @param looked runs when it was looked for who owns the slots
   */
  ClusterLink(
      Connector<StatefulRedisClusterConnection<byte[], byte[]>> connector,
      String nodeId,
      Runnable refresh,
      Runnable looked) {
    this.connector = connector;
    this.nodeId = nodeId;
    this.owners = new SlotOwners(nodeId);
    this.refresh = refresh;
    this.looked = looked;
  }

  @Override
  public String name() {
    var connection = connector.connection();
    RedisClusterNode node =
        connection == null ? null : connection.getPartitions().getPartitionByNodeId(nodeId);
    if (node == null) {
      return nodeId.isEmpty()
          ? "cluster"
          : "cluster node " + nodeId.substring(0, Math.min(8, nodeId.length()));
    }
    return node.getUri().getHost() + ":" + node.getUri().getPort();
  }

  /** True while nobody knows better: a node's connection is made when it is first needed. */
  @Override
  public boolean isOpen() {
    if (nodeId.isEmpty() || connector.connection() == null) {
      return connector.isOpen();
    }
    CompletableFuture<StatefulRedisConnection<byte[], byte[]>> node = node();
    return !node.isDone() || (!node.isCompletedExceptionally() && node.join().isOpen());
  }

  @Override
  public String trouble() {
    return connector.trouble();
  }

  @Override
  public boolean takesKeysTogether() {
    return false;
  }

  private CompletableFuture<StatefulRedisConnection<byte[], byte[]>> node() {
    try {
      return connector.required().getConnectionAsync(nodeId);
    } catch (RuntimeException noSuchNode) {
      return CompletableFuture.failedFuture(noSuchNode);
    }
  }

  @Override
  public void send(List<ScriptCommand> commands) {
    if (nodeId.isEmpty()) {
      commands.forEach(this::resend);
      return;
    }
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
  public void lookForOwners() {
    refresh.run();
  }

  @Override
  public void ask(ScriptCommand command) {
    sought.set(0);
    send(List.of(command));
  }

  /** Asks the others who owns the slots; what nobody there knows, Lettuce finds in its own time. */
  @Override
  public void seek() {
    var connection = connector.connection();
    if (connection == null || sought.incrementAndGet() >= NEW_CONNECTION_AT) {
      sought.set(0);
      var unusedAttempt = connector.connect();
    }
    if (connection != null) {
      owners.ask(
          connection,
          known -> {
            if (!known) {
              refresh.run();
            }
            looked.run();
          });
    }
  }
}
