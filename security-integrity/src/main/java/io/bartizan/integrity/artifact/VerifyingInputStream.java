package io.bartizan.integrity.artifact;

import io.bartizan.core.Refusal;
import io.bartizan.core.VerificationException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An input stream that hashes what is read and throws at its end unless the content is the expected
 * one.
 *
 * <p>Every byte that passes is hashed, however it is asked for: one at a time, in bulk or skipped;
 * mark and reset are not supported. The end of the stream is reached only if digest and size are
 * right; otherwise {@link StreamVerificationException} comes instead, then and on each later call.
 * With a known size at most one byte more is read from the source. Closing before the end throws
 * {@link ArtifactReason#NOT_READ_TO_END}, unless the size is known and all of it was read, when the
 * end is asked for once more.
 *
 * <p>Bytes are handed out before the last of them was seen: do nothing with them that can't be
 * undone until the end was reached. Where that matters use {@link Artifacts#verifyCopy}. It waits
 * as long as its source does: put the time-out there. Not thread-safe; each thread its own stream.
 *
 * <pre>{@code
 * try (InputStream in = VerifyingInputStream.of(source, Expected.of(digest))) {
 *   in.transferTo(out);    // throws before it returns if the content is another
 * }
 * }</pre>
 */
public final class VerifyingInputStream extends InputStream {

  /** A source that gives nothing, again and again, breaks the contract of read. */
  private static final int MAX_EMPTY_READS = 1_000;

  private enum State {
    OPEN,
    VERIFIED,
    FAILED,
    CLOSED
  }

  private final InputStream source;
  private final DigestPass pass;
  private State state = State.OPEN;
  private boolean verified;
  private @Nullable IOException failure;
  private int emptyReads;

  private VerifyingInputStream(InputStream source, Expected expected) {
    this.source = Objects.requireNonNull(source, "source");
    this.pass = new DigestPass(expected);
  }

  /**
   * A stream that ends only if the source has this digest.
   *
   * @param source where bytes come from; closed with this stream
   * @param expected what all of them must hash to
   * @return the stream
   * @throws NullPointerException if an argument is null
   */
  public static VerifyingInputStream of(InputStream source, Digest expected) {
    return new VerifyingInputStream(source, Expected.of(expected));
  }

  /**
   * A stream that ends only if the source has these digests and this size.
   *
   * @param source where bytes come from; closed with this stream
   * @param expected what all of them must be
   * @return the stream
   * @throws NullPointerException if an argument is null
   */
  public static VerifyingInputStream of(InputStream source, Expected expected) {
    return new VerifyingInputStream(source, expected);
  }

  /**
   * Whether the end was reached and everything was as expected; stays so after closing.
   *
   * @return false while there is more to read, and for ever after a failure
   */
  public boolean isVerified() {
    return verified;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, buffer.length);
    requireReadable();
    if (state == State.VERIFIED) {
      return length == 0 ? 0 : -1;
    }
    if (length == 0) {
      return 0;
    }
    try {
      int n = readSource(buffer, offset, pass.atMost(length));
      if (n < 0) {
        pass.finish("");
        state = State.VERIFIED;
        verified = true;
        return -1;
      }
      pass.update(buffer, offset, n);
      return n;
    } catch (VerificationException e) {
      throw fail(new StreamVerificationException(e.refusal()));
    } catch (IOException e) {
      throw fail(e);
    }
  }

  private int readSource(byte[] buffer, int offset, int length) throws IOException {
    while (true) {
      int n = source.read(buffer, offset, length);
      if (n > length) {
        throw new IOException("the source says it read " + n + " bytes into " + length);
      }
      if (n != 0) {
        emptyReads = 0;
        return n;
      }
      if (++emptyReads == MAX_EMPTY_READS) {
        throw new VerificationException(
            ArtifactReason.STALLED, "the source read nothing " + emptyReads + " times");
      }
      Thread.onSpinWait();
    }
  }

  @Override
  public long skip(long n) throws IOException {
    requireReadable();
    byte[] buffer = new byte[(int) Math.max(0, Math.min(n, DigestPass.BUFFER_BYTES))];
    long left = n;
    while (left > 0) {
      int read = read(buffer, 0, (int) Math.min(left, buffer.length));
      if (read < 0) {
        break;
      }
      left -= read;
    }
    return n <= 0 ? 0 : n - left;
  }

  @Override
  public long transferTo(OutputStream out) throws IOException {
    Objects.requireNonNull(out, "out");
    byte[] buffer = new byte[DigestPass.BUFFER_BYTES];
    long transferred = 0;
    for (int n = read(buffer, 0, buffer.length); n >= 0; n = read(buffer, 0, buffer.length)) {
      out.write(buffer, 0, n);
      transferred += n;
    }
    return transferred;
  }

  /** What the source says, which proves nothing; zero at the end. */
  @Override
  public int available() throws IOException {
    requireReadable();
    return state == State.VERIFIED ? 0 : Math.max(0, source.available());
  }

  /** Closes the source; throws if the content was not read to its end. */
  @Override
  public void close() throws IOException {
    if (state == State.CLOSED) {
      return;
    }
    try (source) {
      boolean ended = state != State.OPEN || (pass.isAtExpectedSize() && read() < 0);
      if (!ended) {
        throw new StreamVerificationException(
            Refusal.of(
                ArtifactReason.NOT_READ_TO_END,
                "closed after " + pass.count() + " bytes, before the end"));
      }
    } finally {
      state = State.CLOSED;
    }
  }

  private void requireReadable() throws IOException {
    if (failure instanceof StreamVerificationException refused) {
      throw new StreamVerificationException(refused.refusal());
    }
    if (failure != null) {
      throw new IOException("the stream failed before: " + failure.getMessage(), failure);
    }
    if (state == State.CLOSED) {
      throw new IOException("the stream is closed");
    }
  }

  private IOException fail(IOException e) {
    state = State.FAILED;
    failure = e;
    return e;
  }
}
