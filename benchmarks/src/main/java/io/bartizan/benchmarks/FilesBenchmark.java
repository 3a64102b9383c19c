package io.bartizan.benchmarks;

import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.artifact.Expected;
import io.bartizan.integrity.artifact.FileBatch;
import io.bartizan.integrity.artifact.FileResult;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.LinkedHashMap;
import java.util.Map;
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

/** SHA-256 of many files of 1 MiB that the page cache holds, each compared with what it must be. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class FilesBenchmark {
  private static final int FILE_BYTES = 1024 * 1024;

  @Param({"1", "100", "2000"})
  public int files = 1;

  private final Map<Path, Expected> expected = new LinkedHashMap<>();
  private final Map<Path, byte[]> plain = new LinkedHashMap<>();
  private final FileBatch batch = FileBatch.builder().withThreads(2).build();
  private Path folder = Path.of("");

  @Setup
  public void write() throws IOException {
    folder = Files.createTempDirectory("bartizan-benchmark");
    byte[] content = new byte[FILE_BYTES];
    new Random(1).nextBytes(content);
    for (int i = 0; i < files; i++) {
      ByteBuffer.wrap(content).putInt(i);
      Path file = Files.write(folder.resolve("file-" + i), content);
      Digest digest = Digest.sha256Of(content);
      expected.put(file, Expected.of(digest));
      plain.put(file, digest.bytes());
    }
  }

  @TearDown
  public void delete() throws IOException {
    for (Path file : expected.keySet()) {
      Files.delete(file);
    }
    Files.delete(folder);
  }

  /** The library's batch on two threads. */
  @Benchmark
  public int batch() throws InterruptedIOException {
    int good = 0;
    for (FileResult result : batch.check(expected).files()) {
      good += result.isAccepted() ? 1 : 0;
    }
    return all(good);
  }

  /** What application code does: read a file, hash it, compare, next. */
  @Benchmark
  public int readThenHash() throws IOException, NoSuchAlgorithmException {
    int good = 0;
    for (Map.Entry<Path, byte[]> file : plain.entrySet()) {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file.getKey()));
      good += MessageDigest.isEqual(digest, file.getValue()) ? 1 : 0;
    }
    return all(good);
  }

  private int all(int good) {
    if (good != files) {
      throw new IllegalStateException(good + " of " + files + " files accepted");
    }
    return good;
  }
}
