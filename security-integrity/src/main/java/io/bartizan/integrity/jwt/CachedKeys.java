package io.bartizan.integrity.jwt;

import io.bartizan.core.Health;
import io.bartizan.core.SafeText;
import io.bartizan.core.Ticker;
import io.bartizan.core.house.Listeners;
import io.bartizan.core.house.Span;
import io.bartizan.integrity.IntegrityListener;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last good set of a source, and what becomes of each fetch: another set, or the last good one
 * a little longer. Thread-safe.
 */
final class CachedKeys implements JwksFetcher.Receiver {

  /**
   * What {@link RemoteJwks.Builder} was told.
   *
   * @param refreshAfter when a set is fetched anew
   * @param maxAge how long a set is believed
   * @param minInterval between the starts of two fetches
   * @param timeout of one fetch
   * @param maxBytes of a set
   */
  record Limits(
      Duration refreshAfter,
      Duration maxAge,
      Duration minInterval,
      Duration timeout,
      int maxBytes) {}

  private static final Logger LOG = LoggerFactory.getLogger(RemoteJwks.class);

  /** A set, when it was got and for how long it is not fetched anew. */
  private record Fetched(KeySnapshot keys, long atNanos, long freshNanos) {}

  private final String name;
  private final Limits limits;
  private final long refreshNanos;
  private final long maxAgeNanos;
  private final long intervalNanos;
  private final Ticker ticker;
  private final Listeners<IntegrityListener> listeners;
  private final JwksFetcher fetcher;

  /** Whether a token chose the name, and others may choose many more. */
  private final boolean quiet;

  private volatile @Nullable Fetched fetched;
  private volatile int failures;
  private volatile String lastProblem = "nothing was fetched yet";
  private volatile boolean closed;

  CachedKeys(
      String name,
      Limits limits,
      KeyTransport transport,
      Ticker ticker,
      Listeners<IntegrityListener> listeners,
      boolean quiet) {
    this.quiet = quiet;
    this.name = name;
    this.limits = limits;
    this.refreshNanos = limits.refreshAfter().toNanos();
    this.maxAgeNanos = limits.maxAge().toNanos();
    this.intervalNanos = limits.minInterval().toNanos();
    this.ticker = ticker;
    this.listeners = listeners;
    this.fetcher = new JwksFetcher(transport, limits.timeout(), ticker, this);
  }

  /** The keys as they are known now; may start a fetch, and never waits for one. */
  KeySnapshot snapshot() {
    Fetched last = fetched;
    if (last == null || closed) {
      return KeySnapshot.NONE;
    }
    long age = ticker.nanos() - last.atNanos;
    if (age >= last.freshNanos) {
      fetcher.fetchIfAllowed();
    }
    return age < maxAgeNanos ? last.keys : KeySnapshot.NONE;
  }

  /** Whether the keys that are known after a wait are the last word of the source. */
  boolean awaitOthers() {
    boolean ended = !closed && fetcher.awaitFetch(failures == 0 && snapshot() == KeySnapshot.NONE);
    return isLastWord(ended);
  }

  /** As {@link #awaitOthers}, waiting for nothing. */
  CompletableFuture<Boolean> othersArrive() {
    return closed
        ? CompletableFuture.completedFuture(false)
        : fetcher.fetchEnds().thenApply(this::isLastWord);
  }

  private boolean isLastWord(boolean ended) {
    return ended && failures == 0 && snapshot() != KeySnapshot.NONE;
  }

  /** Waits for the fetch that is on its way, if there is one; false if it does not end in time. */
  boolean awaitFetch(Duration limit) {
    return fetcher.awaitRunning(limit);
  }

  @Override
  public boolean arrived(KeyTransport.Answer answer) {
    PublishedKeys published;
    try {
      published = PublishedKeys.read(answer.set(), limits.maxBytes());
    } catch (RuntimeException | Error e) {
      return failed(e);
    }
    if (closed) {
      return false;
    }
    Fetched before = fetched;
    KeySnapshot now = new KeySnapshot(published.keys(), published.leftOut(), true);
    KeySnapshot kept = before != null && before.keys.hasSameKeysAs(now) ? before.keys : now;
    long fresh = Math.max(intervalNanos, Math.min(answer.freshNanos(), refreshNanos));
    fetched = new Fetched(kept, ticker.nanos(), fresh);
    failures = 0;
    if (kept == now) {
      int usable = published.keys().size();
      List<String> leftOut = published.leftOut();
      published.log("the keys from " + name);
      LOG.info("keys from {} changed: {} usable{}", name, usable, PublishedKeys.described(leftOut));
      listeners.tell(listener -> listener.keysChanged(name, usable, leftOut));
    }
    return true;
  }

  @Override
  public boolean failed(Throwable problem) {
    Throwable cause = problem;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    lastProblem =
        cause instanceof TimeoutException
            ? "no answer within " + Span.exact(limits.timeout())
            : describe(cause);
    if (cause instanceof HttpKeys.Refusal refused) {
      fetcher.pause(Math.min(TimeUnit.SECONDS.toNanos(refused.retrySeconds), refreshNanos));
    }
    int row = failures + 1;
    failures = row;
    if (!closed) {
      if (row == 1 && !(quiet && fetched == null)) {
        LOG.warn("keys could not be got from {}: {}", name, SafeText.of(lastProblem, 1_000));
      }
      listeners.tell(listener -> listener.keysFailed(name, state()));
    }
    return false;
  }

  /** With keys the full interval; without, from one second on, twice as long at each failure. */
  @Override
  public long pauseNanos() {
    if (fetched != null) {
      return intervalNanos;
    }
    return Math.min(intervalNanos, TimeUnit.SECONDS.toNanos(1L << Math.min(failures, 10)));
  }

  private String describe(Throwable cause) {
    String message = cause.getMessage();
    String name = cause.getClass().getSimpleName();
    return message == null ? name : name + ": " + message;
  }

  /** Fetches what is due, so that the answer is true without tokens too; waits for nothing. */
  Health health() {
    Fetched last = fetched;
    if (!closed && (last == null || ticker.nanos() - last.atNanos >= last.freshNanos)) {
      fetcher.fetchIfAllowed();
    }
    return state();
  }

  /** As {@link #health}, and fetches nothing. */
  Health state() {
    Fetched last = fetched;
    if (closed) {
      return Health.down("closed");
    }
    if (last == null) {
      return Health.down("no keys: " + lastProblem);
    }
    long age = ticker.nanos() - last.atNanos;
    String state =
        last.keys.keys.size()
            + " keys, "
            + Span.rough(Duration.ofNanos(age))
            + " old"
            + PublishedKeys.described(last.keys.leftOut);
    if (age >= maxAgeNanos && failures == 0) {
      return Health.degraded(state + ", which nobody asked for since; they are being got anew");
    }
    if (age >= maxAgeNanos) {
      return Health.down(state + ", older than the maximum: " + lastProblem);
    }
    return failures == 0 ? Health.up(state) : Health.degraded(state + ": " + lastProblem);
  }

  boolean isFailing() {
    return failures > 0;
  }

  void close() {
    closed = true;
    fetched = null;
  }
}
