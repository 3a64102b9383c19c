package io.bartizan.ratelimit.redis;

import io.bartizan.ratelimit.redis.link.ScriptCommand;
import io.bartizan.ratelimit.redis.link.ScriptSource;
import io.bartizan.ratelimit.redis.link.Server;
import io.bartizan.ratelimit.redis.link.Trial;
import io.lettuce.core.RedisException;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** One call of the script of leases, and the promise of whether it was done and what is held. */
final class LeaseCall extends CompletableFuture<LeaseCall.Reply> implements ScriptCommand.Outcome {

  /** What the script gives. */
  record Reply(boolean done, long held) {}

  private static final ScriptSource SOURCE =
      ScriptSource.of(LeaseCall.class, List.of("leases.lua"));

  /** A node may lack the script, and the key have moved from there meanwhile. */
  private static final int MOST_RESENT = 2;

  private final Server server;
  private final byte[] key;
  private final List<byte[]> arguments;
  private final Runnable tooLate;
  private volatile @Nullable Future<?> timer;
  private volatile long sentNanos;
  private volatile int resent;

  /** What told that the key belongs to another node, which Lettuce finds. */
  private volatile @Nullable Throwable moved;

  /**
   * A call that is not sent yet.
   *
   * @param tooLate what to do if it was done after nobody waited any more
   */
  LeaseCall(Server server, byte[] key, List<byte[]> arguments, Runnable tooLate) {
    this.server = server;
    this.key = key;
    this.arguments = arguments;
    this.tooLate = tooLate;
  }

  /** Sends the call; it ends when the timer does, at the latest. */
  void send(Future<?> endOfWaiting) {
    timer = endOfWaiting;
    sentNanos = System.nanoTime();
    dispatch(() -> server.send(List.of(byDigest())));
  }

  /** How to find out whether leases are served again. */
  Trial trial() {
    return Trial.ofSortedSet(key);
  }

  /** Hears that the time-out is over. */
  void expire() {
    if (!isDone()) {
      end(new RedisException("no answer within the time-out"));
    }
  }

  private ScriptCommand byDigest() {
    return command(CommandType.EVALSHA, SOURCE.digest());
  }

  private ScriptCommand bySource() {
    return command(CommandType.EVAL, SOURCE.text());
  }

  private ScriptCommand command(CommandType type, byte[] scriptOrDigest) {
    CommandArgs<byte[], byte[]> words = new CommandArgs<>(ByteArrayCodec.INSTANCE);
    words.add(scriptOrDigest).add(1).addKey(key);
    arguments.forEach(words::add);
    return new ScriptCommand(type, words, this);
  }

  private void dispatch(Runnable sending) {
    try {
      sending.run();
    } catch (RuntimeException e) {
      end(e);
    }
  }

  @Override
  public void replied(long[] numbers) {
    server.answered(sentNanos);
    if (numbers.length < 2) {
      end(new IllegalStateException("the script's reply is too short"));
      return;
    }
    stopTimer();
    boolean done = numbers[0] == 1;
    if (!complete(new Reply(done, numbers[1])) && done) {
      tooLate.run();
    }
  }

  @Override
  public void failed(Throwable cause) {
    int before = resent;
    if (before < MOST_RESENT && ScriptCommand.wasNotRun(cause)) {
      resent = before + 1; // one reply comes after the other
      boolean elsewhere = ScriptCommand.belongsElsewhere(cause);
      Throwable why = elsewhere || moved == null ? cause : moved;
      moved = elsewhere ? cause : moved;
      ScriptCommand again = elsewhere && before == 0 ? byDigest() : bySource();
      dispatch(() -> server.resend(again, why));
    } else {
      end(cause);
    }
  }

  private void end(Throwable cause) {
    stopTimer();
    boolean unused = completeExceptionally(cause);
  }

  private void stopTimer() {
    Future<?> running = timer;
    if (running != null) {
      boolean unused = running.cancel(false);
    }
  }
}
