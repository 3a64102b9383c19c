package io.bartizan.benchmarks.backtest;

import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.YearMonth;

/**
 * Times as logs write them, in microseconds since the epoch: {@code 17/May/2015:10:05:03 +0000},
 * ISO 8601 ({@code 2015-05-17T10:05:03.25Z}, UTC where no offset stands), or a number of seconds,
 * milli-, micro- or nanoseconds, told apart by its size. Not thread-safe: it remembers the day.
 */
final class LogTime {
  /** Not a time. */
  static final long NONE = Long.MIN_VALUE;

  private static final long SECOND = 1_000_000;
  private static final long DAY = 86_400 * SECOND;
  private static final long END = LocalDate.of(2200, 1, 1).toEpochDay() * DAY;
  private static final String MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec";

  private int knownDate;
  private long knownDay;

  long of(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return of(bytes, 0, bytes.length);
  }

  /** The time, or {@link #NONE}. */
  long of(byte[] text, int from, int to) {
    int length = to - from;
    long micros =
        length > 40 || length < 1
            ? NONE
            : length >= 20 && text[from + 2] == '/'
                ? common(text, from, to)
                : length >= 19 && text[from + 4] == '-'
                    ? iso(text, from, to)
                    : number(text, from, to);
    return micros >= 0 && micros < END ? micros : NONE;
  }

  private long common(byte[] text, int from, int to) {
    long month = month(text, from + 3);
    long day = day(digits(text, from + 7, 4), month, digits(text, from, 2));
    if (text[from + 6] != '/' || text[from + 11] != ':') {
      return NONE;
    }
    return sum(day, clock(text, from + 12), offset(text, from + 20, to));
  }

  private long iso(byte[] text, int from, int to) {
    long day = day(digits(text, from, 4), digits(text, from + 5, 2), digits(text, from + 8, 2));
    if (text[from + 7] != '-' || (text[from + 10] != 'T' && text[from + 10] != ' ')) {
      return NONE;
    }
    int at = from + 19;
    long fraction = 0;
    if (at < to && (text[at] == '.' || text[at] == ',')) {
      long unit = SECOND;
      for (at++; at < to && text[at] >= '0' && text[at] <= '9'; at++) {
        unit /= 10;
        fraction += (text[at] - '0') * unit;
      }
    }
    long clock = clock(text, from + 11);
    return sum(day, clock == NONE ? NONE : clock + fraction, offset(text, at, to));
  }

  private static long sum(long day, long clock, long offset) {
    return day == NONE || clock == NONE || offset == NONE ? NONE : day + clock - offset;
  }

  /** {@code 10:05:03}; a leap second counts as the one before it. */
  private static long clock(byte[] text, int at) {
    long hour = digits(text, at, 2);
    long minute = digits(text, at + 3, 2);
    long second = digits(text, at + 6, 2);
    if (text[at + 2] != ':' || text[at + 5] != ':') {
      return NONE;
    }
    return within(hour, 23) && within(minute, 59) && within(second, 60)
        ? (hour * 3600 + minute * 60 + Math.min(second, 59)) * SECOND
        : NONE;
  }

  /** Nothing, {@code Z}, {@code +02:00} or {@code +0200}, with a space before it or not. */
  private static long offset(byte[] text, int from, int to) {
    int at = from < to && text[from] == ' ' ? from + 1 : from;
    int length = to - at;
    if (length == 0 || (length == 1 && text[at] == 'Z')) {
      return 0;
    }
    int colon = length == 6 && text[at + 3] == ':' ? 1 : 0;
    if (length != 5 + colon || (text[at] != '+' && text[at] != '-')) {
      return NONE;
    }
    long hours = digits(text, at + 1, 2);
    long minutes = digits(text, at + 3 + colon, 2);
    if (!within(hours, 18) || !within(minutes, 59)) {
      return NONE;
    }
    return (hours * 3600 + minutes * 60) * (text[at] == '-' ? -SECOND : SECOND);
  }

  private static long number(byte[] text, int from, int to) {
    long whole = 0;
    int at = from;
    for (; at < to && text[at] >= '0' && text[at] <= '9'; at++) {
      if (at - from >= 18 && whole > Long.MAX_VALUE / 10 - 1) {
        return NONE;
      }
      whole = whole * 10 + (text[at] - '0');
    }
    long unit = SECOND; // how many microseconds one is
    long divisor = 1;
    if (whole >= 100_000_000_000_000_000L) {
      unit = 1;
      divisor = 1000;
    } else if (whole >= 100_000_000_000_000L) {
      unit = 1;
    } else if (whole >= 100_000_000_000L) {
      unit = 1000;
    }
    long micros = whole * unit / divisor;
    if (at < to && at > from && text[at] == '.') {
      for (at++; at < to && text[at] >= '0' && text[at] <= '9'; at++) {
        unit /= 10;
        micros += (text[at] - '0') * unit;
      }
    }
    return at == to && at > from ? micros : NONE;
  }

  private long day(long year, long month, long day) {
    if (year < 1970 || !within(month - 1, 11) || day < 1) {
      return NONE;
    }
    int date = (int) (year * 10_000 + month * 100 + day);
    if (date != knownDate) {
      if (day > YearMonth.of((int) year, (int) month).lengthOfMonth()) {
        return NONE;
      }
      knownDay = LocalDate.of((int) year, (int) month, (int) day).toEpochDay() * DAY;
      knownDate = date;
    }
    return knownDay;
  }

  private static long month(byte[] text, int at) {
    for (int month = 0; month < 12; month++) {
      if (text[at] == MONTHS.charAt(3 * month)
          && text[at + 1] == MONTHS.charAt(3 * month + 1)
          && text[at + 2] == MONTHS.charAt(3 * month + 2)) {
        return month + 1L;
      }
    }
    return 0;
  }

  private static boolean within(long value, long most) {
    return value >= 0 && value <= most;
  }

  /** The number, or one that is far below zero. */
  private static long digits(byte[] text, int at, int count) {
    long value = 0;
    for (int i = at; i < at + count; i++) {
      int digit = text[i] - '0';
      if (digit < 0 || digit > 9) {
        return Integer.MIN_VALUE;
      }
      value = value * 10 + digit;
    }
    return value;
  }
}
