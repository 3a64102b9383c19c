package io.bartizan.benchmarks.backtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ReadAheadTest {

  @Test
  void stream_readInAnyPieces_isWhatItWas() throws IOException {
    Random random = new Random(5);
    byte[] bytes = new byte[3_000_000];
    random.nextBytes(bytes);
    byte[] back = new byte[bytes.length];

    try (ReadAhead in = new ReadAhead(new ByteArrayInputStream(bytes))) {
      int at = 0;
      int read;
      while ((read = in.read(back, at, Math.min(random.nextInt(200_000), back.length - at))) > 0) {
        at += read;
      }
      assertThat(in.readNBytes(back, at, back.length - at)).isEqualTo(back.length - at);
      assertThat(in.read()).isEqualTo(-1);
      assertThat(in.read(back, 0, 1)).isEqualTo(-1);
    }

    assertThat(back).isEqualTo(bytes);
  }

  @Test
  void fault_isToldAfterWhatCameBeforeAndAgain() throws IOException {
    for (Throwable fault :
        new Throwable[] {
          new IOException("broken"), new IllegalStateException("broken"), new Error("broken")
        }) {
      try (ReadAhead in = new ReadAhead(new Failing(700_000, fault))) {
        assertThat(in.readNBytes(700_000)).hasSize(700_000);
        for (int again = 0; again < 2; again++) {
          assertThatThrownBy(in::read)
              .isInstanceOf(IOException.class)
              .hasMessageContaining("broken");
        }
      }
    }
  }

  /** Whoever makes lines faster than they are read must not fill the memory. */
  @Test
  void endlessStream_isReadAFewBlocksAheadAndClosedWithIt() throws Exception {
    AtomicLong made = new AtomicLong();
    CountDownLatch closed = new CountDownLatch(1);
    try (ReadAhead in = new ReadAhead(new Endless(made, closed))) {
      assertThat(in.read()).isEqualTo('x');
      awaitThatTheReaderWaits();
      assertThat(made.get()).isBetween(3L << 18, 4L << 18);
    }
    assertThat(closed.await(10, TimeUnit.SECONDS)).isTrue();
  }

  private static void awaitThatTheReaderWaits() {
    long deadline = System.nanoTime() + 10_000_000_000L;
    while (Thread.getAllStackTraces().keySet().stream()
        .noneMatch(
            thread ->
                thread.getName().equals("backtest-reader")
                    && thread.getState() == Thread.State.WAITING)) {
      assertThat(System.nanoTime()).as("no reader waits").isLessThan(deadline);
    }
  }

  private static final class Endless extends InputStream {
    private final AtomicLong made;
    private final CountDownLatch closed;

    Endless(AtomicLong made, CountDownLatch closed) {
      this.made = made;
      this.closed = closed;
    }

    @Override
    public int read() {
      made.incrementAndGet();
      return 'x';
    }

    @Override
    public int read(byte[] into, int offset, int length) {
      Arrays.fill(into, offset, offset + length, (byte) 'x');
      made.addAndGet(length);
      return length;
    }

    @Override
    public int available() {
      return 1;
    }

    @Override
    public void close() {
      closed.countDown();
    }
  }

  private static final class Failing extends InputStream {
    private int left;
    private final Throwable fault;

    Failing(int left, Throwable fault) {
      this.left = left;
      this.fault = fault;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0];
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      if (left > 0) {
        int count = Math.min(length, left);
        left -= count;
        return count;
      }
      if (fault instanceof IOException unread) {
        throw unread;
      }
      if (fault instanceof RuntimeException wrong) {
        throw wrong;
      }
      throw (Error) fault;
    }
  }
}
