package io.bartizan.ratelimit.redis;

import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.TokenBucket;
import java.util.List;

/** A token bucket in the script: pairs of whole microseconds and a rest in units. */
final class SharedTokenBucket implements SharedLimit {

  private final TokenBucket bucket;
  private final long scale;
  private final long cost;

  SharedTokenBucket(TokenBucket bucket) {
    this.bucket = bucket;
    this.scale = bucket.unitsPerMicro();
    this.cost = bucket.unitsPerPermit();
  }

  @Override
  public Limit limit() {
    return bucket;
  }

  @Override
  public List<String> arguments() {
    long full = bucket.capacity() * cost;
    return List.of(
        "B",
        cost / scale + "+" + cost % scale + "/" + scale,
        Long.toString(bucket.capacity()),
        Long.toString(scale),
        Long.toString(cost / scale),
        Long.toString(cost % scale),
        Long.toString(full / scale),
        Long.toString(full % scale));
  }

  @Override
  public State read(ScriptReply reply) {
    return new Backlog(reply.next() * scale + reply.next());
  }

  private final class Backlog implements State {

    private long units;

    Backlog(long units) {
      this.units = units;
    }

    @Override
    public boolean fits(long permits) {
      return permits <= bucket.capacity() && units + permits * cost <= bucket.capacity() * cost;
    }

    @Override
    public void take(long permits) {
      units += permits * cost;
    }

    @Override
    public void give(long permits) {
      units = permits > units / cost ? 0 : units - permits * cost;
    }

    @Override
    public Decision decision(boolean allowed, long permits) {
      return bucket.decision(allowed, permits, units, Decision.Source.REMOTE);
    }
  }
}
