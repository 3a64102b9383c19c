package io.bartizan.ratelimit.redis.link;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandType;
import java.util.List;

/** A way to one Redis server; it finds its way back by itself when it is told to try. */
interface RedisLink {

  /** The server's name in logs, without credentials. */
  String name();

  /** Whether something sent now would leave at once. */
  boolean isOpen();

  /** Whether one call may concern many keys. */
  boolean takesKeysTogether();

  /** Sends the commands in one write; each hears of its own outcome. */
  void send(List<ScriptCommand> commands);

  /** Sends a command again that the server did not run, wherever it belongs now. */
  void resend(ScriptCommand command);

  /** Notes that the server is not the master any more, so that a probe looks for the new one. */
  void demoted();

  /** Asks whether the server answers, over a new connection if need be; never blocks. */
  void probe(Runnable answered);

  /** A probe: whatever the server answers but that it can't serve means that it is back. */
  final class Ping extends Command<byte[], byte[], String> {

    private final Runnable answered;

    Ping(Runnable answered) {
      super(CommandType.PING, new StatusOutput<>(ByteArrayCodec.INSTANCE), null);
      this.answered = answered;
    }

    @Override
    public void complete() {
      super.complete();
      if (!output.hasError()
          || !Unreachable.because(new RedisCommandExecutionException(output.getError()))) {
        answered.run();
      }
    }
  }
}
