package io.bartizan.benchmarks.backtest;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * What gzip packed (RFC 1952), also as several members one after the other. The JDK's stream takes
 * the end of a member for the end of all if the rest is late, as in a pipe, or is broken. This one
 * waits for the rest, and what is no member and not padding of zeros is a fault, which is told
 * after all that came before it.
 */
final class Gunzip extends BulkInput {
  private static final int BUFFER = 1 << 16;
  private static final int HAS_HEADER_CHECK = 2;
  private static final int HAS_EXTRA = 4;
  private static final int HAS_NAME = 8;
  private static final int HAS_COMMENT = 16;

  private final InputStream in;
  private final Inflater inflater = new Inflater(true);
  private final CRC32 check = new CRC32();
  private final byte[] packed = new byte[BUFFER];
  private int at;
  private int filled;
  private boolean inMember;
  private boolean anyMember;
  private boolean ended;
  private @Nullable IOException fault;

  Gunzip(InputStream in) {
    this.in = in;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (fault != null) {
      throw fault;
    }
    while (!ended) {
      if (!inMember && !begin()) {
        ended = true;
      } else {
        int unpacked = inflate(into, offset, length);
        if (unpacked > 0) {
          check.update(into, offset, unpacked);
          return unpacked;
        }
      }
    }
    return -1;
  }

  /** Some bytes, or none where the input or the member ended. */
  private int inflate(byte[] into, int offset, int length) throws IOException {
    long before = inflater.getBytesWritten();
    try {
      int unpacked = inflater.inflate(into, offset, length);
      if (unpacked == 0 && inflater.finished()) {
        at = filled - inflater.getRemaining();
        end();
      } else if (unpacked == 0 && inflater.needsInput()) {
        if (!fill()) {
          throw cut();
        }
        inflater.setInput(packed, 0, filled);
      } else if (unpacked == 0) {
        throw new IOException("no valid gzip: it needs a dictionary");
      }
      return unpacked;
    } catch (DataFormatException e) {
      IOException broken = new IOException("no valid gzip: its data are broken", e);
      int unpacked = (int) (inflater.getBytesWritten() - before);
      if (unpacked == 0) {
        throw broken;
      }
      fault = broken;
      return unpacked;
    }
  }

  /** Reads the header of a member; false if none follows. */
  private boolean begin() throws IOException {
    boolean more = at < filled || fill();
    while (more && anyMember && packed[at] == 0) {
      at++;
      more = at < filled || fill();
    }
    if (!more) {
      return false;
    }
    check.reset();
    if (headerByte() != 0x1f || headerByte() != 0x8b || headerByte() != 8) {
      throw new IOException("no valid gzip: what follows is no part of it");
    }
    int flags = headerByte();
    skip(6);
    if ((flags & HAS_EXTRA) != 0) {
      skip(headerByte() | (headerByte() << 8));
    }
    for (int text = flags & (HAS_NAME | HAS_COMMENT); text != 0; text &= text - 1) {
      while (headerByte() != 0) {
        // A name or a comment, which is not needed.
      }
    }
    if ((flags & HAS_HEADER_CHECK) != 0) {
      long expected = check.getValue() & 0xffff;
      if (number(2) != expected) {
        throw new IOException("no valid gzip: the check value of its header is wrong");
      }
    }
    check.reset();
    inflater.reset();
    inflater.setInput(packed, at, filled - at);
    inMember = true;
    anyMember = true;
    return true;
  }

  private void end() throws IOException {
    if (number(4) != check.getValue() || number(4) != (inflater.getBytesWritten() & 0xffffffffL)) {
      throw new IOException("no valid gzip: its check value is wrong");
    }
    inMember = false;
  }

  private void skip(int count) throws IOException {
    for (int i = 0; i < count; i++) {
      int unused = headerByte();
    }
  }

  private int headerByte() throws IOException {
    int next = next();
    check.update(next);
    return next;
  }

  private long number(int bytes) throws IOException {
    long value = 0;
    for (int i = 0; i < bytes; i++) {
      value |= (long) next() << (8 * i);
    }
    return value;
  }

  private int next() throws IOException {
    if (at == filled && !fill()) {
      throw cut();
    }
    return packed[at++] & 0xff;
  }

  private boolean fill() throws IOException {
    at = 0;
    filled = Math.max(0, in.read(packed, 0, packed.length));
    return filled > 0;
  }

  private static IOException cut() {
    return new EOFException("the gzip data end too early");
  }

  /** Not known without unpacking: one, unless it ended. */
  @Override
  public int available() {
    return ended ? 0 : 1;
  }

  @Override
  public void close() throws IOException {
    inflater.end();
    in.close();
  }
}
