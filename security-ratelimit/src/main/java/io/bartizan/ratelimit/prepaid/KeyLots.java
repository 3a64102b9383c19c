package io.bartizan.ratelimit.prepaid;

import io.bartizan.ratelimit.Decision;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The lots of one key: one that is drawn from, one that follows, and the refusal that still holds.
 *
 * <p><b>How it works.</b> A draw takes from the first lot and needs no lock. The draw that finds
 * less than half left asks for the next lot, unless that is there or under way, and does not wait
 * for it. A lot is as large as what is drawn in half the hold time, measured on the lot before; it
 * grows eightfold at most. What no lot has is asked plain by the caller, who tells the answer here.
 */
final class KeyLots {

  /** A lot of fewer permits saves too little. */
  static final long LEAST_LOT = 8;

  private static final int MOST_GROWTH = 8;

  private final String key;
  private final Supply supply;
  final ReentrantLock lock = new ReentrantLock();

  private volatile Lot first = Lot.NONE;
  private volatile Lot second = Lot.NONE;
  private volatile @Nullable RefusalMemory refusal;

  /** The lot that is asked for, or one that has come. */
  private volatile CompletableFuture<Void> asked = CompletableFuture.completedFuture(null);

  private volatile boolean asking;
  private volatile boolean removed;

  /** Whether somebody was answered otherwise than from a lot since the last sweep. */
  private volatile boolean touched = true;

  /** Permits that plain checks asked for since {@link #plainSince}. */
  private final AtomicLong plain;

  // Under the lock.
  private long plainSince;
  private long notBefore;
  private Terms terms = Terms.UNKNOWN;
  private long termsSince;

  /**
   * A key that has become hot.
   *
   * @param checks how many came within the hold time
   */
  KeyLots(String key, Supply supply, int checks, long now) {
    this.key = key;
    this.supply = supply;
    this.plain = new AtomicLong(checks);
    this.plainSince = now - supply.holdNanos;
    this.notBefore = now;
  }

  /** Takes permits from a lot, or repeats a refusal; null if the shared place is to be asked. */
  @Nullable Decision decide(long permits, long now) {
    Lot lot = first;
    long left = lot.take(permits, now);
    if (left >= lot.low && left >= 0) {
      return lot.decision(permits, left, now);
    }
    if (left < 0) {
      lot = second;
      left = lot.take(permits, now);
    }
    if (left >= 0) {
      turn(lot, now);
      return lot.decision(permits, left, now);
    }
    return refused(permits, now);
  }

  /** What {@link #decide} would say; takes nothing. */
  @Nullable Decision peek(long permits, long now) {
    for (Lot lot : new Lot[] {first, second}) {
      long left = lot.left();
      if (left >= permits && !lot.hasEnded(now)) {
        return lot.decision(permits, left, now);
      }
    }
    return refused(permits, now);
  }

  private @Nullable Decision refused(long permits, long now) {
    RefusalMemory known = refusal;
    Decision still = known == null ? null : known.answer(permits, now);
    if (still != null) {
      touched = true;
    }
    return still;
  }

  void forgetRefusal() {
    refusal = null;
  }

  /** A plain check was answered, allowed or not. */
  void answered(Decision told, long sentNanos, long now) {
    touched = true;
    plain.addAndGet(told.permits());
    if (!isFromShared(told)) {
      return;
    }
    if (!told.isAllowed()) {
      refusal = RefusalMemory.of(told, sentNanos);
    }
    if (lock.tryLock()) {
      try {
        learn(told, sentNanos);
        if (told.isAllowed() && second.isDone(now)) {
          clear(now);
          supplement(told.permits(), now);
        }
      } finally {
        lock.unlock();
      }
    }
  }

  /** Asks for a lot if there is none, or none that could have served so many permits. */
  private void supplement(long permits, long now) {
    long wanted = plainDemand(now);
    if (first == Lot.NONE) {
      askFor(wanted, now);
    } else if (first.left() < permits) {
      askFor(Math.max(wanted, demand(first, now)), now);
    }
  }

  /** Whether the shared place speaks, or this JVM in its words; a failure policy does not. */
  private static boolean isFromShared(Decision told) {
    return !told.isShadowed()
        && (told.source() == Decision.Source.REMOTE || told.source() == Decision.Source.DENY_CACHE);
  }

  private void learn(Decision told, long sentNanos) {
    if (told.source() == Decision.Source.REMOTE) {
      terms = Terms.of(told);
      termsSince = sentNanos;
    }
  }

  /** What plain checks would use up in half the hold time, at least measured over that. */
  private long plainDemand(long now) {
    long half = supply.holdNanos / 2;
    long elapsed = Math.max(half, now - plainSince);
    long permits = plain.get();
    if (elapsed > supply.holdNanos) {
      restart(0, now);
    }
    return (long) ((double) permits * half / elapsed);
  }

  private void restart(long permits, long since) {
    plain.set(permits);
    plainSince = since;
  }

