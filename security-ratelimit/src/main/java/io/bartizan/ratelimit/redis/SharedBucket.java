package io.bartizan.ratelimit.redis;

import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.TokenBucket;
import io.bartizan.ratelimit.redis.link.ScriptReply;
import java.util.List;

/** A token bucket in the script: pairs of whole microseconds and a rest in units. */
final class SharedBucket implements SharedLimit {

  private final TokenBucket bucket;
  private final long scale;
  private final long cost;
  private final long full;

  SharedBucket(TokenBucket bucket) {
    this.bucket = bucket;
    this.scale = bucket.unitsPerMicro();
    this.cost = bucket.unitsPerPermit();
    this.full = bucket.capacity() * cost;
  }

  @Override
  public char letter() {
    return 'B';
  }

  @Override
  public List<Long> arguments(long serverMicros) {
    long first = (bucket.capacity() - bucket.initialPermits()) * cost;
    return List.of(
        bucket.capacity(),
        scale,
        cost / scale,
        cost % scale,
        full / scale,
        full % scale,
        first / scale,
        first % scale);
  }

  @Override
  public boolean promisesTimes() {
    return true;
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
      return permits <= bucket.capacity() && units + permits * cost <= full;
    }

    @Override
    public void take(long permits) {
      units += permits * cost;
    }

    @Override
    public long waitMicros() {
      long ahead = Math.max(0, units - full);
      return ahead / scale + (ahead % scale == 0 ? 0 : 1);
    }

    @Override
    public String mark(long serverMicros) {
      return serverMicros + units / scale + ":" + units % scale;
    }

    @Override
    public Decision decision(boolean allowed, long permits) {
      return bucket.decision(allowed, permits, units, Decision.Source.REMOTE);
    }
  }
}
