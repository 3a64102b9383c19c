package io.bartizan.ratelimit.redis;

import io.bartizan.ratelimit.count.Count;
import io.bartizan.ratelimit.redis.link.ScriptReply;

/**
 * The numbers of the exact log, which the script tells since nobody can restore them without its
 * entries: permits used, microseconds until none counts, the same once some more were taken, and
 * after a refusal the microseconds until they would fit.
 */
final class ToldCount extends Count {

  private final long resetOnceTaken;
  private long used;
  private long reset;
  private long retry;

  ToldCount(long capacity, ScriptReply reply) {
    super(capacity);
    this.used = reply.next();
    this.reset = reply.next();
    this.resetOnceTaken = reply.next();
  }

  /** Notes what the script added about a refusal. */
  void retry(long micros) {
    retry = micros;
  }

  @Override
  public boolean fits(long now, long permits) {
    return permits <= capacity() - used;
  }

  @Override
  public void charge(long now, long permits) {
    used += permits;
    reset = resetOnceTaken;
  }

  @Override
  public long used(long now) {
    return used;
  }

  /** Not asked: the script's reply follows each charge after the fact. */
  @Override
  public void owe(long now, long permits, boolean asLast) {
    charge(now, permits);
  }

  /** Not asked: the script's reply follows each refund. */
  @Override
  public void refund(long now, long permits) {
    used = Math.max(0, used - permits);
  }

  @Override
  public boolean isIdle(long now) {
    return used == 0;
  }

  @Override
  public long retryMicros(long now, long permits) {
    return retry;
  }

  @Override
  public long resetMicros(long now) {
    return reset;
  }
}
