package io.bartizan.ratelimit.redis;

import io.bartizan.ratelimit.Decision;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One caller's question about one key, and the promise of its answer. */
final class Check extends CompletableFuture<Decision> {

  /** What is asked. */
  enum Kind {
    ACQUIRE('a'),
    PEEK('p'),
    REFUND('r'),
    RESERVE('v');

    final char letter;

    Kind(char letter) {
      this.letter = letter;
    }
  }

  final String key;
  final Kind kind;
  final long permits;

  /** The longest wait of a reservation in microseconds, else 0. */
  final long waitMicros;

  final long deadlineNanos;

  /** The check that came after this one, while both are queued. */
  private volatile @Nullable Check next;

  Check(String key, Kind kind, long permits, long waitMicros, long deadlineNanos) {
    this.key = key;
    this.kind = kind;
    this.permits = permits;
    this.waitMicros = waitMicros;
    this.deadlineNanos = deadlineNanos;
  }

  @Nullable Check next() {
    return next;
  }

  void next(@Nullable Check follower) {
    next = follower;
  }

  /** Whether both can be told to the script as one request with a count. */
  boolean repeats(Check earlier) {
    return kind == Kind.ACQUIRE && earlier.kind == Kind.ACQUIRE && permits == earlier.permits;
  }
}
