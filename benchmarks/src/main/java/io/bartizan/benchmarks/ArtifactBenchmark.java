package io.bartizan.benchmarks;

import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.artifact.VerifyingInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** SHA-256 of one file that the page cache holds. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ArtifactBenchmark {
  private static final int BUFFER_BYTES = 64 * 1024;

  @Param({"1", "64", "512"})
  public int mebibytes = 64;

  private final byte[] buffer = new byte[BUFFER_BYTES];
  private Path file = Path.of("");
  private Digest expected = Digest.sha256Of(new byte[0]);

  @Setup
  public void write() throws IOException {
    new Random(1).nextBytes(buffer);
    file = Files.createTempFile("bartizan-benchmark", ".bin");
    try (SeekableByteChannel out = Files.newByteChannel(file, StandardOpenOption.WRITE)) {
      for (int i = 0; i < buffers(); i++) {
        ByteBuffer rest = ByteBuffer.wrap(buffer);
        while (rest.hasRemaining()) {
          int written = out.write(rest);
          if (written < 0) {
            throw new IOException("nothing written");
          }
        }
      }
    }
    expected = Digest.sha256Of(file);
  }

  @TearDown
  public void delete() throws IOException {
    Files.delete(file);
  }

  private int buffers() {
    return mebibytes * (1024 * 1024 / BUFFER_BYTES);
  }

  /** The file's digest by the library. */
  @Benchmark
  public Digest file() throws IOException {
    return Digest.sha256Of(file);
  }

  /** As many bytes, without any file: what the hash alone takes. */
  @Benchmark
  public byte[] memory() throws NoSuchAlgorithmException {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    for (int i = 0; i < buffers(); i++) {
      digest.update(buffer);
    }
    return digest.digest();
  }

  /** The verifying stream, drained by the thread that asks. */
  @Benchmark
  public long verifyingStream() throws IOException {
    try (InputStream in = VerifyingInputStream.of(Files.newInputStream(file), expected)) {
      return in.transferTo(OutputStream.nullOutputStream());
    }
  }

  /** What application code does, its comparison included. */
  @Benchmark
  public long digestInputStream() throws IOException, NoSuchAlgorithmException {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
      long length = in.transferTo(OutputStream.nullOutputStream());
      if (!MessageDigest.isEqual(digest.digest(), expected.bytes())) {
        throw new IOException("another file");
      }
      return length;
    }
  }
}
