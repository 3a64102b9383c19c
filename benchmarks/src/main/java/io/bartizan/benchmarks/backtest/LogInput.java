package io.bartizan.benchmarks.backtest;

import io.airlift.compress.zstd.ZstdInputStream;
import io.bartizan.core.SafeText;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An opened log: unpacked if it is compressed, and its format known. */
record LogInput(InputStream in, LineFormat format, boolean compressed, boolean hasHeader)
    implements AutoCloseable {
  private static final int LOOK_AT = 1 << 16;
  private static final int LOOK_AT_LINES = 100;
  private static final byte[] GZIP = {0x1f, (byte) 0x8b};
  private static final byte[] ZSTD = {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd};

  /**
   * Opens a log.
   *
   * @param wanted {@code auto}, {@code common}, {@code combined}, {@code json} or {@code csv}
   * @throws IOException if it can't be read
   * @throws IllegalArgumentException if its format can't be told or lacks the caller
   */
  static LogInput open(InputStream raw, String wanted, CallerKey key, List<String> timeNames)
      throws IOException {
    BufferedInputStream packed = new BufferedInputStream(raw, LOOK_AT);
    byte[] magic = start(packed, ZSTD.length);
    boolean gzip = startsWith(magic, GZIP);
    boolean zstd = startsWith(magic, ZSTD);
    InputStream in = gzip ? new Gunzip(packed) : zstd ? new Unpacked(packed) : packed;
    BufferedInputStream text = new BufferedInputStream(new ReadAhead(in), LOOK_AT);
    try {
      byte[] head = start(text, LOOK_AT);
      LineFormat format = format(head, wanted, key, timeNames);
      return new LogInput(text, format, gzip || zstd, format instanceof CsvLines);
    } catch (IOException | RuntimeException e) {
      text.close();
      throw e;
    }
  }

  private static LineFormat format(
      byte[] head, String wanted, CallerKey key, List<String> timeNames) throws IOException {
    switch (wanted) {
      case "common", "combined" -> {
        return new CommonLines(key);
      }
      case "json" -> {
        return new JsonLines(key, timeNames);
      }
      default -> {
        String first = new String(head, StandardCharsets.UTF_8).lines().findFirst().orElse("");
        CsvLines csv = CsvLines.below(first.replace("\ufeff", ""), key, timeNames);
        LineFormat told =
            csv != null ? csv : wanted.equals("csv") ? null : guess(head, key, timeNames);
        if (told == null) {
          throw new IllegalArgumentException(
              "the format of the log can't be told, or its lines lack time or caller; its first"
                  + " line is \""
                  + SafeText.of(first, 100)
                  + "\"; accepted are common, combined, json, and csv whose first line names one of"
                  + " "
                  + String.join(", ", timeNames)
                  + " and one of "
                  + String.join(", ", key.names()));
        }
        return told;
      }
    }
  }

  /** The format of which one of the first lines is. */
  private static @Nullable LineFormat guess(byte[] head, CallerKey key, List<String> timeNames)
      throws IOException {
    Lines lines = new Lines(new ByteArrayInputStream(head), LOOK_AT);
    Entry entry = new Entry();
    for (int i = 0; i < LOOK_AT_LINES && lines.next(); i++) {
      JsonLines json = new JsonLines(key, timeNames);
      Fault asJson = json.read(lines.bytes(), lines.from(), lines.to(), entry);
      if (asJson == null || asJson == Fault.NO_CALLER || asJson == Fault.WEIGHTED) {
        return json;
      }
      Fault asCommon =
          new CommonLines(new CallerKey(CallerKey.Kind.ADDRESS, ""))
              .read(lines.bytes(), lines.from(), lines.to(), entry);
      if (asCommon == null) {
        return new CommonLines(key);
      }
    }
    return null;
  }

  /** The first bytes, which are read again. */
  private static byte[] start(BufferedInputStream in, int most) throws IOException {
    in.mark(most);
    byte[] start = new byte[most];
    int filled = 0;
    int read;
    try {
      while (filled < most && (read = in.read(start, filled, most - filled)) > 0) {
        filled += read;
      }
    } catch (IOException e) {
      if (filled == 0) {
        throw e;
      }
    }
    in.reset();
    return Arrays.copyOf(start, filled);
  }

  private static boolean startsWith(byte[] bytes, byte[] prefix) {
    return bytes.length >= prefix.length
        && Arrays.equals(bytes, 0, prefix.length, prefix, 0, prefix.length);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  /** A zstd stream, whose faults are I/O faults and are told after what came before them. */
  private static final class Unpacked extends FilterInputStream {
    /** A read that fails tells nothing of what it had unpacked. */
    private static final int MOST_LOST = 128;

    private @Nullable IOException fault;

    Unpacked(InputStream packed) {
      super(new ZstdInputStream(packed));
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      int filled = 0;
      int more = 0;
      while (fault == null && filled < length && more >= 0) {
        try {
          more = super.read(into, offset + filled, Math.min(length - filled, MOST_LOST));
          filled += Math.max(more, 0);
        } catch (IOException e) {
          fault = e;
        } catch (RuntimeException e) {
          fault = new IOException("no valid zstd", e);
        }
      }
      if (fault != null && filled == 0) {
        throw fault;
      }
      return filled > 0 || length == 0 ? filled : -1;
    }
  }
}
