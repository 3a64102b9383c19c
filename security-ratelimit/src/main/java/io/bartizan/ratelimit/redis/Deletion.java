package io.bartizan.ratelimit.redis;

import io.bartizan.ratelimit.redis.link.ScriptCommand;
import io.bartizan.ratelimit.redis.link.Server;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A key that is deleted, sent on once if it belongs to another node. */
final class Deletion extends CompletableFuture<Void> implements ScriptCommand.Outcome {

  private final Server server;
  private final byte[] key;
  private volatile boolean sentOn;

  Deletion(Server server, byte[] key) {
    this.server = server;
    this.key = key;
  }

  void send() {
    try {
      server.send(List.of(command()));
    } catch (RuntimeException e) {
      boolean unused = completeExceptionally(e);
    }
  }

  private ScriptCommand command() {
    CommandArgs<byte[], byte[]> arguments = new CommandArgs<>(ByteArrayCodec.INSTANCE);
    return new ScriptCommand(CommandType.DEL, arguments.addKey(key), this);
  }

  @Override
  public void replied(long[] numbers) {
    boolean unused = complete(null);
  }

  @Override
  public void failed(Throwable cause) {
    if (!sentOn && ScriptCommand.belongsElsewhere(cause)) {
      sentOn = true;
      try {
        server.resend(command(), cause);
        return;
      } catch (RuntimeException e) {
        cause.addSuppressed(e);
      }
    }
    boolean unused = completeExceptionally(cause);
  }
}
