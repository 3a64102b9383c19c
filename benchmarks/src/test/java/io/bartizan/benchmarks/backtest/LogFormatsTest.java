package io.bartizan.benchmarks.backtest;

import static io.bartizan.benchmarks.backtest.Logs.micros;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.airlift.compress.zstd.ZstdOutputStream;
import io.bartizan.benchmarks.backtest.Logs.Request;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LogFormatsTest {
  private static final String COMMON =
      """
      198.18.0.1 - joe [17/May/2015:10:05:03 +0000] "GET /a?x=1 HTTP/1.1" 200 203
      198.18.0.2 - - [17/May/2015:12:05:04 +0200] "GET /b HTTP/1.1" 404 -\r
      198.18.0.1 - ann lee [17/May/2015:10:05:05 +0000] "POST /a HTTP/1.1" 200 1\
      """;

  private static final List<Request> ADDRESSES =
      List.of(
          new Request(micros("2015-05-17T10:05:03Z"), "198.18.0.1"),
          new Request(micros("2015-05-17T10:05:04Z"), "198.18.0.2"),
          new Request(micros("2015-05-17T10:05:05Z"), "198.18.0.1"));

  @Test
  void common_linesOfTwoZones_areRead() throws IOException {
    LogReader reader = Logs.read(COMMON);

    assertThat(Logs.requests(reader)).isEqualTo(ADDRESSES);
    assertThat(reader.format()).isEqualTo("common");
    assertThat(reader.lines()).isEqualTo(3);
    assertThat(reader.faults().total()).isZero();
  }

  @Test
  void common_keyOfEachField_isThatField() throws IOException {
    assertThat(callers(COMMON, "user")).containsExactly("joe", "ann lee");
    assertThat(callers(COMMON, "field:path")).containsExactly("/a", "/b", "/a");
    assertThat(callers(COMMON, "field:method")).containsExactly("GET", "GET", "POST");
    assertThat(callers(COMMON, "field:status")).containsExactly("200", "404", "200");
    assertThat(callers(COMMON, "field:size")).containsExactly("203", "1");
    assertThatThrownBy(() -> callers(COMMON, "field:cookie"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("referer, agent");
  }

  @Test
  void combined_refererAndAgent_areRead() throws IOException {
    String line =
        "h - - [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.1\" 200 5 \"http://r/\\\"q\\\"\" \"curl"
            + " 8\"";

    assertThat(callers(line, "field:agent")).containsExactly("curl 8");
    assertThat(callers(line, "field:referer")).containsExactly("http://r/\\\"q\\\"");
  }

  /** Apache's vhost_combined; what only looks like it is read as before. */
  @ParameterizedTest
  @CsvSource({
    "www.example.com:443 198.18.0.1 - joe, 198.18.0.1",
    "[2001:db8::7]:443 2001:db8::1 - joe, 2001:db8::1",
    "www.example.com:443 ::1 - joe, ::1",
    "198.18.0.1:5555 - - joe, 198.18.0.1:5555",
    "2001:db8::1 - - joe, 2001:db8::1",
    "2001:db8::1 10.5 - joe, 2001:db8::1",
    "www.example.com:443 cafe - joe, www.example.com:443",
    "www.example.com 198.18.0.1 - joe, www.example.com",
    "www.example.com:http 198.18.0.1 - joe, www.example.com:http"
  })
  void combined_behindAVirtualHost_hasItsAddressAsCaller(String begin, String caller)
      throws IOException {
    String line =
        begin + " [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.1\" 200 5 \"http://r/\" \"curl\"";

    assertThat(callers(line, "address")).containsExactly(caller);
    assertThat(callers(line, "field:agent")).containsExactly("curl");
  }

  @Test
  void json_lines_areRead() throws IOException {
    String log =
        """
        {"time":"2015-05-17T10:05:03Z","remote_addr":"198.18.0.1","x":{"ip":"no"}}
        {"remote_addr":"198.18.0.2","n":[1,{}],"time":"2015-05-17T12:05:04+02:00"}
        {"ts":1431857105,"ip":"no","remote_addr":"198.18.0.1"}
        """;

    LogReader reader = Logs.read(log);

    assertThat(Logs.requests(reader)).isEqualTo(ADDRESSES);
    assertThat(reader.format()).isEqualTo("json");
  }

  @Test
  void json_nestedField_isFoundByItsPath() throws IOException {
    String log = "{\"time\":1431857105.25,\"request\":{\"time\":1,\"who\":{\"id\":7}},\"id\":8}";

    LogReader reader =
        Logs.read(log.getBytes(StandardCharsets.UTF_8), Logs.options("field:request.who.id"));

    assertThat(Logs.requests(reader))
        .containsExactly(new Request(micros("2015-05-17T10:05:05.250Z"), "7"));
  }

  @Test
  void json_fieldTwice_isGarbled() throws IOException {
    LogReader reader =
        Logs.read(
            "{\"time\":1431857105,\"ip\":\"a\"}\n{\"time\":1431857105,\"ip\":\"a\",\"ip\":\"b\"}\n"
                + "{\"time\":1431857105,\"ip\":\"c\",\"ua\":\"x\",\"ua\":\"y\"}");

    assertThat(Logs.requests(reader)).extracting(Request::caller).containsExactly("a", "c");
    assertThat(reader.faults().count(Fault.GARBLED)).isEqualTo(1);
  }

  @Test
  void csv_columnsInAnyOrder_areRead() throws IOException {
    String log =
        """
        \ufeffagent,address,time
        "a ""quoted"", agent",198.18.0.1,2015-05-17 10:05:03
        b,198.18.0.2,2015-05-17T10:05:04.000Z
        c,198.18.0.1,1431857105000
        """;

    LogReader reader = Logs.read(log);

    assertThat(Logs.requests(reader)).isEqualTo(ADDRESSES);
    assertThat(reader.format()).isEqualTo("csv");
    assertThat(callers(log, "field:agent")).containsExactly("a \"quoted\", agent", "b", "c");
  }

  @Test
  void csv_recordsThatDoNotFitTheHeader_areGarbled() throws IOException {
    LogReader reader =
        Logs.read("time,ip\n1431857105,a\n1431857105\n1431857105,a,b\n1431857105,\"open\n");

    assertThat(Logs.requests(reader)).hasSize(1);
    assertThat(reader.faults().count(Fault.GARBLED)).isEqualTo(3);
  }

  @Test
  void byteOrderMark_isNoPartOfTheFirstCaller() throws IOException {
    assertThat(Logs.requests(Logs.read("\ufeff" + COMMON))).isEqualTo(ADDRESSES);
    assertThat(callers("\ufeff{\"time\":1431857105,\"ip\":\"a\"}\n", "address"))
        .containsExactly("a");
  }

  @Test
  void packed_gzipAndZstd_areReadAsWhatIsInThem() throws IOException {
    byte[] plain = COMMON.getBytes(StandardCharsets.UTF_8);

    for (byte[] packed : List.of(gzip(plain), zstd(plain))) {
      LogReader reader = Logs.read(packed, Logs.options("address"));
      assertThat(Logs.requests(reader)).isEqualTo(ADDRESSES);
    }
  }

  @Test
  void packed_cutShort_countsWhatCameBefore() throws IOException {
    byte[] plain = (COMMON + "\n").repeat(20_000).getBytes(StandardCharsets.UTF_8);

    for (byte[] packed : List.of(gzip(plain), zstd(plain))) {
      byte[] cut = Arrays.copyOf(packed, packed.length - 20);
      LogReader reader = Logs.read(cut, Logs.options("address"));
      assertThat(reader.faults().count(Fault.BROKEN_OFF)).isEqualTo(1);
      assertThat(reader.spool().size()).isBetween(100L, 59_999L);
    }
  }

  @Test
  void packed_fewLinesThenBroken_countsThoseLines() throws IOException {
    byte[] plain = (COMMON + "\n").repeat(10).getBytes(StandardCharsets.UTF_8);
    byte[] noise = new byte[100_000];
    new Random(1).nextBytes(noise);

    for (byte[] packed : List.of(gzip(plain), zstd(plain))) {
      byte[] second = packed[0] == 0x1f ? gzip(noise) : zstd(noise);
      byte[] both = joined(packed, Arrays.copyOf(second, 5_000));
      LogReader reader = Logs.read(both, Logs.options("address"));
      assertThat(reader.faults().count(Fault.BROKEN_OFF)).isEqualTo(1);
      assertThat(reader.spool().size()).isBetween(27L, 30L);
    }
  }

  @Test
  void gzip_ofSeveralMembers_isReadToItsEndOrToldFromWhereItIsBroken() throws IOException {
    byte[] member = gzip((COMMON + "\n").getBytes(StandardCharsets.UTF_8));
    byte[] broken = member.clone();
    broken[1] = 0;

    assertGzip(joined(member, member), 6, 0);
    assertGzip(joined(member, new byte[1_000]), 3, 0);
    assertGzip(joined(member, broken), 3, 1);
    assertGzip(joined(member, Arrays.copyOf(member, 5)), 3, 1);
    assertGzip(joined(member, "no gzip".getBytes(StandardCharsets.UTF_8)), 3, 1);
    assertGzip(joined(member, Arrays.copyOf(member, member.length - 3)), 6, 1);
    broken = joined(member, member);
    broken[broken.length - 1]++;
    assertGzip(broken, 6, 1);
  }

  @Test
  void gzip_headerWithAllFields_isPassedOver() throws IOException {
    byte[] member = gzip((COMMON + "\n").getBytes(StandardCharsets.UTF_8));
    byte[] header = {0x1f, (byte) 0x8b, 8, 30, 0, 0, 0, 0, 0, 3, 2, 0, 1, 2, 'a', 0, 'b', 0};
    CRC32 check = new CRC32();
    check.update(header);
    byte[] checked =
        joined(header, new byte[] {(byte) check.getValue(), (byte) (check.getValue() >> 8)});
    byte[] data = Arrays.copyOfRange(member, 10, member.length);

    assertGzip(joined(member, joined(checked, data)), 6, 0);
    checked[header.length]++;
    assertGzip(joined(member, joined(checked, data)), 3, 1);
  }

  @Test
  void gzip_nextMemberComesLater_isWaitedFor() throws IOException {
    byte[] member = gzip((COMMON + "\n").getBytes(StandardCharsets.UTF_8));
    InputStream pipe =
        new SequenceInputStream(new ByteArrayInputStream(member), new ByteArrayInputStream(member));
    LogReader reader = new LogReader(Logs.options("address"), new Spool(8), Logs.quiet());

    reader.read(pipe); // which has nothing available at the first one's end
    reader.end();

    assertThat(reader.spool().size()).isEqualTo(6);
  }

  private static void assertGzip(byte[] packed, long requests, long broken) throws IOException {
    LogReader reader = Logs.read(packed, Logs.options("address"));
    assertThat(reader.spool().size()).isEqualTo(requests);
    assertThat(reader.faults().count(Fault.BROKEN_OFF)).isEqualTo(broken);
  }

  private static byte[] joined(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  @Test
  void log_ofNoKnownFormat_isRefusedWithItsFirstLine() {
    assertThatThrownBy(() -> Logs.read("what \u001b[31m is this\n"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("what \\u001b[31m is this")
        .hasMessageContaining("common, combined, json");
  }

  @ParameterizedTest
  @CsvSource({
    "17/May/2015:10:05:03 +0000, 2015-05-17T10:05:03Z",
    "29/Feb/2016:23:59:60 -0130, 2016-03-01T01:29:59Z",
    "2015-05-17T10:05:03Z, 2015-05-17T10:05:03Z",
    "2015-05-17 10:05:03.1234567, 2015-05-17T10:05:03.123456Z",
    "'2015-05-17T10:05:03,5+02:00', 2015-05-17T08:05:03.5Z",
    "1431857103, 2015-05-17T10:05:03Z",
    "1431857103.25, 2015-05-17T10:05:03.25Z",
    "1431857103250, 2015-05-17T10:05:03.25Z",
    "1431857103250001, 2015-05-17T10:05:03.250001Z",
    "1431857103250001999, 2015-05-17T10:05:03.250001Z",
    "0, 1970-01-01T00:00:00Z",
    "2199-12-31T23:59:59Z, 2199-12-31T23:59:59Z"
  })
  void time_inEachForm_isRead(String text, String time) {
    assertThat(new LogTime().of(text)).isEqualTo(micros(time));
  }

  @ParameterizedTest
  @CsvSource({
    "30/Feb/2015:10:05:03 +0000",
    "17/Mai/2015:10:05:03 +0000",
    "17/May/2015:24:05:03 +0000",
    "17/May/2015:10:60:03 +0000",
    "17/May/2015:10:05:03 +9900",
    "17/May/-015:10:05:03 +0000",
    "1969-12-31T23:59:59Z",
    "2200-01-01T00:00:00Z",
    "9999-99-99T99:99:99Z",
    "2015-13-17T10:05:03Z",
    "2015-05-17T10:05:03Zulu",
    "99999999999999999999999",
    "-1431857103",
    "1431857103.2x",
    "1.4e9",
    "x",
    "''"
  })
  void time_thatIsNone_isNone(String text) {
    assertThat(new LogTime().of(text)).isEqualTo(LogTime.NONE);
  }

  private static List<String> callers(String log, String key) throws IOException {
    LogReader reader = Logs.read(log.getBytes(StandardCharsets.UTF_8), Logs.options(key));
    return Logs.requests(reader).stream().map(Request::caller).toList();
  }

  private static byte[] gzip(byte[] plain) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(packed)) {
      out.write(plain);
    }
    return packed.toByteArray();
  }

  private static byte[] zstd(byte[] plain) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream out = new ZstdOutputStream(packed)) {
      out.write(plain);
    }
    return packed.toByteArray();
  }
}
