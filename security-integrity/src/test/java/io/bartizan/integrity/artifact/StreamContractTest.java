package io.bartizan.integrity.artifact;

import static io.bartizan.integrity.Refusals.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.tests.SeededCases;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** ML-17: what every stream of this package hands out, against the JDK's over the same bytes. */
@SuppressWarnings("InputStreamSlowMultibyteRead")
class StreamContractTest {

  @TempDir Path directory;

  @BeforeEach
  void makeItPrivate() throws IOException {
    Files.createDirectory(directory.resolve("copies"));
  }

  /** Every stream that this package makes. */
  enum Kind {
    OF_DIGEST {
      @Override
      InputStream open(byte[] content, InputStream source, Path file, Path copies) {
        return VerifyingInputStream.of(source, Digest.sha256Of(content));
      }
    },
    OF_EXPECTED {
      @Override
      InputStream open(byte[] content, InputStream source, Path file, Path copies) {
        return VerifyingInputStream.of(source, expected(content).withSize(content.length));
      }
    },
    OF_BOUNDED {
      @Override
      InputStream open(byte[] content, InputStream source, Path file, Path copies) {
        return VerifyingInputStream.of(source, expected(content).withMaxSize(content.length));
      }
    },
    OF_CHANNEL {
      @Override
      InputStream open(byte[] content, InputStream source, Path file, Path copies) {
        ReadableByteChannel channel = Channels.newChannel(source);
        return Channels.newInputStream(VerifyingChannel.of(channel, expected(content)));
      }
    },
    OF_FILE {
      @Override
      InputStream open(byte[] content, InputStream source, Path file, Path copies)
          throws IOException {
        return Artifacts.verify(file, expected(content)).newInputStream();
      }
    },
    OF_COPY {
      @Override
      InputStream open(byte[] content, InputStream source, Path file, Path copies)
          throws IOException {
        return Artifacts.verifyCopy(file, expected(content), copies).newInputStream();
      }
    };

    abstract InputStream open(byte[] content, InputStream source, Path file, Path copies)
        throws IOException;

    private static Expected expected(byte[] content) {
      return Expected.of(
          Digest.sha256Of(content), Digest.compute(DigestAlgorithm.SHA_512, content));
    }
  }

  /** All 256 values in any order, so that no value can stand for another or for the end. */
  private static byte[] content(SplittableRandom random) {
    byte[] content = bytes(256 + random.nextInt(3_000));
    int start = random.nextInt(content.length - 255);
    for (int i = 0; i < 256; i++) {
      content[start + i] = (byte) (i * 173 + 255);
    }
    return content;
  }

  @ParameterizedTest
  @EnumSource
  void ML17_anyWayOfReading_givesTheContentTheCountsAndTheEnd(Kind kind) {
    SeededCases.check(
        40,
        random -> {
          byte[] content = content(random);
          Path file = Files.write(directory.resolve("content"), content);
          InputStream source = new Crumbs(content, random.split());
          ByteArrayInputStream model = new ByteArrayInputStream(content);
          try (InputStream in = kind.open(content, source, file, directory.resolve("copies"))) {
            while (step(in, model, random)) {
              assertThat(in.markSupported() && kind != Kind.OF_FILE).isFalse();
            }
            for (int again = 0; again < 3; again++) {
              byte[] untouched = {1, 2, 3};
              assertThat(in.read()).isEqualTo(-1);
              assertThat(in.read(untouched)).isEqualTo(-1);
              assertThat(in.read(untouched, 1, 1)).isEqualTo(-1);
              assertThat(in.read(untouched, 1, 0)).isZero();
              assertThat(untouched).containsExactly(1, 2, 3);
              assertThat(in.skip(5)).isZero();
              assertThat(in.available()).isZero();
              assertThat(in.readAllBytes()).isEmpty();
            }
            if (in instanceof VerifyingInputStream verifying) {
              assertThat(verifying.isVerified()).isTrue();
            }
          }
        });
  }

