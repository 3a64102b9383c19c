package io.bartizan.ratelimit.redis.link;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;

/**
 * A script that changes nothing and is refused where a check would be: it writes nothing to a key
 * of those who ask. A server that answers {@code PING} may still refuse every write.
 */
public final class Trial {

  private final String script;
  private final byte[] key;

  private Trial(String script, byte[] key) {
    this.script = script;
    this.key = key;
  }

  /** For strings: appends nothing. */
  public static Trial ofString(byte[] key) {
    return new Trial("redis.call('SETRANGE', KEYS[1], 0, '') return {1}", key);
  }

  /** For sorted sets: changes a member that is not there. */
  public static Trial ofSortedSet(byte[] key) {
    return new Trial("redis.call('ZADD', KEYS[1], 'XX', 0, '-') return {1}", key);
  }

  ScriptCommand command(ScriptCommand.Outcome outcome) {
    CommandArgs<byte[], byte[]> arguments = new CommandArgs<>(ByteArrayCodec.INSTANCE);
    arguments.add(script.getBytes(US_ASCII)).add(1).addKey(key);
    return new ScriptCommand(CommandType.EVAL, arguments, outcome);
  }

  /** What is asked where no key is known: whether the server answers at all. */
  static ScriptCommand ping(ScriptCommand.Outcome outcome) {
    return new ScriptCommand(CommandType.PING, new CommandArgs<>(ByteArrayCodec.INSTANCE), outcome);
  }
}
