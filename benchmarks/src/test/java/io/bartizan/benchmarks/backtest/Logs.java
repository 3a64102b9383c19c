package io.bartizan.benchmarks.backtest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Logs made for tests, and what reading them gave. */
final class Logs {
  static final List<String> TIME = List.of("time", "ts");

  private static final DateTimeFormatter COMMON =
      DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss Z", Locale.ROOT).withZone(ZoneOffset.UTC);

  private Logs() {}

  /** One request of a log. */
  record Request(long micros, String caller) {}

  static LogReader.Options options(String key) {
    return new LogReader.Options(
        "auto",
        CallerKey.parse(key),
        TIME,
        Duration.ofMinutes(1),
        Duration.ofDays(1),
        4096,
        1_000_000);
  }

  static LogReader read(String log) throws IOException {
    return read(log.getBytes(StandardCharsets.UTF_8), options("address"));
  }

  static LogReader read(byte[] log, LogReader.Options options) throws IOException {
    LogReader reader = new LogReader(options, new Spool(8), quiet());
    reader.read(new ByteArrayInputStream(log));
    reader.end();
    return reader;
  }

  static Progress quiet() {
    return new Progress(new PrintWriter(new StringWriter()), true);
  }

  static Replay replay(LogReader reader) {
    return replay(reader, 1);
  }

  static Replay replay(LogReader reader, int threads) {
    return new Replay(
        reader.spool(), reader.callers(), quiet(), Runtime.getRuntime().maxMemory(), threads);
  }

  /** What is replayed, by time; of one time the caller first who was seen first. */
  static List<Request> requests(LogReader reader) throws IOException {
    List<Request> requests = new ArrayList<>();
    boolean all =
        reader
            .spool()
            .replay(
                (caller, times) -> {
                  long before = 0;
                  for (long micros; (micros = times.next()) != CallerTimes.NONE; before = micros) {
                    assertThat(micros).isGreaterThanOrEqualTo(before);
                    requests.add(new Request(micros, reader.callers().name(caller)));
                  }
                  return true;
                });
    assertThat(all).isTrue();
    requests.sort(Comparator.comparingLong(Request::micros));
    return requests;
  }

  /** A line of the common log format. */
  static String line(String address, Instant time) {
    return line(address, "-", time);
  }

  static String line(String address, String user, Instant time) {
    return address + " - " + user + " [" + COMMON.format(time) + "] \"GET / HTTP/1.1\" 200 5";
  }

  static Instant at(String time) {
    return Instant.parse(time);
  }

  static long micros(String time) {
    Instant instant = Instant.parse(time);
    return instant.getEpochSecond() * 1_000_000 + instant.getNano() / 1000;
  }
}
