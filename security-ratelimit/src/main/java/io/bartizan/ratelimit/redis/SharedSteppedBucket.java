package io.bartizan.ratelimit.redis;

import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.TokenBucket;
import io.bartizan.ratelimit.redis.link.ScriptReply;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** A token bucket that is refilled in whole periods: permits used, and where in the period. */
final class SharedSteppedBucket implements SharedLimit {

  private final TokenBucket bucket;
  private final long step;
  private final long periodMicros;

  SharedSteppedBucket(TokenBucket bucket) {
    this.bucket = bucket;
    this.step = bucket.refill().permits();
    this.periodMicros = SharedWindow.micros(bucket.refill().period());
  }

  @Override
  public char letter() {
    return 'S';
  }

  @Override
  public List<Long> arguments(long serverMicros) {
    return List.of(
        bucket.capacity(), step, periodMicros, bucket.capacity() - bucket.initialPermits());
  }

  @Override
  public boolean promisesTimes() {
    return true;
  }

  @Override
  public State read(ScriptReply reply) {
    return new Used(reply.next(), reply.next());
  }

  private final class Used implements State {

    private final long intoPeriod;
    private long used;

    Used(long used, long intoPeriod) {
      this.used = used;
      this.intoPeriod = intoPeriod;
    }

    @Override
    public boolean fits(long permits) {
      return permits <= bucket.capacity() - used;
    }

    @Override
    public void take(long permits) {
      used += permits;
    }

    @Override
    public long waitMicros() {
      return untilBack(Math.max(0, used - bucket.capacity()));
    }

    @Override
    public String mark(long serverMicros) {
      return serverMicros / periodMicros + ":" + used;
    }

    @Override
    public Decision decision(boolean allowed, long permits) {
      long capacity = bucket.capacity();
      return Decision.of(
          bucket,
          allowed,
          permits,
          Math.max(0, capacity - used),
          micros(untilBack(Math.max(0, used + Math.min(permits, capacity) - capacity))),
          micros(untilBack(used)),
          Decision.Source.REMOTE);
    }

    private long untilBack(long permits) {
      long steps = permits / step + (permits % step == 0 ? 0 : 1);
      return steps == 0 ? 0 : steps * periodMicros - intoPeriod;
    }

    private static Duration micros(long micros) {
      return Duration.of(micros, ChronoUnit.MICROS);
    }
  }
}
