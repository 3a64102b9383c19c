package io.bartizan.ratelimit.prepaid;

import io.bartizan.core.Ticker;
import io.bartizan.ratelimit.AsyncKeyedRateLimiter;
import io.bartizan.ratelimit.Decision;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.LongAdder;

/** Where lots come from and go back to, and what became of them. */
final class Supply {

  final AsyncKeyedRateLimiter shared;
  final Ticker ticker;
  final long holdNanos;

  /** Calls of the shared limiter for lots and give-backs. */
  final LongAdder calls = new LongAdder();

  final LongAdder lots = new LongAdder();
  final LongAdder taken = new LongAdder();

  /** Permits and draws of lots that are over. */
  final LongAdder used = new LongAdder();

  final LongAdder draws = new LongAdder();
  final LongAdder returned = new LongAdder();
  final LongAdder lapsed = new LongAdder();

  /** Refusals that were remembered. */
  final LongAdder remembered = new LongAdder();

  private volatile boolean closed;

  Supply(AsyncKeyedRateLimiter shared, Ticker ticker, long holdNanos) {
    this.shared = shared;
    this.ticker = ticker;
    this.holdNanos = holdNanos;
  }

  boolean isClosed() {
    return closed;
  }

  void close() {
    closed = true;
  }

  /** Asks for a lot; what goes wrong at once is a failed stage too. */
  CompletionStage<Decision> ask(String key, long permits) {
    calls.increment();
    try {
      return shared.tryAcquire(key, permits);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /** Ends a lot; completes, always well, when what may go back has gone back. */
  CompletableFuture<Void> end(String key, Lot lot, long now) {
    long left = lot.drain();
    used.add(lot.size - left);
    draws.add(lot.draws());
    long back = left == 0 ? 0 : lot.givenBack(left, now);
    lapsed.add(left - back);
    if (back == 0) {
      return CompletableFuture.completedFuture(null);
    }
    returned.add(back);
    calls.increment();
    try {
      return shared.refund(key, back).toCompletableFuture().exceptionally(lost -> null);
    } catch (RuntimeException lost) {
      return CompletableFuture.completedFuture(null);
    }
  }
}
