package io.bartizan.benchmarks.backtest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class CallersTest {
  @Test
  void caller_asBytesOrText_hasOneNumber() {
    Callers callers = new Callers(10);
    byte[] bytes = "xjürgen y".getBytes(StandardCharsets.UTF_8);

    assertThat(callers.of("joe")).isZero();
    assertThat(callers.of(bytes, 1, bytes.length - 2)).isEqualTo(1);
    assertThat(callers.of("jürgen")).isEqualTo(1);
    assertThat(callers.of("joe".getBytes(StandardCharsets.UTF_8), 0, 3)).isZero();
    assertThat(callers.of("jo")).isEqualTo(2);
    assertThat(callers.name(1)).isEqualTo("jürgen");
  }

  @Test
  void caller_ofNoText_hasNone() {
    Callers callers = new Callers(10);

    assertThat(callers.of(new byte[] {'a', (byte) 0xff}, 0, 2)).isEqualTo(Callers.NOT_UTF8);
    assertThat(callers.of("\ud800")).isEqualTo(Callers.NOT_UTF8);
    assertThat(callers.of("\ud800".repeat(300))).isEqualTo(Callers.NOT_UTF8);
    assertThat(callers.size()).isZero();
  }

  @Test
  void caller_ofManyBytes_isKeptAsItsDigest() {
    Callers callers = new Callers(10);
    byte[] bytes = "a".repeat(60_000).getBytes(StandardCharsets.UTF_8);

    int number = callers.of(bytes, 0, bytes.length);

    assertThat(callers.name(number)).startsWith("sha256:").hasSize(71);
    assertThat(callers.of(bytes, 0, bytes.length - 1)).isNotEqualTo(number);
    assertThat(callers.of("a".repeat(60_000))).isEqualTo(number);
  }

  @Test
  void callers_upToTheBound_areKnownAndNoMore() {
    Callers callers = new Callers(5_000);
    for (int i = 0; i < 5_000; i++) {
      assertThat(callers.of("caller " + i)).isEqualTo(i);
    }

    assertThat(callers.of("another")).isEqualTo(Callers.FULL);
    assertThat(callers.of("another".getBytes(StandardCharsets.UTF_8), 0, 7))
        .isEqualTo(Callers.FULL);
    for (int i = 0; i < 5_000; i++) {
      assertThat(callers.of("caller " + i)).isEqualTo(i);
    }
  }

  /** A million callers, each of its own; the bytes of what is kept stay bounded, and it is said. */
  @Test
  @Tag("deep")
  void log_ofAMillionCallers_keepsTheBoundAndSaysWhoIsLeftOut() throws IOException {
    int bound = 100_000;
    LogReader.Options options =
        new LogReader.Options(
            "csv",
            CallerKey.parse("address"),
            Logs.TIME,
            Duration.ofMinutes(1),
            Duration.ofDays(1),
            4096,
            bound);
    LogReader reader = new LogReader(options, new Spool(8), Logs.quiet());
    reader.read(new DistinctCallers(1_000_000));
    reader.end();

    assertThat(reader.callers().size()).isEqualTo(bound);
    assertThat(reader.callers().active()).isEqualTo(bound);
    assertThat(reader.spool().size()).isEqualTo(bound);
    assertThat(reader.faults().count(Fault.CROWDED)).isEqualTo(1_000_000 - bound);
    assertThat(reader.faults().samples(Fault.CROWDED)).hasSize(3);
  }

  /** A CSV log whose every line has another caller, made while it is read. */
  private static final class DistinctCallers extends InputStream {
    private final int count;
    private int made;
    private byte[] line = "time,address\n".getBytes(StandardCharsets.US_ASCII);
    private int at;

    DistinctCallers(int count) {
      this.count = count;
    }

    @Override
    public int read() {
      if (at == line.length) {
        if (made == count) {
          return -1;
        }
        String text = (1_431_857_103L + made / 1000) + ",caller-" + made++ + "\n";
        line = text.getBytes(StandardCharsets.US_ASCII);
        at = 0;
      }
      return line[at++];
    }

    @Override
    public int read(byte[] into, int offset, int length) {
      int filled = 0;
      int next;
      while (filled < length && (next = read()) >= 0) {
        into[offset + filled++] = (byte) next;
      }
      return filled == 0 ? -1 : filled;
    }
  }
}
