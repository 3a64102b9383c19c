package io.bartizan.ratelimit.redis;

import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.TokenBucket;
import java.util.List;

/** One limit as the script knows it: the words that define it, and how its replies are read. */
interface SharedLimit {

  /** The limit for an algorithm's definition. */
  static SharedLimit of(Limit limit) {
    return new SharedTokenBucket((TokenBucket) limit);
  }

  /** The limit's definition. */
  Limit limit();

  /** The script's arguments: the algorithm's letter, then its numbers. */
  List<String> arguments();

  /** Reads what the script showed of a key before the first request. */
  State read(ScriptReply reply);

  /** One key's state, followed through the requests of one call. */
  interface State {

    /** Whether as many permits could be taken now. */
    boolean fits(long permits);

    /** Notes that the script took permits. */
    void take(long permits);

    /** Notes that the script gave permits back. */
    void give(long permits);

    /** The decision that follows from the present state. */
    Decision decision(boolean allowed, long permits);
  }
}
