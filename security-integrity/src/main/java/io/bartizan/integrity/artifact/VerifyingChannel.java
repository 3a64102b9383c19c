package io.bartizan.integrity.artifact;

import io.bartizan.core.Refusal;
import io.bartizan.core.VerificationException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ReadableByteChannel;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A channel that hashes what is read and throws at its end unless the content is the expected one.
 *
 * <p>What {@link VerifyingInputStream} is to streams, with the same promises; a channel in
 * non-blocking mode may read nothing as often as it likes. Not thread-safe.
 *
 * <pre>{@code
 * try (ReadableByteChannel in = VerifyingChannel.of(source, Expected.of(digest).withSize(size))) {
 *   while (in.read(buffer) >= 0) {
 *     buffer.clear();
 *   }
 * }
 * }</pre>
 */
public final class VerifyingChannel implements ReadableByteChannel {

  private final ReadableByteChannel source;
  private final DigestPass pass;
  private boolean verified;
  private boolean closed;
  private @Nullable IOException failure;

  private VerifyingChannel(ReadableByteChannel source, Expected expected) {
    this.source = Objects.requireNonNull(source, "source");
    this.pass = new DigestPass(expected);
  }

  /**
   * A channel that ends only if the source has these digests and this size.
   *
   * @param source where bytes come from; closed with this channel
   * @param expected what all of them must be
   * @return the channel
   * @throws NullPointerException if an argument is null
   */
  public static VerifyingChannel of(ReadableByteChannel source, Expected expected) {
    return new VerifyingChannel(source, expected);
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
  public int read(ByteBuffer buffer) throws IOException {
    requireReadable();
    if (!buffer.hasRemaining()) {
      return 0;
    }
    if (verified) {
      return -1;
    }
    int start = buffer.position();
    int limit = buffer.limit();
    try {
      buffer.limit(start + pass.atMost(buffer.remaining()));
      int n = source.read(buffer);
      if (buffer.position() - start != Math.max(n, 0)) {
        throw new IOException("the source says " + n + " bytes and moved the buffer otherwise");
      }
      if (n < 0) {
        pass.finish("");
        verified = true;
      } else {
        pass.update(buffer.duplicate().flip().position(start));
      }
      return n;
    } catch (VerificationException e) {
      throw fail(new StreamVerificationException(e.refusal()));
    } catch (IOException e) {
      throw fail(e);
    } catch (RuntimeException | Error e) {
      failure = new IOException("the source failed", e); // it may have filled the buffer before
      throw e;
    } finally {
      buffer.limit(limit);
    }
  }

  @Override
  public boolean isOpen() {
    return !closed;
  }

  /** Closes the source; throws if the content was not read to its end. */
  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    try (source) {
      boolean ended =
          verified
              || failure != null
              || (pass.isAtExpectedSize() && read(ByteBuffer.allocate(1)) < 0);
      if (!ended) {
        throw new StreamVerificationException(
            Refusal.of(
                ArtifactReason.NOT_READ_TO_END,
                "closed after " + pass.count() + " bytes, before the end"));
      }
    } finally {
      closed = true;
    }
  }

  private void requireReadable() throws IOException {
    if (closed) {
      throw new ClosedChannelException();
    }
    if (failure instanceof StreamVerificationException refused) {
      throw new StreamVerificationException(refused.refusal());
    }
    if (failure != null) {
      throw new IOException("the channel failed before: " + failure.getMessage(), failure);
    }
  }

  private IOException fail(IOException e) {
    failure = e;
    return e;
  }
}
