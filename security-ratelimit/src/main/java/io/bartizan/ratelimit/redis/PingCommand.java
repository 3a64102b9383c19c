package io.bartizan.ratelimit.redis;

import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandType;

/** A probe: whatever the server answers but that it can't serve means that it is back. */
final class PingCommand extends Command<byte[], byte[], String> {

  private final Runnable answered;

  PingCommand(Runnable answered) {
    super(CommandType.PING, new StatusOutput<>(ByteArrayCodec.INSTANCE), null);
    this.answered = answered;
  }

  @Override
  public void complete() {
    super.complete();
    if (!output.hasError()
        || !Unreachable.because(
            new io.lettuce.core.RedisCommandExecutionException(output.getError()))) {
      answered.run();
    }
  }
}
