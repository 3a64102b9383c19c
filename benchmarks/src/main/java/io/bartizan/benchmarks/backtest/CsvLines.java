package io.bartizan.benchmarks.backtest;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Comma-separated values (RFC 4180), one record a line, whose columns the first line names. */
final class CsvLines implements LineFormat {
  private static final int REPLACED = 0xfffd;

  private final LogTime times = new LogTime();
  private final CsvReader.CsvReaderBuilder reader = strict();
  private final int columns;
  private final int time;
  private final int caller;

  private CsvLines(int columns, int time, int caller) {
    this.columns = columns;
    this.time = time;
    this.caller = caller;
  }

  /** A reader of lines below this first one; null if that names no time and caller. */
  static @Nullable CsvLines below(String header, CallerKey key, List<String> timeNames) {
    CsvRecord names = record(strict(), header);
    if (names == null) {
      return null;
    }
    int time = first(names.getFields(), timeNames);
    int caller = first(names.getFields(), key.names());
    return time < 0 || caller < 0 ? null : new CsvLines(names.getFieldCount(), time, caller);
  }

  @Override
  public String name() {
    return "csv";
  }

  @Override
  public @Nullable Fault read(byte[] bytes, int from, int to, Entry into) {
    CsvRecord fields = record(reader, new String(bytes, from, to - from, StandardCharsets.UTF_8));
    if (fields == null || fields.getFieldCount() != columns) {
      return Fault.GARBLED;
    }
    long micros = times.of(fields.getField(time));
    if (micros == LogTime.NONE) {
      return Fault.NO_TIME;
    }
    String who = fields.getField(caller);
    if (who.isEmpty() || who.equals("-")) {
      return Fault.NO_CALLER;
    }
    if (who.indexOf(REPLACED) >= 0) {
      return Fault.NOT_UTF8;
    }
    into.micros = micros;
    into.caller(who);
    return null;
  }

  private static CsvReader.CsvReaderBuilder strict() {
    return CsvReader.builder().allowUnclosedQuote(false);
  }

  private static @Nullable CsvRecord record(CsvReader.CsvReaderBuilder builder, String line) {
    try {
      return builder.ofSingleCsvRecord(line);
    } catch (CsvParseException e) {
      return null;
    }
  }

  private static int first(List<String> columns, List<String> names) {
    for (String name : names) {
      int index = columns.indexOf(name);
      if (index >= 0) {
        return index;
      }
    }
    return -1;
  }
}
