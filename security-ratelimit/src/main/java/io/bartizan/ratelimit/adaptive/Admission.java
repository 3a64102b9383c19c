package io.bartizan.ratelimit.adaptive;

import io.bartizan.core.house.Require;
import io.bartizan.core.house.TimeLimit;
import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.Permit;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One subject's permits, who waits for them, and the limit.
 *
 * <p>Who gives permits back looks whether somebody waits after that, and who begins to wait looks
 * whether permits are free after it has shown that it waits: one of the two sees the other. Answers
 * are given without the lock, for they run the code of whoever waits.
 */
class Admission {

  private static final Duration LONGEST = Duration.ofDays(365);
  private static final long TELL_EVERY = 1_000_000_000L;

  /** So often one who is served may give back and so serve the next, each within the other. */
  private static final int DEEPEST = 16;

  /** How often each thread that serves now does so within itself. */
  private static final Map<Serving, Integer> DEPTHS = new ConcurrentHashMap<>();

  private record Serving(Admission admission, Thread thread) {}

  private final Settings settings;
  private final Occupancy occupancy;
  private final Gradient gradient;
  private final LongAdder[] refused = new LongAdder[Priority.ALL.size()];
  private final ReentrantLock lock = new ReentrantLock();
  private final WaitingLine line;

  /** The rank of the most important one who waits; large if nobody does. */
  private volatile int firstWaiting = Integer.MAX_VALUE;

  /** Another thread was asked to go on, and has not begun. */
  private final AtomicBoolean handedOn = new AtomicBoolean();

  private final AtomicLong toldAt;
  private volatile int told;

  Admission(Settings settings) {
    long now = settings.ticker.nanos();
    this.settings = settings;
    this.occupancy = new Occupancy(settings.initial);
    this.gradient = new Gradient(settings.minimum, settings.initial, settings.most, now);
    this.line = new WaitingLine(settings.queue);
    this.toldAt = new AtomicLong(now - TELL_EVERY);
    this.told = settings.initial;
    for (int i = 0; i < refused.length; i++) {
      refused[i] = new LongAdder();
    }
  }

  static long nanos(Duration maxWait) {
    Duration unused = Require.notNegative("maxWait", maxWait);
    return maxWait.compareTo(LONGEST) > 0 ? LONGEST.toNanos() : maxWait.toNanos();
  }

  Permit tryAcquire(Priority priority, int permits) {
    Permit permit = firstWaiting > priority.rank ? taken(priority, permits) : null;
    if (permit != null) {
      return permit;
    }
    over();
    return refusal(priority, permits);
  }

  private @Nullable Permit taken(Priority priority, int permits) {
    int share = share(priority);
    int left = occupancy.take(permits, share);
    if (left < 0 && permits <= Occupancy.share(settings.most, share)) {
      left = occupancy.takeAlone(permits, share);
    }
    return left < 0
        ? null
        : Permit.granted(
            permits, left, Decision.Source.MEMORY, new Work(this, settings.ticker.nanos()));
  }

  private Permit refusal(Priority priority, int permits) {
    refused[priority.rank].increment();
    pressed();
    long free = Math.max(0, occupancy.free(share(priority)));
    return Permit.refused(permits, free, Decision.Source.MEMORY);
  }

  private void pressed() {
    int limit = gradient.pressed(settings.ticker.nanos(), occupancy.held());
    if (limit != Gradient.UNCHANGED) {
      occupancy.setLimit(limit);
    }
  }

  private int share(Priority priority) {
    return settings.shares[priority.rank];
  }

  Permit acquire(Priority priority, int permits, long maxNanos) throws InterruptedException {
    if (Thread.interrupted()) {
      over();
      throw new InterruptedException("interrupted before waiting for permits");
    }
    Waiter waiter = enter(priority, permits, maxNanos);
    Permit permit;
    InterruptedException interrupted = null;
    try {
      permit = waiter.get(maxNanos, TimeUnit.NANOSECONDS);
    } catch (TimeoutException | ExecutionException e) { // nobody completes it exceptionally
      permit = leave(waiter);
    } catch (InterruptedException e) {
      permit = leave(waiter);
      interrupted = e;
    }
    if (!permit.isGranted()) {
      over();
    }
    if (interrupted != null) {
      permit.close(Permit.Outcome.IGNORED);
      throw interrupted;
    }
    return permit;
  }

  CompletableFuture<Permit> acquireAsync(Priority priority, int permits, long maxNanos) {
    Waiter waiter = enter(priority, permits, maxNanos);
    // ended by a grant, by who is more important, by the timer, or by a caller who cancels it
    CompletableFuture<Permit> unused =
        waiter.whenComplete(
            (permit, e) -> {
              if (permit == null || !permit.isGranted()) {
                if (withdraw(waiter)) {
                  refused[priority.rank].increment();
                }
                over();
              }
            });
    return TimeLimit.completing(
        waiter, Permit.refused(permits, 0, Decision.Source.MEMORY), maxNanos);
  }

