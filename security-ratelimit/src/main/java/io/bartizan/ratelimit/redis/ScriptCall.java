package io.bartizan.ratelimit.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bartizan.ratelimit.redis.link.ScriptCommand;
import io.bartizan.ratelimit.redis.link.ScriptReply;
import io.bartizan.ratelimit.redis.link.Trial;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One call of the script: the requests of one or many keys, of whichever limiters. The keys that
 * are limited alike follow one another.
 */
final class ScriptCall implements ScriptCommand.Outcome {

  /** Sends a call again, hears how it ended. */
  interface Carrier {

    /** The server answered; before anyone is told what. */
    void answered();

    /** Sends the call once more, for the server did not run it: because of this, or of its age. */
    void resend(ScriptCommand command, @Nullable Throwable why);

    /** Sends these in its place, for the server did not run it because of some of its keys. */
    void divided(Collection<ScriptCall> parts);

    /** Every request of the call has its decision, or nobody answered them because of the cause. */
    void ended(ScriptCall call, @Nullable Throwable cause);
  }

  /** A node may lack the script, and the key have moved from there meanwhile. */
  private static final int MOST_RESENT = 2;

  private static final byte[] OTHER_LIMITS = {'='};

  private final LimitScript first;
  private final Carrier carrier;
  private final Map<Definitions, Map<Subject, KeyRequests>> alike = new LinkedHashMap<>(4);
  private int keyCount;
  private boolean ofOneScript = true;
  private @Nullable KeyRequests last;
  private boolean windowsResent;
  private int resent;

  /** What told that the key belongs to another node, which Lettuce finds. */
  private @Nullable Throwable moved;

  /** A call for limits that are this one's company. */
  ScriptCall(LimitScript first, Carrier carrier) {
    this.first = first;
    this.carrier = carrier;
  }

  /** Adds a request after those that came before; for the thread that builds the call. */
  void add(Request request) {
    KeyRequests same = last;
    if (same == null || !same.subject().isOf(request)) {
      same = of(Subject.of(request));
      last = same;
    }
    same.add(request);
  }

  private KeyRequests of(Subject subject) {
    ofOneScript &= subject.script() == first;
    Map<Subject, KeyRequests> keyed =
        alike.computeIfAbsent(subject.script().definitions(), each -> new LinkedHashMap<>());
    KeyRequests same = keyed.get(subject);
    if (same == null) {
      same = new KeyRequests(subject);
      keyed.put(subject, same);
      keyCount++;
    }
    return same;
  }

  /** How to find out whether what it asks is served again. */
  Trial trial() {
    return Trial.ofString(alike.values().iterator().next().values().iterator().next().name());
  }

  int keyCount() {
    return keyCount;
  }

  void forEachRequest(Consumer<Request> action) {
    forEachKey(same -> same.all().forEach(action));
  }

  private void forEachKey(Consumer<KeyRequests> action) {
    alike.values().forEach(keyed -> keyed.values().forEach(action));
  }

  ScriptCommand byDigest() {
    return command(CommandType.EVALSHA, first.definitions().source().digest());
  }

  private ScriptCommand bySource() {
    return command(CommandType.EVAL, first.definitions().source().text());
  }

  private ScriptCommand command(CommandType type, byte[] scriptOrDigest) {
    CommandArgs<byte[], byte[]> arguments = new CommandArgs<>(ByteArrayCodec.INSTANCE);
    arguments.add(scriptOrDigest).add(keyCount);
    forEachKey(same -> arguments.addKey(same.name()));
    arguments.add(clock().argument());
    boolean others = false;
    for (Map.Entry<Definitions, Map<Subject, KeyRequests>> each : alike.entrySet()) {
      if (others) {
        arguments.add(OTHER_LIMITS);
      }
      others = true;
      each.getKey().arguments().forEach(arguments::add);
      each.getValue().values().forEach(same -> arguments.add(same.words().getBytes(UTF_8)));
    }
    return new ScriptCommand(type, arguments, this);
  }

  private ServerClock clock() {
    return first.definitions().clock();
  }

  @Override
  public void replied(long[] numbers) {
    carrier.answered();
    try {
      ScriptReply reply = new ScriptReply(numbers);
      long serverMicros = reply.next();
      if (serverMicros < 0) {
        clock().observe(reply.next());
        if (windowsResent) {
          failed(new IllegalStateException("the server's clock differs from itself by days"));
        } else {
          windowsResent = true;
          resent = 0;
          resend(byDigest(), moved);
        }
        return;
      }
      clock().observe(serverMicros);
      if (ofOneScript) {
        first.forbidden(false);
      }
      forEachKey(same -> same.answer(reply, serverMicros));
    } catch (RuntimeException unreadable) {
      failed(new IllegalStateException("the script's reply can't be read", unreadable));
      return;
    }
    carrier.ended(this, null);
  }

  @Override
  public void failed(Throwable cause) {
    if (resent < MOST_RESENT && ScriptCommand.wasNotRun(cause)) {
      boolean elsewhere = ScriptCommand.belongsElsewhere(cause);
      moved = elsewhere ? cause : moved;
      // The owner knows the script as a rule; one that does not is sent its source.
      ScriptCommand again = elsewhere && resent == 0 ? byDigest() : bySource();
      resent++;
      resend(again, moved == null ? cause : moved);
    } else if (ScriptCommand.wasForbidden(cause) && !ofOneScript) {
      carrier.divided(ofEachScript());
    } else {
      if (ofOneScript && ScriptCommand.wasForbidden(cause)) {
        first.forbidden(true);
      }
      carrier.ended(this, cause);
    }
  }

  private Collection<ScriptCall> ofEachScript() {
    Map<LimitScript, ScriptCall> parts = new LinkedHashMap<>();
    forEachRequest(
        request ->
            parts
                .computeIfAbsent(request.script, script -> new ScriptCall(script, carrier))
                .add(request));
    return parts.values();
  }

  private void resend(ScriptCommand command, @Nullable Throwable why) {
    try {
      carrier.resend(command, why);
    } catch (RuntimeException e) {
      carrier.ended(this, e);
    }
  }
}
