package io.bartizan.ratelimit.redis;

import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One call of the script: the checks of one or many keys with the same limits. */
final class ScriptCall implements ScriptCommand.Outcome {

  /** Sends a call again, hears how it ended. */
  interface Carrier {

    /** Sends the call once more, for the server did not run it. */
    void resend(ScriptCommand command);

    /** Every check of the call has its decision, or nobody answered them because of the cause. */
    void ended(ScriptCall call, @Nullable Throwable cause);
  }

  private final LimitScript script;
  private final RedisKeys keys;
  private final Carrier carrier;
  private final Map<String, Subject> subjects = new LinkedHashMap<>();
  private @Nullable Check last;
  private @Nullable Subject lastSubject;
  private boolean windowsResent;
  private boolean sourceSent;

  ScriptCall(LimitScript script, RedisKeys keys, Carrier carrier) {
    this.script = script;
    this.keys = keys;
    this.carrier = carrier;
  }

  /** Adds a check after those that came before; for the thread that builds the call. */
  void add(Check check) {
    Subject subject = lastSubject;
    if (subject == null || last == null || !check.key.equals(last.key)) {
      subject = subjects.get(check.key);
      if (subject == null) {
        subject = new Subject(script, keys.encode(script.keyHead(), check.key));
        subjects.put(check.key, subject);
      }
      last = check;
      lastSubject = subject;
    }
    subject.add(check);
  }

  boolean hasLimitsOf(Check check) {
    return check.script == script;
  }

  boolean concerns(String key) {
    return subjects.containsKey(key);
  }

  int subjects() {
    return subjects.size();
  }

  void forEachCheck(Consumer<Check> action) {
    subjects.values().forEach(subject -> subject.checks().forEach(action));
  }

  ScriptCommand byDigest() {
    return command(CommandType.EVALSHA, LimitScript.SOURCE.digest());
  }

  private ScriptCommand command(CommandType type, byte[] scriptOrDigest) {
    CommandArgs<byte[], byte[]> arguments = new CommandArgs<>(ByteArrayCodec.INSTANCE);
    arguments.add(scriptOrDigest).add(subjects.size());
    for (Subject subject : subjects.values()) {
      arguments.addKey(subject.key());
    }
    arguments.add(script.clock().argument());
    for (byte[] argument : script.arguments()) {
      arguments.add(argument);
    }
    for (Subject subject : subjects.values()) {
      arguments.add(LimitScript.bytes(subject.requests()));
    }
    return new ScriptCommand(type, arguments, this);
  }

  @Override
  public void replied(long[] numbers) {
    try {
      ScriptReply reply = new ScriptReply(numbers);
      long serverMicros = reply.next();
      if (serverMicros < 0) {
        script.clock().observe(reply.next());
        if (windowsResent) {
          failed(new IllegalStateException("the server's clock differs from itself by days"));
        } else {
          windowsResent = true;
          sourceSent = false;
          resend(byDigest());
        }
        return;
      }
      script.clock().observe(serverMicros);
      for (Subject subject : subjects.values()) {
        subject.answer(reply, serverMicros);
      }
    } catch (RuntimeException unreadable) {
      failed(new IllegalStateException("the script's reply can't be read", unreadable));
      return;
    }
    carrier.ended(this, null);
  }

  @Override
  public void failed(Throwable cause) {
    if (!sourceSent && ScriptCommand.wasNotRun(cause)) {
      sourceSent = true;
      // The server did not run it; the source goes along, for a new node may not know it either.
      resend(command(CommandType.EVAL, LimitScript.SOURCE.text()));
    } else {
      carrier.ended(this, cause);
    }
  }

  private void resend(ScriptCommand command) {
    try {
      carrier.resend(command);
    } catch (RuntimeException e) {
      carrier.ended(this, e);
    }
  }
}
