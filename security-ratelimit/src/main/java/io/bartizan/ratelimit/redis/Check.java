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
    RESERVE('v'),
    CANCEL('c');

    final char letter;

    Kind(char letter) {
      this.letter = letter;
    }

    /** Whether permits are given back, so that nobody is refused. */
    boolean givesBack() {
      return this == REFUND || this == CANCEL;
    }
  }

  final LimitScript script;
  final String key;
  final Kind kind;
  final long permits;

  /** After the count in the script's word: a wait in microseconds, or marks of a reservation. */
  final String detail;

  final long deadlineNanos;

  /** How long reserved permits must wait; set before the check completes. */
  long waitMicros;

  /** Where reserved permits end, as the script reads it; set before the check completes. */
  String marks = "";

  private @Nullable DenyCache denials;
  private long madeNanos;

  /** The check that came after this one, while both are queued. */
  private volatile @Nullable Check next;

  Check(
      LimitScript script, String key, Kind kind, long permits, String detail, long deadlineNanos) {
    this.script = script;
    this.key = key;
    this.kind = kind;
    this.permits = permits;
    this.detail = detail;
    this.deadlineNanos = deadlineNanos;
  }

  /** Has a refusal remembered, as of when the check was made. */
  void remember(DenyCache cache, long now) {
    denials = cache;
    madeNanos = now;
  }

  /** Completes with what Redis said. */
  void answer(Decision decision) {
    if (denials != null && !decision.isAllowed()) {
      denials.refused(this, decision, madeNanos);
    }
    complete(decision);
  }

  /** What a queue begins with; never sent. */
  @SuppressWarnings("NullAway") // nobody asks for its limits
  static Check stub() {
    return new Check(null, "", Kind.PEEK, 1, "", 0);
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
