package io.bartizan.ratelimit;

/** The count of one window; none is open when {@code end} has passed. */
final class FixedWindowGauge extends Gauge {

  private final FixedWindow limit;
  private long start;
  private long end = Long.MIN_VALUE;
  private long count;

  FixedWindowGauge(FixedWindow limit) {
    this.limit = limit;
  }

  @Override
  FixedWindow limit() {
    return limit;
  }

  @Override
  long used(long now) {
    return now < end ? count : 0;
  }

  @Override
  boolean fits(long now, long permits) {
    return permits <= limit.capacity() - used(now);
  }

  @Override
  void charge(long now, long permits) {
    if (now >= end) {
      start = limit.startMicros(now);
      end = limit.endMicros(start);
      count = 0;
    }
    count += permits;
  }

  @Override
  void refund(long now, long permits) {
    count -= Math.min(permits, count);
  }

  @Override
  Decision decision(boolean allowed, long now, long permits) {
    long used = used(now);
    long untilEnd = Math.max(0, end - now);
    return Decision.ofMicros(
        limit,
        allowed,
        permits,
        Math.max(0, limit.capacity() - used),
        now < end ? untilEnd : 0,
        used == 0 ? 0 : untilEnd);
  }

  /** A window that the first request opened stays open though its permits were given back. */
  @Override
  boolean idle(long now) {
    return now >= end || (count == 0 && limit.start() != FixedWindow.Start.FIRST_REQUEST);
  }

  /** The whole count stays, also what is beyond a smaller limit. */
  @Override
  void inherit(Gauge old, long now) {
    if (!(old instanceof FixedWindowGauge that)) {
      super.inherit(old, now);
    } else if (now < that.end) {
      boolean opened =
          limit.start() == FixedWindow.Start.FIRST_REQUEST
              && that.limit.start() == FixedWindow.Start.FIRST_REQUEST;
      charge(opened ? that.start : now, that.count);
    }
  }
}
