package io.bartizan.ratelimit.redis;

import io.bartizan.ratelimit.count.BothCounts;
import io.bartizan.ratelimit.count.Count;
import io.bartizan.ratelimit.redis.link.ScriptReply;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The larger definitions that requests of one key must have room by as well, a place for each
 * limit, and how much longer.
 */
final class Bounds {

  /** Most keys are asked by one definition. */
  static final Bounds NONE = new Bounds(new SharedLimit[0], new long[0]);

  private final @Nullable SharedLimit[] others;
  private final long[] micros;

  private Bounds(@Nullable SharedLimit[] others, long[] micros) {
    this.others = others;
    this.micros = micros;
  }

  /** Reads their numbers. */
  static Bounds read(ScriptReply reply, List<SharedLimit> limits) {
    long unusedMark = reply.next();
    @Nullable SharedLimit[] others = new SharedLimit[limits.size()];
    long[] micros = new long[others.length];
    for (int i = 0; i < others.length; i++) {
      micros[i] = reply.next();
      if (micros[i] > 0) {
        others[i] = limits.get(i).other(reply.next(), reply.next(), reply.next());
      }
    }
    return new Bounds(others, micros);
  }

  /** Reads what they counted, beside what the limits did. */
  void restore(Count[] counts, ScriptReply reply, long serverMicros) {
    for (int i = 0; i < others.length; i++) {
      SharedLimit other = others[i];
      if (other != null) {
        Count its = other.restore(reply, serverMicros);
        counts[i] = BothCounts.of(counts[i], its, serverMicros + micros[i] - 1);
      }
    }
  }
}
