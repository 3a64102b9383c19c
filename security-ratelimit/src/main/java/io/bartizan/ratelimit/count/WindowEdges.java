package io.bartizan.ratelimit.count;

import java.time.LocalDate;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/** The begin and end of windows, in microseconds since the epoch. Immutable. */
public final class WindowEdges {

  private enum Kind {
    EPOCH,
    FIRST_REQUEST,
    DAY,
    MONTH
  }

  private final Kind kind;
  private final long periodMicros;
  private final @Nullable ZoneId zone;

  private WindowEdges(Kind kind, long periodMicros, @Nullable ZoneId zone) {
    this.kind = kind;
    this.periodMicros = periodMicros;
    this.zone = zone;
  }

  /**
   * The multiples of a period since the epoch.
   *
   * @param periodMicros the period
   * @return the edges
   */
  public static WindowEdges epoch(long periodMicros) {
    return new WindowEdges(Kind.EPOCH, periodMicros, null);
  }

  /**
   * Windows that begin with the first permits taken when none is open.
   *
   * @param periodMicros the period
   * @return the edges
   */
  public static WindowEdges firstRequest(long periodMicros) {
    return new WindowEdges(Kind.FIRST_REQUEST, periodMicros, null);
  }

  /**
   * From midnight to midnight.
   *
   * @param zone whose midnight
   * @return the edges
   */
  public static WindowEdges day(ZoneId zone) {
    return new WindowEdges(Kind.DAY, 0, zone);
  }

  /**
   * Months.
   *
   * @param zone whose months
   * @return the edges
   */
  public static WindowEdges month(ZoneId zone) {
    return new WindowEdges(Kind.MONTH, 0, zone);
  }

  /**
   * Whether a window begins with a request, so that it is open once it was asked for.
   *
   * @return false if windows begin by themselves
   */
  public boolean isOpenedByRequest() {
    return kind == Kind.FIRST_REQUEST;
  }

  /**
   * Whether windows are longer, of the same kind or of months beside days.
   *
   * @param other other edges
   * @return false if not, and for kinds that can't be compared
   */
  boolean isLongerThan(WindowEdges other) {
    return (zone == null && other.zone == null)
        ? periodMicros > other.periodMicros
        : kind == Kind.MONTH && other.kind == Kind.DAY;
  }

  /**
   * The beginning of the window in which a moment lies.
   *
   * @param now the moment, or that of the first request
   * @return its first microsecond
   */
  public long startMicros(long now) {
    if (zone == null) {
      return kind == Kind.EPOCH ? now - Math.floorMod(now, periodMicros) : now;
    }
    long start = midnight(first(now, zone), zone);
    long end = endMicros(start);
    // where clocks go back across midnight the day that had begun goes on
    return end <= now ? end : start;
  }

  /**
   * The end of a window.
   *
   * @param startMicros its beginning
   * @return the first microsecond after it
   */
  public long endMicros(long startMicros) {
    if (zone == null) {
      return startMicros + periodMicros;
    }
    LocalDate first = first(startMicros, zone);
    return midnight(kind == Kind.DAY ? first.plusDays(1) : first.plusMonths(1), zone);
  }

  private LocalDate first(long micros, ZoneId where) {
    LocalDate date = LocalDate.ofInstant(Micros.instant(micros), where);
    return kind == Kind.DAY ? date : date.withDayOfMonth(1);
  }

  private static long midnight(LocalDate date, ZoneId where) {
    return Micros.of(date.atStartOfDay(where).toInstant());
  }
}
