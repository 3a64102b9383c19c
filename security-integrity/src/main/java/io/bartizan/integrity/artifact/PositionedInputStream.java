package io.bartizan.integrity.artifact;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/**
 * Reads a file that it does not own at its own position; an interrupt of the reading thread ends
 * this stream's reading and no other's.
 */
final class PositionedInputStream extends InputStream {

  private final OpenFile file;
  private long position;

  PositionedInputStream(OpenFile file) {
    this.file = file;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    int unused = Objects.checkFromIndexSize(offset, length, buffer.length);
    FileContent.stopIfInterrupted();
    int n = length == 0 ? 0 : file.read(buffer, offset, length, position);
    position += Math.max(n, 0);
    return n;
  }

  @Override
  public long skip(long n) throws IOException {
    long skipped = Math.max(0, Math.min(n, file.size() - position));
    position += skipped;
    return skipped;
  }

  @Override
  public int available() throws IOException {
    return (int) Math.min(Integer.MAX_VALUE, Math.max(0, file.size() - position));
  }
}
