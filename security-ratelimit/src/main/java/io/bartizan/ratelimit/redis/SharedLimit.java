package io.bartizan.ratelimit.redis;

import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.FixedWindow;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.SlidingWindow;
import io.bartizan.ratelimit.SlidingWindowCounter;
import io.bartizan.ratelimit.TokenBucket;
import io.bartizan.ratelimit.redis.link.ScriptReply;
import java.util.List;

/** One limit as the script knows it: the numbers that define it, and how its replies are read. */
interface SharedLimit {

  /** The limit for an algorithm's definition. */
  static SharedLimit of(Limit limit) {
    if (limit instanceof TokenBucket bucket) {
      return bucket.isStepped() ? new SharedSteppedBucket(bucket) : new SharedBucket(bucket);
    }
    if (limit instanceof FixedWindow window) {
      return SharedWindow.fixed(window);
    }
    if (limit instanceof SlidingWindowCounter counter) {
      return SharedWindow.counter(counter);
    }
    if (limit instanceof SlidingWindow window) {
      return SharedWindow.log(window);
    }
    throw new UnsupportedOperationException("a limit of " + limit.getClass() + " on Redis");
  }

  /** The algorithm's name in the script. */
  char letter();

  /** The script's arguments after the letter, for calls at about this time of the server. */
  List<Long> arguments(long serverMicros);

  /** Whether the arguments depend on the time. */
  default boolean isTimed() {
    return false;
  }

  /** Whether the limit can promise a time, so that permits can be reserved. */
  boolean promisesTimes();

  /** Reads what the limit showed of a key. */
  State read(ScriptReply reply);

  /** One key's state, followed through the requests of one call. */
  interface State {

    /** Whether as many permits could be taken now. */
    boolean fits(long permits);

    /** Notes that the script took permits. */
    void take(long permits);

    /** Reads what the script added about a refusal. */
    default void readWait(ScriptReply reply) {}

    /** How long what was taken last must wait, in microseconds. */
    default long waitMicros() {
      throw new UnsupportedOperationException("only token buckets can be reserved");
    }

    /** Where what was taken last ends, as the script reads it in a cancellation. */
    default String mark(long serverMicros) {
      throw new UnsupportedOperationException("only token buckets can be reserved");
    }

    /** The decision that follows from the present state. */
    Decision decision(boolean allowed, long permits);
  }
}
