package io.bartizan.ratelimit.redis.link;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.CompleteableCommand;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An EVALSHA or EVAL that is sent at most once, whatever the client's options say.
 *
 * <p>Lettuce sends a command again after a reconnect unless it is done. A call that was charged and
 * whose reply was lost must not be charged again, so this command calls itself done from the moment
 * it is written.
 *
 * <p>Lettuce times every command, by default for a minute, and holds it for as long unless it can
 * hear that the command ended. Hence {@link #onComplete}, and nothing is kept of an outcome told.
 */
public final class ScriptCommand extends Command<byte[], byte[], long[]>
    implements CompleteableCommand<long[]> {

  /** Hears of the outcome once; on a thread of the client. */
  public interface Outcome {

    /** The script gave these. */
    void replied(long[] numbers);

    /** There is no reply, and this is why. */
    void failed(Throwable cause);
  }

  private static final Outcome TOLD =
      new Outcome() {
        @Override
        public void replied(long[] numbers) {}

        @Override
        public void failed(Throwable cause) {}
      };

  private final AtomicReference<Outcome> outcome;

  /** Who else wants to hear of the end: Lettuce's timers. */
  private final AtomicReference<@Nullable BiConsumer<? super long[], Throwable>> ended =
      new AtomicReference<>();

  private volatile boolean written;

  /** A command that is not sent yet. */
  public ScriptCommand(CommandType type, CommandArgs<byte[], byte[]> arguments, Outcome outcome) {
    super(type, null, arguments);
    this.output = new LongsOutput(() -> written = false);
    this.outcome = new AtomicReference<>(outcome);
  }

  /** Whether the server said that it did not run the script, and would if it had its source. */
  public static boolean wasNotRun(Throwable cause) {
    String error =
        cause instanceof RedisCommandExecutionException ? String.valueOf(cause.getMessage()) : "";
    return error.startsWith("NOSCRIPT") || error.startsWith("MOVED ") || error.startsWith("ASK ");
  }

  /**
   * Whether it was not run because the user may not use one of its keys, or run scripts at all.
   * Where a script ran into that, the error names the script.
   */
  public static boolean wasForbidden(Throwable cause) {
    String error =
        cause instanceof RedisCommandExecutionException ? String.valueOf(cause.getMessage()) : "";
    return error.startsWith("NOPERM") && !error.contains("script: ");
  }

  /** Whether its key belongs to another node for good. */
  static boolean hasMoved(Throwable cause) {
    return String.valueOf(cause.getMessage()).startsWith("MOVED ");
  }

  /** Whether it was not run because its key belongs to another node, which Lettuce finds. */
  public static boolean belongsElsewhere(Throwable cause) {
    return hasMoved(cause) || String.valueOf(cause.getMessage()).startsWith("ASK ");
  }

  @Override
  public void encode(ByteBuf buffer) {
    if (written) {
      // Closes the connection, which is better than to charge twice.
      throw new IllegalStateException("a script is sent at most once");
    }
    written = true;
    super.encode(buffer);
  }

  @Override
  public boolean isDone() {
    return written || super.isDone();
  }

  @Override
  public void onComplete(Consumer<? super long[]> action) {
    onComplete((numbers, cause) -> action.accept(numbers));
  }

  @Override
  public void onComplete(BiConsumer<? super long[], Throwable> action) {
    ended.accumulateAndGet(
        action,
        (earlier, added) ->
            earlier == null
                ? added
                : (numbers, cause) -> {
                  earlier.accept(numbers, cause);
                  added.accept(numbers, cause);
                });
    if (outcome.get() == TOLD) {
      tellOthers(null);
    }
  }

  @Override
  public void complete() {
    super.complete();
    Outcome told = outcome.getAndSet(TOLD);
    tellOthers(null);
    if (output.hasError()) {
      told.failed(new RedisCommandExecutionException(output.getError()));
    } else {
      told.replied(output.get());
    }
  }

  @Override
  public boolean completeExceptionally(Throwable throwable) {
    boolean result = super.completeExceptionally(throwable);
    fail(throwable);
    return result;
  }

  @Override
  public void cancel() {
    super.cancel();
    fail(new CancellationException("the command was cancelled"));
  }

  private void fail(Throwable cause) {
    Outcome told = outcome.getAndSet(TOLD);
    tellOthers(cause);
    told.failed(cause);
  }

  private void tellOthers(@Nullable Throwable cause) {
    BiConsumer<? super long[], Throwable> others = ended.getAndSet(null);
    if (others != null) {
      others.accept(null, cause);
    }
  }

  /** Decodes an array of integers without a box around each. */
  private static final class LongsOutput extends CommandOutput<byte[], byte[], long[]> {

    private final Runnable redirected;
    private int count;

    /** An output that tells when its error is taken back, for the command goes to another node. */
    LongsOutput(Runnable redirected) {
      super(ByteArrayCodec.INSTANCE, new long[0]);
      this.redirected = redirected;
    }

    @Override
    public void setError(@Nullable String error) {
      super.setError(error);
      if (error == null) {
        redirected.run();
      }
    }

    @Override
    public void multi(int size) {
      output = new long[Math.max(0, size)];
    }

    @Override
    public void set(long integer) {
      if (count < output.length) {
        output[count++] = integer;
      }
    }

    @Override
    public void set(@Nullable ByteBuffer bytes) {
      // The script gives integers alone; a status such as PONG is of no interest.
    }
  }
}
