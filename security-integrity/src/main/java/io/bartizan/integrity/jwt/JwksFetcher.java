package io.bartizan.integrity.jwt;

import io.bartizan.core.Ticker;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Gets one JWK set within a budget: one fetch at a time, none before the pause after the last one's
 * start is over, each limited in time and size, and few callers waiting. Thread-safe.
 */
final class JwksFetcher {

  private static final int MAX_WAITING = 16;

  /** So many may wait without a thread; each holds a token and little else. */
  static final int MAX_PENDING = 4096;

  /** What becomes of an answer; called on the source's threads, one call at a time. */
  interface Receiver {
    boolean arrived(KeyTransport.Answer answer);

    boolean failed(Throwable problem);

    /** How long after the start of this fetch the next one may start. */
    long pauseNanos();
  }

  /** A fetch ends itself at the time-out; who waits for it wants to see that end. */
  private static final Duration GRACE = Duration.ofMillis(100);

  private final KeyTransport transport;
  private final Duration timeout;
  private final Ticker ticker;
  private final Receiver receiver;
  private final AtomicReference<@Nullable CompletableFuture<Boolean>> flight =
      new AtomicReference<>();
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicInteger pending = new AtomicInteger();
  private volatile long nextFetchNanos;

  JwksFetcher(KeyTransport transport, Duration timeout, Ticker ticker, Receiver receiver) {
    this.transport = transport;
    this.timeout = timeout;
    this.ticker = ticker;
    this.receiver = receiver;
    this.nextFetchNanos = ticker.nanos();
  }

  /** Starts a fetch if the budget allows one now; never waits. */
  void fetchIfAllowed() {
    if (mayFetch()) {
      CompletableFuture<Boolean> unused = fetch();
    }
  }

  /**
   * Waits for the fetch on its way, or for one that starts now if the budget allows it.
   *
   * @param everyone whether all may wait, not only {@value #MAX_WAITING}
   * @return false if there is one, and nobody knows yet what it brings
   */
  boolean awaitFetch(boolean everyone) {
    CompletableFuture<Boolean> running = running();
    if (running == null) {
      return true;
    }
    boolean ended = running.isDone();
    if (waiting.incrementAndGet() <= MAX_WAITING || everyone) {
      ended = await(running, timeout.plus(GRACE));
    }
    waiting.decrementAndGet();
    return ended;
  }

  /**
   * As {@link #awaitFetch}, waiting for nothing: completes with the fetch, on the source's thread,
   * and at once with false for those beyond {@value #MAX_PENDING}.
   */
  CompletableFuture<Boolean> fetchEnds() {
    CompletableFuture<Boolean> running = running();
    if (running == null || running.isDone()) {
      return CompletableFuture.completedFuture(true);
    }
    if (pending.incrementAndGet() > MAX_PENDING) {
      pending.decrementAndGet();
      return CompletableFuture.completedFuture(false);
    }
    return running.handle(
        (good, problem) -> {
          pending.decrementAndGet();
          return true;
        });
  }

  /** The source wants no other fetch before so long from now. */
  void pause(long nanos) {
    long until = ticker.nanos() + nanos;
    if (until - nextFetchNanos > 0) {
      nextFetchNanos = until;
    }
  }

  /** Waits for the fetch that is on its way, if there is one; false if it does not end in time. */
  boolean awaitRunning(Duration limit) {
    CompletableFuture<Boolean> running = flight.get();
    return running == null || await(running, limit);
  }

  private static boolean await(CompletableFuture<Boolean> running, Duration limit) {
    try {
      Boolean unused = running.get(limit.toNanos(), TimeUnit.NANOSECONDS);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } catch (TimeoutException | ExecutionException e) {
      return false;
    }
  }

  /** The fetch on its way, begun now if the budget allows it; null if there is none. */
  private @Nullable CompletableFuture<Boolean> running() {
    CompletableFuture<Boolean> running = flight.get();
    if (running == null) {
      running = mayFetch() ? fetch() : flight.get(); // another's may have begun since
    }
    return running;
  }

  private boolean mayFetch() {
    return flight.get() == null && ticker.nanos() - nextFetchNanos >= 0;
  }

  /** One at a time; whoever comes second gets the first one's. */
  private CompletableFuture<Boolean> fetch() {
    CompletableFuture<Boolean> mine = new CompletableFuture<>();
    CompletableFuture<Boolean> running = flight.compareAndExchange(null, mine);
    if (running != null) {
      return running;
    }
    if (ticker.nanos() - nextFetchNanos < 0) { // another's began and ended since we asked
      flight.set(null);
      mine.complete(false);
      return mine;
    }
    nextFetchNanos = ticker.nanos() + receiver.pauseNanos();
    CompletableFuture<KeyTransport.Answer> answer = send();
    try {
      var unused =
          answer
              .copy()
              .orTimeout(timeout.toNanos(), TimeUnit.NANOSECONDS)
              .handle((response, problem) -> ended(mine, answer, response, problem));
    } catch (RuntimeException | Error e) { // such as no thread for the JDK's timer
      boolean unused = ended(mine, answer, null, e);
    }
    return mine;
  }

  /** Whatever happened, the next fetch must be able to start. */
  private boolean ended(
      CompletableFuture<Boolean> mine,
      CompletableFuture<KeyTransport.Answer> answer,
      KeyTransport.@Nullable Answer response,
      @Nullable Throwable problem) {
    answer.cancel(true);
    boolean good = false;
    try {
      good =
          problem == null
              ? receiver.arrived(Objects.requireNonNull(response, "no answer"))
              : receiver.failed(problem);
    } finally {
      flight.set(null);
      mine.complete(good);
    }
    return good;
  }

  private CompletableFuture<KeyTransport.Answer> send() {
    try {
      return transport.get();
    } catch (Exception | Error e) { // the application's source or header, perhaps in Kotlin
      return CompletableFuture.failedFuture(e);
    }
  }
}
