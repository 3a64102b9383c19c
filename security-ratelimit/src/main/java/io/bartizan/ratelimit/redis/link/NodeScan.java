package io.bartizan.ratelimit.redis.link;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.KeyScanOutput;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.util.List;
import java.util.NavigableMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One step through the names of keys, node after node in the order of their ids. */
final class NodeScan {

  private NodeScan() {}

  /** A step: names, and where the next one begins; empty at the end. */
  static CompletableFuture<Servers.Names> step(
      NavigableMap<String, CompletableFuture<StatefulRedisConnection<byte[], byte[]>>> nodes,
      String from,
      String pattern,
      int count) {
    int at = from.indexOf('@');
    String wanted = at < 0 ? "" : from.substring(0, at);
    var entry = nodes.ceilingEntry(wanted);
    if (entry == null) {
      return CompletableFuture.completedFuture(new Servers.Names(List.of(), ""));
    }
    String node = entry.getKey();
    String cursor = at < 0 || !node.equals(wanted) ? "0" : from.substring(at + 1);
    String next = nodes.higherKey(node);
    return entry
        .getValue()
        .thenCompose(connection -> scan(connection, cursor, pattern, count))
        .thenApply(
            reply -> {
              String rest = reply.isFinished() ? after(next) : node + "@" + reply.getCursor();
              return new Servers.Names(
                  reply.getKeys().stream().map(name -> new String(name, UTF_8)).toList(), rest);
            });
  }

  private static String after(@Nullable String next) {
    return next == null ? "" : next + "@0";
  }

  private static CompletableFuture<KeyScanCursor<byte[]>> scan(
      StatefulRedisConnection<byte[], byte[]> connection,
      String cursor,
      String pattern,
      int count) {
    AsyncCommand<byte[], byte[], KeyScanCursor<byte[]>> command =
        new AsyncCommand<>(
            new Command<>(
                CommandType.SCAN,
                new KeyScanOutput<>(ByteArrayCodec.INSTANCE),
                new CommandArgs<>(ByteArrayCodec.INSTANCE)
                    .add(cursor)
                    .add("MATCH")
                    .add(pattern)
                    .add("COUNT")
                    .add(count)));
    var unused = connection.dispatch(command);
    return command.toCompletableFuture();
  }
}
