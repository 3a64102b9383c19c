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
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
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
