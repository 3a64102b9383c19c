package io.bartizan.integrity.lease;

import io.bartizan.core.Checked;
import io.bartizan.core.Refusal;
import io.bartizan.integrity.replay.DeliveryGuard;
import io.bartizan.integrity.replay.DeliveryGuard.Begin;
import io.bartizan.integrity.replay.ReplayId;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One message, a webhook, a signed value or a token, that was begun: under each of its ids, always
 * in the same order.
 */
public final class Delivery {

  private static final Logger LOG = LoggerFactory.getLogger(Delivery.class);

  /**
   * How an endpoint remembers its messages.
   *
   * @param guard remembers them
   * @param lease for how long others are kept off
   * @param holders of questions that had no answer
   * @param refusals what is said of a message that may not be begun
   */
  public record Memory(
      DeliveryGuard guard, Duration lease, Holders holders, Function<Begin, Refusal> refusals) {

    /**
     * A memory of its own.
     *
     * @param guard remembers the messages
     * @param lease for how long others are kept off
     * @param refusals gives a room's own reason for each answer but {@link Begin#BEGUN}
     * @return thread-safe
     */
    public static Memory of(
        DeliveryGuard guard, Duration lease, Function<Begin, Refusal> refusals) {
      return new Memory(guard, lease, new Holders(), refusals);
    }
  }

  private static final byte[] NO_SALT = {};

  /** So often is it asked to remember what was handled. */
  private static final int ATTEMPTS = 2;

  private final DeliveryGuard guard;
  private final Supplier<Instant> end;
  private final List<String> scopes;
  private final List<byte[]> ids;
  private final byte[] form;
  private final String holder;
  private final AtomicBoolean ended = new AtomicBoolean();

  private Delivery(
      DeliveryGuard guard,
      Supplier<Instant> end,
      List<String> scopes,
      List<byte[]> ids,
      byte[] form,
      String holder) {
    this.guard = guard;
    this.end = end;
    this.scopes = scopes;
    this.ids = ids;
    this.form = form;
    this.holder = holder;
  }

  /**
   * Begins under every id, or under none.
   *
   * @param memory of the endpoint
   * @param end asked when it was handled: how long that is remembered
   * @param scopes of the ids
   * @param ids at least one
   * @param form what was signed
   * @return what was begun; or that it was handled before, is being handled, or nobody can tell
   */
  public static Checked<Delivery> begin(
      Memory memory, Supplier<Instant> end, List<String> scopes, List<byte[]> ids, byte[] form) {
    String message = HexFormat.of().formatHex(ReplayId.hash(NO_SALT, scopes.get(0), ids.get(0)));
    String asked = memory.holders.take(message);
    String holder = asked != null ? asked : Holders.newName();
    Delivery delivery = new Delivery(memory.guard, end, scopes, ids, form, holder);
    for (int i = 0; i < ids.size(); i++) {
      Begin begin = memory.guard.begin(scopes.get(i), ids.get(i), form, holder, memory.lease);
      if (begin == Begin.BEGUN) {
        continue;
      }
      if (begin == Begin.UNDECIDED) {
        memory.holders.keep(message, holder);
      } else {
        delivery.abandon(i);
      }
      return Checked.rejected(memory.refusals.apply(begin));
    }
    return Checked.accepted(delivery);
  }

  /**
   * What a message is for.
   *
   * @param <X> what it may throw
   */
  @FunctionalInterface
  public interface Work<X extends Exception> {

    /** Does it; to return is to have done it. */
    void run() throws X;
  }

  /**
   * Does the work of an accepted message: completes it, or abandons it if the work throws.
   *
   * @param <X> what the work may throw
   * @param work what the message is for
   * @param complete the message's
   * @param abandon the message's
   * @throws X what the work throws
   */
  public static <X extends Exception> void handle(Work<X> work, Runnable complete, Runnable abandon)
      throws X {
    boolean done = false;
    try {
      work.run();
      done = true;
    } finally {
      (done ? complete : abandon).run();
    }
  }

  /**
   * Does the work of an accepted message that ends later: completes it, or abandons it if the work
   * fails, is cancelled or can't be begun. Work that outlives the lease is completed or abandoned
   * all the same when it ends.
   *
   * @param work begins what the message is for, and gives the stage of its end
   * @param complete the message's
   * @param abandon the message's
   * @param lease of the message
   * @param teller tells the guard
   * @param waker answers when the lease is over
   * @return true if the work was done, false if the lease was over before; exceptionally with what
   *     the work failed with
   */
  public static CompletableFuture<Boolean> handleLater(
      Callable<? extends CompletionStage<?>> work,
      Runnable complete,
      Runnable abandon,
      Duration lease,
      Executor teller,
      Executor waker) {
    CompletableFuture<Boolean> answer = new CompletableFuture<>();
    CompletableFuture<Boolean> late =
        new CompletableFuture<Boolean>()
            .completeOnTimeout(true, lease.toNanos(), TimeUnit.NANOSECONDS);
    begun(work)
        .whenComplete(
            (done, problem) -> {
              Runnable end = () -> end(answer, problem == null ? complete : abandon, problem);
              if (!isTaken(teller, end)) {
                LOG.warn("a message is kept for its whole lease: the executor took no more work");
                end(answer, () -> {}, problem);
              }
              late.complete(false);
            });
    CompletableFuture<Void> unused =
        late.thenAccept(
            over -> {
              if (over && !isTaken(waker, () -> answer.complete(false))) {
                answer.complete(false);
              }
            });
    return answer;
  }

  private static CompletionStage<?> begun(Callable<? extends CompletionStage<?>> work) {
    try {
      return Objects.requireNonNull(work.call(), "the handler gave no stage");
    } catch (Throwable problem) {
      return CompletableFuture.failedFuture(problem);
    }
  }

  private static boolean isTaken(Executor executor, Runnable task) {
    try {
      executor.execute(task);
      return true;
    } catch (RejectedExecutionException e) {
      return false;
    }
  }

  private static void end(
      CompletableFuture<Boolean> answer, Runnable told, @Nullable Throwable problem) {
    try {
      told.run();
    } catch (RuntimeException e) {
      answer.completeExceptionally(e);
    }
    if (problem == null) {
      answer.complete(true);
    } else {
      answer.completeExceptionally(problem);
    }
  }

  /**
   * What a stage failed with.
   *
   * @param problem as a dependent stage is told
   * @return without the wrapper of a stage in between
   */
  public static Throwable unwrapped(Throwable problem) {
    Throwable cause = problem.getCause();
    return problem instanceof CompletionException && cause != null ? cause : problem;
  }

  /** It was handled; only the first call of this or {@link #abandon} has an effect. */
  public void complete() {
    if (ended.getAndSet(true)) {
      return;
    }
    Instant until = end.get();
    for (int i = 0; i < ids.size(); i++) {
      boolean known = false;
      for (int attempt = 0; attempt < ATTEMPTS && !known; attempt++) {
        known = guard.complete(scopes.get(i), ids.get(i), form, holder, until);
      }
      if (!known) {
        LOG.warn("a message was handled, and the guard can't tell: a retry may be handled again");
      }
    }
  }

  /** It was not handled; only the first call of this or {@link #complete} has an effect. */
  public void abandon() {
    if (!ended.getAndSet(true)) {
      abandon(ids.size());
    }
  }

  private void abandon(int begun) {
    for (int i = 0; i < begun; i++) {
      if (!guard.abandon(scopes.get(i), ids.get(i), holder)) {
        LOG.info("a message was not handled, and the guard can't tell: its lease has to end first");
      }
    }
  }
}
