package io.bartizan.integrity.mac;

import io.bartizan.core.VerificationException;
import io.bartizan.integrity.replay.DeliveryGuard;
import io.bartizan.integrity.replay.DeliveryGuard.Begin;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One message, a webhook or a signed value, that was begun: under each of its ids, always in the
 * same order.
 */
final class Delivery {

  private static final Logger LOG = LoggerFactory.getLogger(Delivery.class);

  /**
   * How an endpoint remembers its messages.
   *
   * @param what they are, for refusals
   * @param guard remembers them
   * @param lease for how long others are kept off
   * @param holders of questions that had no answer, by the first key's scope and id
   */
  record Memory(String what, DeliveryGuard guard, Duration lease, Map<String, String> holders) {

    private static final int MAX_HOLDERS = 1_000;
    private static final SecureRandom RANDOM = new SecureRandom();

    static Memory of(String what, DeliveryGuard guard, Duration lease) {
      return new Memory(what, guard, lease, new ConcurrentHashMap<>());
    }

    /** A new one, or that of a question about this message that had no answer. */
    private String holder(String message) {
      String unanswered = holders.remove(message); // of several who ask again, one gets it
      return unanswered != null ? unanswered : HexFormat.of().toHexDigits(RANDOM.nextLong());
    }

    private void keep(String message, String holder) {
      if (holders.size() >= MAX_HOLDERS) {
        holders.clear(); // their leases will end
      }
      holders.put(message, holder);
    }
  }

  /** So often is it asked to remember what was handled. */
  private static final int ATTEMPTS = 2;

  private final Memory memory;
  private final Supplier<Instant> end;
  private final List<String> scopes;
  private final List<byte[]> ids;
  private final byte[] form;
  private final String holder;
  private final AtomicBoolean ended = new AtomicBoolean();

  private Delivery(
      Memory memory,
      Supplier<Instant> end,
      List<String> scopes,
      List<byte[]> ids,
      byte[] form,
      String holder) {
    this.memory = memory;
    this.end = end;
    this.scopes = scopes;
    this.ids = ids;
    this.form = form;
    this.holder = holder;
  }

  /**
   * Begins under every id, or under none.
   *
   * @param end asked when it was handled: how long that is remembered
   * @throws VerificationException if it was handled before, is being handled, or nobody can tell
   */
  static Delivery begin(
      Memory memory, Supplier<Instant> end, List<String> scopes, List<byte[]> ids, byte[] form) {
    String message = scopes.get(0) + HexFormat.of().formatHex(ids.get(0));
    Delivery delivery = new Delivery(memory, end, scopes, ids, form, memory.holder(message));
    for (int i = 0; i < ids.size(); i++) {
      Begin begin =
          memory.guard.begin(scopes.get(i), ids.get(i), form, delivery.holder, memory.lease);
      if (begin == Begin.BEGUN) {
        continue;
      }
      if (begin == Begin.UNDECIDED) {
        memory.keep(message, delivery.holder);
      } else {
        delivery.abandon(i);
      }
      throw refused(memory.what, begin);
    }
    return delivery;
  }

  private static VerificationException refused(String what, Begin begin) {
    return switch (begin) {
      case BEGUN -> throw new IllegalStateException("begun is no refusal");
      case BUSY -> new VerificationException(MacReason.IN_PROGRESS, what + " is being handled");
      case DUPLICATE ->
          new VerificationException(
              MacReason.DUPLICATE, what + " was handled before, in another form");
      case REPLAYED ->
          new VerificationException(
              MacReason.REPLAYED, what + " was handled before, the very same bytes");
      case UNDECIDED ->
          new VerificationException(
              MacReason.REPLAY_UNDECIDED,
              what + ": the guard can't tell whether it was handled before");
    };
  }

  void complete() {
    if (ended.getAndSet(true)) {
      return;
    }
    Instant until = end.get();
    for (int i = 0; i < ids.size(); i++) {
      boolean known = false;
      for (int attempt = 0; attempt < ATTEMPTS && !known; attempt++) {
        known = memory.guard.complete(scopes.get(i), ids.get(i), form, holder, until);
      }
      if (!known) {
        LOG.warn("a message was handled, and the guard can't tell: a retry may be handled again");
      }
    }
  }

  void abandon() {
    if (!ended.getAndSet(true)) {
      abandon(ids.size());
    }
  }

  private void abandon(int begun) {
    for (int i = 0; i < begun; i++) {
      if (!memory.guard.abandon(scopes.get(i), ids.get(i), holder)) {
        LOG.info("a message was not handled, and the guard can't tell: its lease has to end first");
      }
    }
  }
}
