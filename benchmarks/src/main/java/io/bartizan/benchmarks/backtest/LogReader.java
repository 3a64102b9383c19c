package io.bartizan.benchmarks.backtest;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads logs into a spool of requests, and counts what it leaves out. */
final class LogReader {
  private static final int MOST_HELD = 1 << 21;
  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

  /**
   * How logs are read.
   *
   * @param format a format's name or {@code auto}
   * @param key who the caller is
   * @param timeNames under which names JSON and CSV may have the time
   * @param unsorted how much earlier than one before it a line may be
   * @param gap how much later than all before it a line may be without others that confirm it
   * @param maxLine bytes of the longest line
   * @param maxCallers how many callers are remembered
   */
  record Options(
      String format,
      CallerKey key,
      List<String> timeNames,
      Duration unsorted,
      Duration gap,
      int maxLine,
      int maxCallers) {}

  private final Options options;
  private final Progress progress;
  private final Spool spool;
  private final Callers callers;
  private final Faults faults = new Faults();
  private final Ordering ordering;
  private final Entry entry = new Entry();
  private long lines;
  private @Nullable String format;

  LogReader(Options options, Spool spool, Progress progress) {
    this.options = options;
    this.progress = progress;
    this.spool = spool;
    this.callers = new Callers(options.maxCallers());
    this.ordering =
        new Ordering(options.unsorted(), options.gap(), MOST_HELD, spool, callers, faults);
  }

  /**
   * Reads one log; those of one run follow one another in time.
   *
   * @throws IOException if it can't be read; what is packed and broken is a fault, no exception
   * @throws IllegalArgumentException if its format can't be told
   */
  void read(InputStream in) throws IOException {
    try (LogInput log = LogInput.open(in, options.format(), options.key(), options.timeNames())) {
      format = log.format().name();
      Lines source = new Lines(log.in(), options.maxLine());
      try {
        boolean first = true;
        while (source.next()) {
          lines++;
          if (!first || !log.hasHeader()) {
            line(log.format(), source, first ? mark(source) : source.from());
          }
          first = false;
          progress.step("lines read", lines);
        }
      } catch (IOException e) {
        if (!log.compressed() || e instanceof SpoolException) {
          throw e;
        }
        faults.add(Fault.BROKEN_OFF, lines, String.valueOf(e.getMessage()));
      }
    }
  }

  /** Behind the byte order mark with which some programs begin a file, if it is there. */
  private static int mark(Lines first) {
    int from = first.from();
    int behind = from + BYTE_ORDER_MARK.length;
    return behind <= first.to()
            && Arrays.equals(
                first.bytes(), from, behind, BYTE_ORDER_MARK, 0, BYTE_ORDER_MARK.length)
        ? behind
        : from;
  }

  private void line(LineFormat of, Lines source, int from) throws IOException {
    byte[] bytes = source.bytes();
    int to = source.to();
    if (from == to && !source.isTooLong()) {
      return;
    }
    Fault fault = source.isTooLong() ? Fault.TOO_LONG : of.read(bytes, from, to, entry);
    if (fault == null) {
      String name = entry.caller;
      int caller = name == null ? callers.of(entry.bytes, entry.from, entry.to) : callers.of(name);
      if (caller >= 0) {
        ordering.add(entry.micros, caller, lines);
        return;
      }
      fault = caller == Callers.FULL ? Fault.CROWDED : Fault.NOT_UTF8;
    }
    faults.add(fault, lines, bytes, from, to);
  }

  /** No log follows. */
  void end() throws IOException {
    ordering.end();
  }

  Spool spool() {
    return spool;
  }

  Callers callers() {
    return callers;
  }

  Faults faults() {
    return faults;
  }

  /** Lines read, also those left out. */
  long lines() {
    return lines;
  }

  /** The format of the last log. */
  String format() {
    return String.valueOf(format);
  }
}
