package io.bartizan.ratelimit;

import io.bartizan.ratelimit.count.Count;
import io.bartizan.ratelimit.count.Micros;
import io.bartizan.ratelimit.count.WindowCount;
import io.bartizan.ratelimit.count.WindowEdges;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A fixed-window rate limit or calendar quota: at most so many permits in each window.
 *
 * <p>Windows are multiples of the period since the epoch, days or months of a time zone, or begin
 * with a subject's first request after the last one ended. Across the edge of two windows up to
 * twice the capacity can pass in a moment; where that matters, use a {@link SlidingWindow}. Good
 * for quotas that people are told: 1000 a day, from midnight.
 *
 * <p>Immutable, compared by value.
 */
public final class FixedWindow extends Limit {

  /**
   * The alignment of fixed windows: to the epoch, to the first request, or to a calendar day or
   * month.
   */
  public enum Start {
    /** At the multiples of the period since 1970-01-01T00:00Z. */
    EPOCH,
    /** With the first permits that are taken when no window is open. */
    FIRST_REQUEST,
    /** At midnight in a time zone; a day may have 23 or 25 hours. */
    DAY,
    /** At midnight of the first of a month in a time zone. */
    MONTH
  }

  private final Duration period;
  private final Start start;
  private final @Nullable ZoneId zone;
  private final WindowEdges edges;

  FixedWindow(String name, long permits, Duration period, Start start, @Nullable ZoneId zone) {
    super(name, permits);
    this.period = period;
    this.start = start;
    this.zone = zone;
    this.edges =
        zone == null
            ? start == Start.EPOCH
                ? WindowEdges.epoch(Micros.of(period))
                : WindowEdges.firstRequest(Micros.of(period))
            : start == Start.DAY ? WindowEdges.day(zone) : WindowEdges.month(zone);
  }

  /**
   * The same limit with windows that begin with the first request.
   *
   * @return a limit that differs in where its windows begin only
   * @throws IllegalStateException if the windows are days or months
   */
  public FixedWindow fromFirstRequest() {
    if (zone != null) {
      throw new IllegalStateException("the windows are a " + start + ", which has its own start");
    }
    return new FixedWindow(name(), capacity(), period, Start.FIRST_REQUEST, null);
  }

  /**
   * Where windows begin.
   *
   * @return the kind of start
   */
  public Start start() {
    return start;
  }

  /**
   * The time zone whose days or months the windows are.
   *
   * @return empty for windows of a period
   */
  public Optional<ZoneId> zone() {
    return Optional.ofNullable(zone);
  }

  @Override
  public FixedWindow named(String newName) {
    return new FixedWindow(newName, capacity(), period, start, zone);
  }

  @Override
  public FixedWindow dividedBy(int instances) {
    return new FixedWindow(name(), part(capacity(), instances), period, start, zone);
  }

  /**
   * The length of a window.
   *
   * @return for a day 24 hours, for a month 31 days
   */
  @Override
  public Duration window() {
    return period;
  }

  @Override
  Count count(long now) {
    return WindowCount.of(capacity(), edges);
  }

  @Override
  String text() {
    return switch (start) {
      case EPOCH -> capacity() + "/" + Rate.spelt(period) + " fixed";
      case FIRST_REQUEST -> capacity() + "/" + Rate.spelt(period) + " from first request";
      case DAY -> capacity() + "/day in " + zone;
      case MONTH -> capacity() + "/month in " + zone;
    };
  }
}