  /** One step of any kind; false once both have come to their end. */
  private static boolean step(InputStream in, ByteArrayInputStream model, SplittableRandom random)
      throws IOException {
    int n = random.nextInt(300);
    switch (random.nextInt(6)) {
      case 0 -> {
        int expected = model.read();
        assertThat(in.read()).isEqualTo(expected);
        return expected >= 0;
      }
      case 1 -> {
        byte[] buffer = filled(n + 10);
        int offset = random.nextInt(10);
        int read = in.read(buffer, offset, n);
        assertThat(read).isBetween(n == 0 ? 0 : -1, n).isNotEqualTo(n == 0 ? -1 : 0);
        byte[] expected = filled(n + 10);
        int there = Math.max(0, read);
        assertThat(model.readNBytes(expected, offset, there)).isEqualTo(there);
        assertThat(buffer).isEqualTo(expected);
        return read >= 0 || model.read() >= 0;
      }
      case 2 -> {
        byte[] expected = model.readNBytes(n);
        assertThat(in.readNBytes(n)).isEqualTo(expected);
        return expected.length == n;
      }
      case 3 -> {
        long skipped = in.skip(n - 20L);
        assertThat(skipped).isBetween(0L, Math.max(0L, n - 20L));
        assertThat(model.skip(skipped)).isEqualTo(skipped);
        return true;
      }
      case 4 -> {
        assertThat(in.available()).isBetween(0, model.available());
        return true;
      }
      default -> {
        if (random.nextInt(8) != 0) {
          return true;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] expected = model.readAllBytes();
        assertThat(in.transferTo(out)).isEqualTo(expected.length);
        assertThat(out.toByteArray()).isEqualTo(expected);
        return false;
      }
    }
  }

  @Test
  void ML17_channel_givesTheContentTheCountsAndTheEnd() {
    SeededCases.check(
        60,
        random -> {
          byte[] content = content(random);
          byte[] read = new byte[content.length];
          int count = 0;
          ReadableByteChannel source = Channels.newChannel(new Crumbs(content, random.split()));
          Expected expected = Expected.of(Digest.sha256Of(content));
          try (VerifyingChannel in =
              VerifyingChannel.of(
                  source, random.nextBoolean() ? expected : expected.withSize(content.length))) {
            while (true) {
              int before = random.nextInt(5);
              int room = random.nextInt(400);
              ByteBuffer buffer =
                  random.nextBoolean()
                      ? ByteBuffer.allocate(before + room + 7)
                      : ByteBuffer.allocateDirect(before + room + 7);
              buffer.position(before).limit(before + room);
              int n = in.read(buffer);
              assertThat(buffer.limit()).isEqualTo(before + room);
              assertThat(buffer.position()).isEqualTo(before + Math.max(0, n));
              for (int i = 0; i < buffer.capacity(); i++) {
                byte there = buffer.get(i % Math.max(1, before + room) == i ? i : 0);
                boolean written = i >= before && i < before + n;
                if (i < before + room && !written) {
                  assertThat(there).isZero();
                }
              }
              if (n < 0) {
                break;
              }
              assertThat(n == 0).isEqualTo(room == 0);
              buffer.flip().position(before).get(read, count, n);
              count += n;
            }
            assertThat(count).isEqualTo(content.length);
            assertThat(read).isEqualTo(content);
            assertThat(in.isVerified()).isTrue();
            assertThat(in.read(ByteBuffer.allocate(1))).isEqualTo(-1);
            assertThat(in.read(ByteBuffer.allocate(0))).isZero();
          }
        });
  }

  /** 0xff is no end and no end is 0xff: contents of one value, each by single bytes. */
  @ParameterizedTest
  @EnumSource
  void ML17_contentOfOneByte_isThatByte(Kind kind) throws IOException {
    for (int value = 0; value < 256; value++) {
      byte[] content = {(byte) value};
      Path file = Files.write(directory.resolve("content"), content);
      InputStream source = new ByteArrayInputStream(content);
      try (InputStream in = kind.open(content, source, file, directory.resolve("copies"))) {
        assertThat(in.read()).isEqualTo(value);
        assertThat(in.read()).isEqualTo(-1);
      }
    }
  }

  private static byte[] filled(int length) {
    byte[] buffer = new byte[length];
    Arrays.fill(buffer, (byte) 0x55);
    return buffer;
  }

  /** A source that gives as little as it likes. */
  private static final class Crumbs extends ByteArrayInputStream {
    private final SplittableRandom random;

    Crumbs(byte[] content, SplittableRandom random) {
      super(content);
      this.random = random;
    }

    @Override
    public synchronized int read(byte[] buffer, int offset, int length) {
      return super.read(buffer, offset, Math.min(length, 1 + random.nextInt(100)));
    }
  }
}
