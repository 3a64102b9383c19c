package io.bartizan.ratelimit.redis.link;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.models.partitions.ClusterPartitionParser;
import io.lettuce.core.cluster.models.partitions.Partitions;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.ByteArrayOutput;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Asks the other nodes of a Cluster who owns the slots of one that does not answer.
 *
 * <p>Lettuce's own refresh asks all of them and waits for each, also for the one that says nothing,
 * as long as its URI says.
 */
final class SlotOwners {

  private final String lost;
  private final AtomicInteger turn = new AtomicInteger();

  SlotOwners(String lostNodeId) {
    this.lost = lostNodeId;
  }

  /** Whether a node owns a slot, as far as is known; the oldest Lettuce has no word for it. */
  static boolean ownsAny(RedisClusterNode node) {
    boolean[] any = new boolean[1];
    node.forEachSlot(slot -> any[0] = true);
    return any[0];
  }

  /** How many slots these nodes own. */
  static int owned(Iterable<RedisClusterNode> nodes) {
    BitSet slots = new BitSet();
    nodes.forEach(node -> node.forEachSlot(slots::set));
    return slots.cardinality();
  }

  /** Asks one of the others, the next one each time; tells whether the answer was of use. */
  void ask(StatefulRedisClusterConnection<byte[], byte[]> connection, Consumer<Boolean> told) {
    List<RedisClusterNode> others = new ArrayList<>();
    for (RedisClusterNode node : connection.getPartitions()) {
      if (!node.getNodeId().equals(lost)) {
        others.add(node);
      }
    }
    if (others.isEmpty()) {
      told.accept(false);
      return;
    }
    RedisClusterNode other = others.get(Math.floorMod(turn.getAndIncrement(), others.size()));
    var unused =
        connection
            .getConnectionAsync(other.getNodeId())
            .thenCompose(SlotOwners::nodes)
            .thenApply(text -> adopt(connection.getPartitions(), text))
            .whenComplete((known, failure) -> told.accept(failure == null && known));
  }

  private static CompletableFuture<String> nodes(StatefulRedisConnection<byte[], byte[]> node) {
    AsyncCommand<byte[], byte[], byte[]> command =
        new AsyncCommand<>(
            new Command<>(
                CommandType.CLUSTER,
                new ByteArrayOutput<>(ByteArrayCodec.INSTANCE),
                new CommandArgs<>(ByteArrayCodec.INSTANCE).add("NODES")));
    var unused = node.dispatch(command);
    return command.toCompletableFuture().thenApply(bytes -> new String(bytes, US_ASCII));
  }

  /**
   * Takes over who owns what, where all nodes are known and the lost one owns nothing any more, or
   * slots that nobody owned are owned.
   */
  private boolean adopt(Partitions present, String text) {
    List<RedisClusterNode> nodes = new ArrayList<>();
    for (RedisClusterNode told : ClusterPartitionParser.parse(text)) {
      RedisClusterNode known = present.getPartitionByNodeId(told.getNodeId());
      if (known == null) {
        return false;
      }
      told.setUri(known.getUri());
      nodes.add(told);
    }
    RedisClusterNode before = present.getPartitionByNodeId(lost);
    boolean moved =
        before != null
            && ownsAny(before)
            && nodes.stream().noneMatch(node -> node.getNodeId().equals(lost) && ownsAny(node));
    if (moved || (lost.isEmpty() && owned(nodes) > owned(present))) {
      present.reload(nodes);
    }
    return true;
  }
}
