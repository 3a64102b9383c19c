package io.bartizan.ratelimit.redis;

import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.redis.link.RedisKeys;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One caller's question about one key, and the promise of its answer. */
final class Request extends CompletableFuture<Decision> {

  /** Who asks on the caller's behalf: a limiter, with its options. */
  interface Asker {

    /** Completes the request with what Redis said. */
    void answered(Request request, Decision decision);

    /** Has the request completed, soon and by another thread: Redis says nothing about it. */
    void unanswered(Request request);

    /** Completes the request at once, for nobody waits for it yet: Redis is not asked. */
    void unasked(Request request);

    /** Completes the request with a mistake that is its caller's. */
    void failed(Request request, Throwable cause);

    /** How keys are named. */
    RedisKeys keys();

    /** Whether its requests may travel with others. */
    boolean coalesces();

    /** How many requests may wait for one server at a time. */
    int mostPending();
  }

  /** What is asked. */
  enum Kind {
    ACQUIRE('a'),
    PEEK('p'),
    REFUND('r'),
    RESERVE('v'),
    CANCEL('c'),
    CHARGE('o');

    final char letter;

    Kind(char letter) {
      this.letter = letter;
    }

    /** Whether permits are given back, so that nobody is refused. */
    boolean givesBack() {
      return this == REFUND || this == CANCEL;
    }
  }

  /** Which part of its time-out a request waits for others to travel with. */
  private static final int WAIT_SHARE = 20;

  private static final long LEAST_WAIT_NANOS = 500_000;

  final Asker asker;
  final LimitScript script;
  final String key;
  final Kind kind;
  final long permits;

  /** After the count in the script's word: a wait in microseconds, or marks of a reservation. */
  final String detail;

  final long madeNanos;
  final long deadlineNanos;

  /** Whether a thread waits for the answer, so that no dependent can run with it. */
  final boolean waits;

  /** Whether it was decided without Redis' answer. */
  volatile boolean fellBack;

  /** How long reserved permits must wait; set before the request completes. */
  long waitMicros;

  /** Where reserved permits end, as the script reads it; set before the request completes. */
  String marks = "";

  /** The request that came after this one, while both are queued. */
  private volatile @Nullable Request next;

  Request(
      Asker asker,
      LimitScript script,
      String key,
      Kind kind,
      long permits,
      String detail,
      boolean waits,
      long madeNanos,
      long deadlineNanos) {
    this.asker = asker;
    this.script = script;
    this.key = key;
    this.kind = kind;
    this.permits = permits;
    this.detail = detail;
    this.waits = waits;
    this.madeNanos = madeNanos;
    this.deadlineNanos = deadlineNanos;
  }

  /** What a queue begins with; never sent. */
  @SuppressWarnings("NullAway") // nobody asks for its limits
  static Request stub() {
    return new Request(null, null, "", Kind.PEEK, 1, "", false, 0, 0);
  }

  /** When it leaves at the latest, also beside calls that are under way. */
  long departureNanos() {
    return madeNanos + Math.max((deadlineNanos - madeNanos) / WAIT_SHARE, LEAST_WAIT_NANOS);
  }

  /** How many permits the answer is about: after a charge one more. */
  long permitsDecided() {
    return kind == Kind.CHARGE ? 1 : permits;
  }

  /** The name of its key on Redis. */
  byte[] redisKey() {
    return Subject.of(this).name();
  }

  @Nullable Request next() {
    return next;
  }

  void next(@Nullable Request follower) {
    next = follower;
  }

  /** Whether both can be told to the script as one word with a count. */
  boolean repeats(Request earlier) {
    return kind == Kind.ACQUIRE && earlier.kind == Kind.ACQUIRE && permits == earlier.permits;
  }
}
