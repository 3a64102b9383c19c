package io.bartizan.integrity.jwt;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** How a JWK set is got, once; never waits. */
interface KeyTransport {

  /**
   * What came.
   *
   * @param set the bytes of the set
   * @param freshNanos for how long it need not be got anew; more than allowed is cut off
   */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  record Answer(byte[] set, long freshNanos) {}

  CompletableFuture<Answer> get();

  /** What the application gave. */
  static KeyTransport of(JwkSource source, int maxBytes) {
    return () -> {
      CompletionStage<String> stage = source.get();
      return stage
          .thenApply(
              text -> {
                if (text.length() > maxBytes) {
                  throw new IllegalArgumentException(
                      "the set has more than " + maxBytes + " characters");
                }
                return new Answer(text.getBytes(StandardCharsets.UTF_8), Long.MAX_VALUE);
              })
          .toCompletableFuture();
    };
  }

  /**
   * A file, read on the JDK's common pool so that nobody waits for a disk; while one read hangs, no
   * other one begins.
   */
  static KeyTransport of(Path file, int maxBytes) {
    AtomicReference<@Nullable CompletableFuture<Answer>> last = new AtomicReference<>();
    return () -> {
      CompletableFuture<Answer> before = last.get();
      if (before != null && !before.isDone()) {
        return CompletableFuture.failedFuture(
            new IOException("the last read of the file has not ended"));
      }
      CompletableFuture<Answer> read =
          CompletableFuture.supplyAsync(() -> new Answer(read(file, maxBytes), Long.MAX_VALUE));
      last.set(read);
      return read.copy(); // which a time-out cancels, and not the read
    };
  }

  private static byte[] read(Path file, int maxBytes) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] set = in.readNBytes(maxBytes + 1);
      if (set.length > maxBytes) {
        throw new IllegalArgumentException("the file has more than " + maxBytes + " bytes");
      }
      return set;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
