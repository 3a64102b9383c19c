package io.bartizan.ratelimit.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bartizan.ratelimit.redis.link.RedisKeys;
import io.bartizan.ratelimit.redis.link.ScriptCommand;
import io.bartizan.ratelimit.redis.link.ScriptReply;
import io.bartizan.ratelimit.redis.link.Trial;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One call of the script: the requests of one or many keys with the same limits. */
final class ScriptCall implements ScriptCommand.Outcome {

  /** Sends a call again, hears how it ended. */
  interface Carrier {

    /** The server answered; before anyone is told what. */
    void answered();

    /** Sends the call once more, for the server did not run it: because of this, or of its age. */
    void resend(ScriptCommand command, @Nullable Throwable why);

    /** Every request of the call has its decision, or nobody answered them because of the cause. */
    void ended(ScriptCall call, @Nullable Throwable cause);
  }

  /** A node may lack the script, and the key have moved from there meanwhile. */
  private static final int MOST_RESENT = 2;

  private final LimitScript script;
  private final RedisKeys keys;
  private final Carrier carrier;
  private final Map<String, KeyRequests> keyed = new LinkedHashMap<>();
  private @Nullable Request last;
  private @Nullable KeyRequests lastKeyed;
  private boolean windowsResent;
  private int sourceSent;

  ScriptCall(LimitScript script, RedisKeys keys, Carrier carrier) {
    this.script = script;
    this.keys = keys;
    this.carrier = carrier;
  }

  /** Adds a request after those that came before; for the thread that builds the call. */
  void add(Request request) {
    KeyRequests same = lastKeyed;
    if (same == null || last == null || !request.key.equals(last.key)) {
      same = keyed.get(request.key);
      if (same == null) {
        same = new KeyRequests(script, keys.encode(script.keyHead(), request.key));
        keyed.put(request.key, same);
      }
      last = request;
      lastKeyed = same;
    }
    same.add(request);
  }

  boolean hasScriptAndNamesOf(Request request) {
    return request.script == script && request.asker.keys().agreesWith(keys);
  }

  /** How to find out whether what it asks is served again. */
  Trial trial() {
    return Trial.ofString(keyed.values().iterator().next().key());
  }

  boolean concerns(String key) {
    return keyed.containsKey(key);
  }

  int keyCount() {
    return keyed.size();
  }

  void forEachRequest(Consumer<Request> action) {
    keyed.values().forEach(same -> same.all().forEach(action));
  }

  ScriptCommand byDigest() {
    return command(CommandType.EVALSHA, script.source().digest());
  }

  private ScriptCommand command(CommandType type, byte[] scriptOrDigest) {
    CommandArgs<byte[], byte[]> arguments = new CommandArgs<>(ByteArrayCodec.INSTANCE);
    arguments.add(scriptOrDigest).add(keyed.size());
    for (KeyRequests same : keyed.values()) {
      arguments.addKey(same.key());
    }
    arguments.add(script.clock().argument());
    for (byte[] argument : script.arguments()) {
      arguments.add(argument);
    }
    for (KeyRequests same : keyed.values()) {
      arguments.add(same.words().getBytes(UTF_8));
    }
    return new ScriptCommand(type, arguments, this);
  }

  @Override
  public void replied(long[] numbers) {
    carrier.answered();
    try {
      ScriptReply reply = new ScriptReply(numbers);
      long serverMicros = reply.next();
      if (serverMicros < 0) {
        script.clock().observe(reply.next());
        if (windowsResent) {
          failed(new IllegalStateException("the server's clock differs from itself by days"));
        } else {
          windowsResent = true;
          sourceSent = 0;
          resend(byDigest(), null);
        }
        return;
      }
      script.clock().observe(serverMicros);
      for (KeyRequests same : keyed.values()) {
        same.answer(reply, serverMicros);
      }
    } catch (RuntimeException unreadable) {
      failed(new IllegalStateException("the script's reply can't be read", unreadable));
      return;
    }
    carrier.ended(this, null);
  }

  @Override
  public void failed(Throwable cause) {
    if (sourceSent < MOST_RESENT && ScriptCommand.wasNotRun(cause)) {
      sourceSent++;
      // The server did not run it; the source goes along, for a new node may not know it either.
      resend(command(CommandType.EVAL, script.source().text()), cause);
    } else {
      carrier.ended(this, cause);
    }
  }

  private void resend(ScriptCommand command, @Nullable Throwable why) {
    try {
      carrier.resend(command, why);
    } catch (RuntimeException e) {
      carrier.ended(this, e);
    }
  }
}
