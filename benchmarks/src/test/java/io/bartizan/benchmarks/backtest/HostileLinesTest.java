package io.bartizan.benchmarks.backtest;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.benchmarks.backtest.Logs.Request;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostileLinesTest {
  private static final Instant TIME = Logs.at("2015-05-17T10:05:03Z");
  private static final String GOOD = Logs.line("198.18.0.1", TIME);
  private static final String DATE = "[17/May/2015:10:05:03 +0000]";

  @ParameterizedTest
  @ValueSource(
      strings = {
        " ",
        "x",
        "- - - - - -",
        "a - -",
        "a - - [",
        "a - - []",
        "a - - [17/May/2015:10:05:03 +0000",
        "a - - [17/May/2015:10:05:03 +0000]",
        "a - - [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.1",
        "a - - [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.1\"",
        "a - - [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.1\\\" 200 5",
        "a - - [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.1\" 2000 5",
        "a - - [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.1\" 200 -5",
        "a - - [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.1\" 200 5 \"ref",
        "a - - [17/May/2015:10:05:03 +0000] \"GET /\"b HTTP/1.1\" 200 5",
        "a - - [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.1\" 200 99999999999999999999",
        "\u0007 - - [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.1\" 200 5",
        " - - [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.1\" 200 5"
      })
  void common_garbledLine_isCountedAndTheOthersReplayed(String line) throws IOException {
    LogReader reader = Logs.read(GOOD + "\n" + line + "\n" + GOOD + "\n");

    assertThat(Logs.requests(reader)).hasSize(2);
    assertThat(reader.faults().count(Fault.GARBLED)).isEqualTo(1);
    assertThat(reader.faults().samples(Fault.GARBLED)).hasSize(1);
    assertThat(reader.faults().samples(Fault.GARBLED).get(0)).startsWith("line 2: ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "{}x",
        "[]",
        "{\"time\":1431857103,\"ip\":\"a\"",
        "{\"time\":1431857103,\"ip\":\"a\"} {}",
        "{'time':1431857103,'ip':'a'}",
        "{\"time\":1431857103,\"ip\":\"\\u00\"}",
        "{\"time\":1431857103,\"ip\":\"a\"}garbage"
      })
  void json_garbledLine_isCountedAndTheOthersReplayed(String line) throws IOException {
    String good = "{\"time\":1431857103,\"ip\":\"a\"}";

    LogReader reader = Logs.read(good + "\n" + line + "\n" + good + "\n");

    assertThat(Logs.requests(reader)).hasSize(2);
    assertThat(reader.faults().count(Fault.GARBLED)).isEqualTo(1);
  }

  @Test
  void json_deepNesting_isGarbledAndNoStackOverflow() throws IOException {
    String deep =
        "{\"a\":".repeat(300_000) + "1" + "}".repeat(300_000); // a field in it is looked for
    LogReader.Options options =
        new LogReader.Options(
            "json",
            CallerKey.parse("field:a." + "a.".repeat(100_000) + "a"),
            Logs.TIME,
            Duration.ZERO,
            Duration.ofDays(1),
            1 << 24,
            10);

    LogReader reader = Logs.read(deep.getBytes(StandardCharsets.UTF_8), options);

    assertThat(reader.faults().count(Fault.GARBLED)).isEqualTo(1);
  }

  /**
   * A user name can't add a second line, nor move the time: quotes in it are escaped by servers.
   */
  @Test
  void common_forgedFieldsInTheUserName_changeNothing() throws IOException {
    String forged = "x [01/Jan/2001:00:00:00 +0000] \\\"GET /";

    LogReader reader =
        Logs.read(
            (Logs.line("198.18.0.9", forged, TIME) + "\n").getBytes(StandardCharsets.UTF_8),
            Logs.options("user"));

    assertThat(Logs.requests(reader))
        .containsExactly(new Request(Logs.micros("2015-05-17T10:05:03Z"), forged));
  }

  @Test
  void samples_ofControlsAndDirections_areShownEscaped() throws IOException {
    LogReader reader =
        Logs.read(GOOD + "\n\u001b[2J\u202e<script>alert(1)</script>\u0000" + "x".repeat(500));

    List<String> samples = reader.faults().samples(Fault.GARBLED);
    assertThat(samples).hasSize(1);
    assertThat(samples.get(0)).startsWith("line 2: \\u001b[2J\\u202e<script>").hasSizeLessThan(180);
    assertThat(samples.get(0).chars()).allMatch(c -> c >= ' ' && c != 0x202e);
  }

  @Test
  void caller_thatIsNoUtf8_isCountedAndOtherFieldsMayBeAnything() throws IOException {
    byte[] badCaller = bytes("\u00ff\u00fe - - " + DATE + " \"GET / HTTP/1.1\" 200 5\n");
    byte[] badPath = bytes("a - - " + DATE + " \"GET /\u00ff\u00fe HTTP/1.1\" 200 5\n");
    byte[] umlaut = "jürgen - - ".getBytes(StandardCharsets.UTF_8);
    byte[] rest = bytes(DATE + " \"GET / HTTP/1.1\" 200 5\n");

    LogReader reader = Logs.read(join(badPath, badCaller, umlaut, rest), Logs.options("address"));

    assertThat(Logs.requests(reader)).extracting(Request::caller).containsExactly("a", "jürgen");
    assertThat(reader.faults().count(Fault.NOT_UTF8)).isEqualTo(1);
    assertThat(reader.faults().total()).isEqualTo(1);
  }

  @Test
  void line_withoutTimeOrCaller_isCountedAsThat() throws IOException {
    LogReader reader =
        Logs.read(
            ("a - joe " + DATE + " \"GET / HTTP/1.1\" 200 5\n")
                .concat("a - - " + DATE + " \"GET / HTTP/1.1\" 200 5\n")
                .concat("a - joe [] \"GET / HTTP/1.1\" 200 5\n")
                .concat("a - joe [17/Foo/2015:10:05:03 +0000] \"GET / HTTP/1.1\" 200 5\n")
                .getBytes(StandardCharsets.UTF_8),
            Logs.options("user"));

    assertThat(Logs.requests(reader)).hasSize(1);
    assertThat(reader.faults().count(Fault.NO_CALLER)).isEqualTo(1);
    assertThat(reader.faults().count(Fault.NO_TIME)).isEqualTo(2);
  }

  /** Of the bound itself, one more, and two hundred megabytes without an end. */
  @Test
  void line_longerThanTheBound_isPassedOverWithoutBeingKept() throws IOException {
    String address = "a".repeat(4096 - (GOOD.length() - "198.18.0.1".length()));
    String longest = GOOD.replace("198.18.0.1", address);
    assertThat(longest).hasSize(4096);

    LogReader edge = Logs.read(GOOD + "\n" + longest + "\r\n" + "b" + longest + "\n" + GOOD);

    assertThat(Logs.requests(edge)).hasSize(3);
    assertThat(edge.faults().count(Fault.TOO_LONG)).isEqualTo(1);

    long endless = 200_000_000;
    LogReader reader = new LogReader(Logs.options("address"), new Spool(1), Logs.quiet());
    reader.read(
        new SequenceInputStream(
            new ByteArrayInputStream(bytes(GOOD + "\n")),
            new SequenceInputStream(
                new Endless(endless), new ByteArrayInputStream(bytes("\n" + GOOD + "\n")))));
    reader.end();

    assertThat(Logs.requests(reader)).hasSize(2);
    assertThat(reader.faults().count(Fault.TOO_LONG)).isEqualTo(1);
    assertThat(reader.lines()).isEqualTo(3);
  }

  @Test
  void anyBytes_neverThrow() throws IOException {
    long seed = 5;
    Random random = new Random(seed);
    byte[] common = bytes(GOOD + " \"-\" \"curl\"\n");
    byte[] json = bytes("{\"time\":\"2015-05-17T10:05:03Z\",\"ip\":\"a\",\"x\":[1,{\"y\":2}]}\n");
    byte[] csv = bytes("2015-05-17T10:05:03Z,a,\"x \"\"y\"\"\"\n");
    for (byte[] good : List.of(common, json, csv)) {
      ByteArrayOutputStream log = new ByteArrayOutputStream();
      log.writeBytes(good == csv ? bytes("time,ip,note\n") : good);
      for (int i = 0; i < 20_000; i++) {
        byte[] line = good.clone();
        for (int change = random.nextInt(5); change > 1; change--) {
          line[random.nextInt(line.length - 1)] = (byte) random.nextInt(256);
        }
        log.write(line, 0, random.nextInt(50) == 0 ? random.nextInt(line.length) : line.length);
      }
      LogReader reader = Logs.read(log.toByteArray(), Logs.options("address"));
      assertThat(reader.faults().total())
          .as("seed %d %s", seed, reader.faults().json())
          .isGreaterThan(1_000);
      assertThat(reader.spool().size())
          .as("seed %d %s", seed, reader.faults().json())
          .isBetween(1_000L, 19_000L);
      for (Fault fault : Fault.values()) {
        assertThat(reader.faults().samples(fault).toString().chars())
            .allMatch(c -> !Character.isISOControl(c));
      }
    }
  }

  private static byte[] bytes(String latin) {
    return latin.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  /** So many bytes without a line's end. */
  private static final class Endless extends InputStream {
    private long left;

    Endless(long length) {
      left = length;
    }

    @Override
    public int read() {
      return left-- > 0 ? 'x' : -1;
    }

    @Override
    public int read(byte[] into, int offset, int length) {
      if (left <= 0) {
        return -1;
      }
      int count = (int) Math.min(length, left);
      Arrays.fill(into, offset, offset + count, (byte) 'x');
      left -= count;
      return count;
    }
  }
}