  /** Already answered if it does not have to wait. */
  private Waiter enter(Priority priority, int permits, long maxNanos) {
    Waiter waiter = new Waiter(priority, permits);
    Permit now = firstWaiting > priority.rank ? taken(priority, permits) : null;
    boolean never = permits > Occupancy.share(settings.most, share(priority));
    if (now != null || never || maxNanos == 0 || settings.queue == 0) {
      waiter.complete(now == null ? refusal(priority, permits) : now);
      return waiter;
    }
    Waiter gone;
    lock.lock();
    try {
      gone = line.add(waiter, settings.ticker.nanos());
      firstWaiting = line.first();
    } finally {
      lock.unlock();
    }
    pressed();
    if (gone != null) {
      gone.complete(refusal(gone.priority, gone.permits));
    }
    serve();
    return waiter;
  }

  /** The refusal of one whose time is up, or the permits that came at that moment. */
  private Permit leave(Waiter waiter) {
    if (waiter.complete(Permit.refused(waiter.permits, 0, Decision.Source.MEMORY))) {
      refused[waiter.priority.rank].increment();
      boolean unused = withdraw(waiter);
    }
    return waiter.join();
  }

  /** Takes one out of the line; those behind it may fit. */
  private boolean withdraw(Waiter waiter) {
    boolean waited;
    lock.lock();
    try {
      waited = line.remove(waiter);
      firstWaiting = line.first();
    } finally {
      lock.unlock();
    }
    if (waited) {
      pressed();
      serve();
    }
    return waited;
  }

  /**
   * Serves who fits. What the served attached to their stages runs here, and often gives permits
   * back at once: after some of that within one another, another thread is asked to go on, for this
   * one may stay in a stage. One is enough: it looks at the line after it has begun. What is
   * further up this stack looks again too, so nothing is lost where no other thread can be had.
   */
  private void serve() {
    if (firstWaiting == Integer.MAX_VALUE) {
      return;
    }
    Serving self = new Serving(this, Thread.currentThread());
    Integer around = DEPTHS.get(self);
    if (around != null && around >= DEEPEST) {
      handOn();
      return;
    }
    DEPTHS.put(self, around == null ? 1 : around + 1);
    try {
      serveAll();
    } finally {
      if (around == null) {
        DEPTHS.remove(self);
      } else {
        DEPTHS.put(self, around);
      }
    }
  }

  private void handOn() {
    if (handedOn.compareAndSet(false, true)) {
      try {
        settings.others.execute(this::goOn);
      } catch (RuntimeException | Error noThreadCanBeHad) {
        handedOn.set(false);
      }
    }
  }

  private void goOn() {
    handedOn.set(false);
    serve();
  }

  private void serveAll() {
    while (firstWaiting != Integer.MAX_VALUE) {
      Waiter waiter;
      Permit permit;
      lock.lock();
      try {
        waiter = line.next(settings.ticker.nanos());
        permit = waiter == null ? null : taken(waiter.priority, waiter.permits);
        if (waiter == null || permit == null) {
          return;
        }
        boolean unused = line.remove(waiter);
        firstWaiting = line.first();
      } finally {
        lock.unlock();
      }
      if (!waiter.complete(permit)) {
        int unused = occupancy.giveBack(waiter.permits);
      }
    }
  }

  /** Called once for each request: when it is refused, or else when its permits come back. */
  void over() {}

  private void ended(long permits, long started, Permit.Outcome outcome) {
    int others = occupancy.giveBack((int) permits) - (int) permits;
    long now = settings.ticker.nanos();
    if (outcome == Permit.Outcome.IGNORED) {
      gradient.cameBack(now);
    } else {
      boolean overloaded = outcome == Permit.Outcome.OVERLOADED;
      int limit = gradient.add(started, now, others, (int) permits, overloaded);
      if (limit != Gradient.UNCHANGED) {
        occupancy.setLimit(limit);
        if (!gradient.isProbing()) {
          tell(limit, now);
        }
      }
    }
    serve();
    over();
  }

  private void tell(int limit, long now) {
    long last = toldAt.get();
    int before = told;
    if (!settings.listeners.isEmpty()
        && limit != before
        && now - last >= TELL_EVERY
        && toldAt.compareAndSet(last, now)) {
      told = limit;
      settings.listeners.tell(one -> one.limitChanged(before, limit));
    }
  }

  int held() {
    return occupancy.held();
  }

  int limit() {
    return occupancy.limit();
  }

  int waiting() {
    lock.lock();
    try {
      return line.size();
    } finally {
      lock.unlock();
    }
  }

  long refused(Priority priority) {
    return refused[priority.rank].sum();
  }

  long baseline() {
    return gradient.baseline();
  }

  @Override
  public String toString() {
    return held() + " of " + limit() + " held, limit " + settings;
  }

  /** Permits that are held, and since when. */
  private record Work(Admission admission, long started) implements Permit.Hold {

    @Override
    public void release(Permit permit) {
      release(permit, Permit.Outcome.DONE);
    }

    @Override
    public void release(Permit permit, Permit.Outcome outcome) {
      admission.ended(permit.permits(), started, outcome);
    }
  }
}