  /** The lot in use is half empty, or the one behind it is in use. */
  private void turn(Lot lot, long now) {
    if ((lot == first && (asking || second != Lot.NONE)) || !lock.tryLock()) {
      return; // what is read here without the lock is read again with it
    }
    try {
      if (lot == second && (first.isDone(now) || lot.left() < lot.low)) {
        advance(now);
      }
      if (lot == first && second == Lot.NONE && lot.left() < lot.low) {
        askFor(demand(lot, now), now);
      }
    } finally {
      lock.unlock();
    }
  }

  private void advance(long now) {
    Lot old = first;
    first = second;
    second = Lot.NONE;
    if (first != Lot.NONE) {
      first.openNanos = now;
    }
    if (old != Lot.NONE) {
      var unused = supply.end(key, old, now);
    }
  }

  /** Ends the lots of which nothing can be drawn; what they gave goes on being measured. */
  private void clear(long now) {
    while (first != Lot.NONE && first.isDone(now)) {
      restart(first.size - first.left(), first.openNanos);
      advance(now);
    }
    if (second != Lot.NONE && second.isDone(now)) { // drawn from while the lock was held
      var unused = supply.end(key, second, now);
      second = Lot.NONE;
    }
  }

  /** What is drawn in half the hold time at the pace at which this lot was drawn from. */
  private long demand(Lot lot, long now) {
    double drawn = lot.size - lot.left();
    long elapsed = Math.max(1, now - lot.openNanos);
    double wanted = drawn * (supply.holdNanos / 2.0) / elapsed;
    return (long) Math.min(wanted, (double) lot.size * MOST_GROWTH);
  }

  private void askFor(long wanted, long now) {
    if (asking || removed || supply.isClosed() || now - notBefore < 0) {
      return;
    }
    long size = Math.min(untilEdge(wanted, now), terms.mostOfLot());
    if (size < LEAST_LOT) {
      return;
    }
    asking = true;
    asked =
        supply
            .ask(key, size)
            .handle((told, failure) -> told)
            .thenCompose(told -> landed(told, size, now))
            .toCompletableFuture();
  }

  /** So much less as the next edge comes before half the hold time is over. */
  private long untilEdge(long wanted, long now) {
    double half = supply.holdNanos / 2.0;
    double left = (double) terms.edgeNanos() - (now - termsSince);
    return left <= 0 || left >= half ? wanted : (long) (wanted * (left / half));
  }

  /** The answer to a lot; the stage completes when what was too late has gone back. */
  private CompletableFuture<Void> landed(@Nullable Decision told, long size, long sentNanos) {
    long now = supply.ticker.nanos();
    lock.lock();
    try {
      asking = false;
      if (told == null || !isFromShared(told)) {
        notBefore = now + supply.holdNanos;
        return CompletableFuture.completedFuture(null);
      }
      learn(told, sentNanos);
      if (!told.isAllowed()) {
        notBefore = now + Math.min(supply.holdNanos / 2, told.retryAfter().toNanos());
        return CompletableFuture.completedFuture(null);
      }
      Lot lot = new Lot(size, told, terms, sentNanos, supply.holdNanos);
      supply.lots.increment();
      supply.taken.add(size);
      if (removed || supply.isClosed() || lot.hasEnded(now)) {
        return supply.end(key, lot, now);
      }
      clear(now);
      if (first == Lot.NONE) {
        lot.openNanos = now;
        first = lot;
      } else {
        second = lot;
      }
      refusal = null;
      return CompletableFuture.completedFuture(null);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Ends lots whose time is over, and all if none was drawn from since the last sweep.
   *
   * @return whether nothing is left, so that this key may be forgotten; it asks for no lot any more
   */
  boolean sweep(long now) {
    lock.lock();
    try {
      boolean drawnSecond = mark(second);
      boolean drawn = mark(first) || drawnSecond;
      boolean asks = touched;
      touched = false;
      while (first != Lot.NONE && (!drawn || first.isDone(now))) {
        restart(first.size - first.left(), first.openNanos);
        advance(now);
      }
      if (second.hasEnded(now)) {
        var unused = supply.end(key, second, now);
        second = Lot.NONE;
      }
      RefusalMemory known = refusal;
      removed =
          !drawn && !asks && !asking && first == Lot.NONE && (known == null || known.isOver(now));
      return removed;
    } finally {
      lock.unlock();
    }
  }

  private static boolean mark(Lot lot) {
    if (lot == Lot.NONE) {
      return false;
    }
    long state = lot.state();
    boolean changed = state != lot.swept;
    lot.swept = state;
    return changed;
  }

  /** Gives back all lots, also the one that is on its way; completes when they are back. */
  CompletableFuture<Void> close(long now) {
    lock.lock();
    try {
      CompletableFuture<Void> returned =
          CompletableFuture.allOf(supply.end(key, first, now), supply.end(key, second, now), asked);
      first = Lot.NONE;
      second = Lot.NONE;
      return returned;
    } finally {
      lock.unlock();
    }
  }

  /** Permits that are held here unused. */
  long held() {
    return first.left() + second.left();
  }

  /** Permits that were drawn from the lots that are held. */
  long drawn() {
    return drawn(first) + drawn(second);
  }

  private static long drawn(Lot lot) {
    return lot.size - lot.left();
  }

  /** Draws from the lots that are held. */
  long draws() {
    return first.draws() + second.draws();
  }
}
