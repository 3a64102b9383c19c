package io.bartizan.ratelimit.count;

/** The count of one window; none is open when {@code end} has passed. */
public final class WindowCount extends Count {

  private final WindowEdges edges;
  private long start;
  private long end = Long.MIN_VALUE;
  private long count;

  private WindowCount(long capacity, WindowEdges edges) {
    super(capacity);
    this.edges = edges;
  }

  /**
   * No window yet.
   *
   * @param capacity permits in a window
   * @param edges where windows begin
   * @return a count with nothing in it
   */
  public static WindowCount of(long capacity, WindowEdges edges) {
    return new WindowCount(capacity, edges);
  }

  /**
   * A window as it was left.
   *
   * @param capacity permits in a window
   * @param edges where windows begin
   * @param start where this one began
   * @param used how many permits were taken in it
   * @return the count
   */
  public static WindowCount of(long capacity, WindowEdges edges, long start, long used) {
    WindowCount window = new WindowCount(capacity, edges);
    window.start = start;
    window.end = edges.endMicros(start);
    window.count = used;
    return window;
  }

  @Override
  public long used(long now) {
    return now < end ? count : 0;
  }

  @Override
  public boolean fits(long now, long permits) {
    return permits <= capacity() - used(now);
  }

  @Override
  public void charge(long now, long permits) {
    if (now >= end) {
      start = edges.startMicros(now);
      end = edges.endMicros(start);
      count = 0;
    }
    count += permits;
  }

  @Override
  public void owe(long now, long permits, boolean asLast) {
    charge(now, 0);
    count = owed(count, permits, MOST_OWED);
  }

  /** A window that the first request opened ends a period after the last one. */
  @Override
  public void prolong(long now) {
    if (edges.isOpenedByRequest() && now < end) {
      start = now;
      end = edges.endMicros(now);
    }
  }

  @Override
  public void refund(long now, long permits) {
    count -= Math.min(permits, count);
  }

  @Override
  public long retryMicros(long now, long permits) {
    return now < end ? end - now : 0;
  }

  @Override
  public long resetMicros(long now) {
    return used(now) == 0 ? 0 : Math.max(0, end - now);
  }

  /** A window that the first request opened stays open though its permits were given back. */
  @Override
  public boolean isIdle(long now) {
    return now >= end || (count == 0 && !edges.isOpenedByRequest());
  }

  @Override
  public boolean exceeds(Count current, long now) {
    return current instanceof WindowCount
        ? used(now) > current.used(now)
        : super.exceeds(current, now);
  }

  @Override
  public boolean outlasts(Count current) {
    return current instanceof WindowCount that && edges.isLongerThan(that.edges);
  }

  /** The whole count stays, also what is beyond a smaller limit. */
  @Override
  public void inherit(Count old, long now) {
    if (!(old instanceof WindowCount that)) {
      super.inherit(old, now);
    } else if (now < that.end) {
      boolean opened = edges.isOpenedByRequest() && that.edges.isOpenedByRequest();
      charge(opened ? that.start : now, that.count);
    }
  }
}
