package io.bartizan.integrity.artifact;

import static io.bartizan.integrity.Refusals.bytes;
import static io.bartizan.integrity.Refusals.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.tests.SeededCases;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Entries 1 to 8, 10 and 12 to 14 of the attack matrix: streams. */
@SuppressWarnings("InputStreamSlowMultibyteRead")
class StreamMatrixTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 55, 56, 63, 64, 65, 8_192, 100_000})
  void N01_anyBitFlipped_isRefusedWithBothDigests(int length) throws Exception {
    byte[] content = bytes(length);
    Digest expected = Digest.sha256Of(content);
    assertThat(open(content, expected).readAllBytes()).isEqualTo(content);
    for (int at : new int[] {0, length / 2, length - 1}) {
      byte[] flipped = content.clone();
      flipped[at] ^= (byte) (1 << at % 8);
      String message =
          refused(ArtifactReason.DIGEST_MISMATCH, () -> open(flipped, expected).readAllBytes());
      assertThat(message).contains(expected.oci(), Digest.sha256Of(flipped).oci());
    }
  }

  @Test
  void N02_truncated_isRefused() {
    byte[] content = bytes(1_000);
    Digest expected = Digest.sha256Of(content);
    for (int kept : new int[] {0, 1, 999}) {
      byte[] cut = Arrays.copyOf(content, kept);
      refused(ArtifactReason.DIGEST_MISMATCH, () -> open(cut, expected).readAllBytes());
      assertThat(
              refused(
                  ArtifactReason.SIZE_MISMATCH, () -> sized(cut, expected, 1_000).readAllBytes()))
          .contains("expected 1000 bytes, found " + kept);
    }
  }

  @Test
  void N03_oneByteAppended_isRefusedAndTheRestNotDrained() {
    byte[] content = bytes(1_000);
    Digest expected = Digest.sha256Of(content);
    AtomicInteger drawn = new AtomicInteger();
    InputStream endless =
        new InputStream() {
          @Override
          public int read() {
            return drawn.getAndIncrement() < 1_000 ? content[drawn.get() - 1] & 0xff : 7;
          }
        };
    var in = VerifyingInputStream.of(endless, Expected.of(expected).withSize(1_000));
    refused(ArtifactReason.SIZE_MISMATCH, () -> in.transferTo(OutputStream.nullOutputStream()));
    assertThat(drawn).hasValue(1_001);
    byte[] longer = Arrays.copyOf(content, 1_001);
    refused(ArtifactReason.DIGEST_MISMATCH, () -> open(longer, expected).readAllBytes());
  }

  @Test
  void N04_empty_isAcceptedOnlyWhereExpected() throws Exception {
    Digest empty =
        Digest.parseSha256("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assertThat(open(new byte[0], empty).readAllBytes()).isEmpty();
    assertThat(sized(new byte[0], empty, 0).readAllBytes()).isEmpty();
    refused(ArtifactReason.SIZE_MISMATCH, () -> sized(new byte[0], empty, 1).readAllBytes());
  }

  @Test
  void N05_closedBeforeTheEnd_isNeverVerified() throws Exception {
    byte[] content = bytes(100);
    Digest expected = Digest.sha256Of(content);
    var in = open(content, expected);
    assertThat(in.readNBytes(100)).isEqualTo(content);
    refused(ArtifactReason.NOT_READ_TO_END, in::close);
    in.close();
    assertThat(in.isVerified()).isFalse();
    assertThatThrownBy(in::read).isInstanceOf(IOException.class);

    var known = sized(content, expected, 100);
    assertThat(known.readNBytes(100)).isEqualTo(content);
    known.close();
    assertThat(known.isVerified()).isTrue();

    var longer = sized(Arrays.copyOf(content, 101), expected, 100);
    assertThat(longer.readNBytes(100)).isEqualTo(content);
    refused(ArtifactReason.SIZE_MISMATCH, longer::close);
    assertThat(longer.isVerified()).isFalse();
  }

  @Test
  void N06_everyWayOfReading_hashesEverything() {
    SeededCases.check(
        300,
        random -> {
          byte[] content = bytes(random.nextInt(1, 30_000));
          Digest expected = Digest.sha256Of(content);
          try (VerifyingInputStream in = open(content, expected)) {
            assertThat(in.markSupported()).isFalse();
            in.mark(10);
            assertThatThrownBy(in::reset).isInstanceOf(IOException.class);
            ByteArrayOutputStream sink = new ByteArrayOutputStream();
            while (!in.isVerified()) {
              switch (random.nextInt(7)) {
                case 0 -> assertThat(in.read()).isBetween(-1, 255);
                case 1 -> assertThat(in.skip(random.nextLong(-2, 3_000))).isNotNegative();
                case 2 -> assertThat(in.read(new byte[10], 3, 0)).isZero();
                case 3 -> assertThat(in.readNBytes(random.nextInt(5_000))).isNotNull();
                case 4 -> assertThat(in.available()).isNotNegative();
                case 5 -> assertThat(in.read(new byte[500], 20, 300)).isBetween(-1, 300);
                default -> {
                  if (random.nextInt(10) == 0) {
                    assertThat(in.transferTo(sink)).isNotNegative();
                  }
                }
              }
            }
            assertThat(in.read()).isEqualTo(-1);
            assertThat(in.skip(1)).isZero();
          }
        });
  }

  @Test
  void N07_failedStream_staysFailed() {
    byte[] content = bytes(100);
    InputStream broken =
        new SequenceInputStream(
            new ByteArrayInputStream(content, 0, 50),
            new InputStream() {
              private boolean failed;

              @Override
              public int read() throws IOException {
                if (!failed) {
                  failed = true;
                  throw new IOException("reset by peer");
                }
                return -1;
              }
            });
    var in = VerifyingInputStream.of(broken, Digest.sha256Of(Arrays.copyOf(content, 50)));
    assertThatThrownBy(in::readAllBytes).hasMessageContaining("reset by peer");
    assertThatThrownBy(in::read).hasMessageContaining("reset by peer");
    assertThatThrownBy(() -> in.skip(1)).hasMessageContaining("reset by peer");
    assertThatThrownBy(in::available).hasMessageContaining("reset by peer");
    assertThat(in.isVerified()).isFalse();
  }

  @Test
  void N08_resultAskedTwice_isTheSame() throws Exception {
    var in = open(bytes(10), Digest.sha256Of(bytes(10)));
    assertThat(in.isVerified()).isFalse();
    assertThat(in.readAllBytes()).hasSize(10);
    for (int i = 0; i < 3; i++) {
      assertThat(in.isVerified()).isTrue();
      assertThat(in.read()).isEqualTo(-1);
    }
    in.close();
    assertThat(in.isVerified()).isTrue();
  }

  @Test
  void N09_readAfterRefusal_refusesAgain() throws Exception {
    var in = open(bytes(10), Digest.sha256Of(bytes(11)));
    for (int i = 0; i < 3; i++) {
      refused(ArtifactReason.DIGEST_MISMATCH, in::readAllBytes);
      refused(ArtifactReason.DIGEST_MISMATCH, in::read);
      refused(ArtifactReason.DIGEST_MISMATCH, in::available);
    }
    in.close();
    assertThat(in.isVerified()).isFalse();
  }

  @Test
  void N10_sourceThatReadsNothingForEver_isRefused() {
    InputStream idle =
        new InputStream() {
          @Override
          public int read() {
            throw new AssertionError("bulk reads only");
          }

          @Override
          public int read(byte[] buffer, int offset, int length) {
            return 0;
          }
        };
    var in = VerifyingInputStream.of(idle, Digest.sha256Of(bytes(1)));
    refused(ArtifactReason.STALLED, () -> in.read(new byte[10]));
  }

  @Test
  void N12_manyStreamsAtOnce_doNotMix() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Callable<Boolean>> tasks = new ArrayList<>();
      for (int i = 0; i < 64; i++) {
        byte[] content = bytes(10_000 + i);
        Digest expected = Digest.sha256Of(content);
        tasks.add(() -> Arrays.equals(open(content, expected).readAllBytes(), content));
      }
      for (Future<Boolean> result : threads.invokeAll(tasks)) {
        assertThat(result.get()).isTrue();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1L << 62, Long.MAX_VALUE, Integer.MAX_VALUE})
  void N13_absurdSize_allocatesNothing(long size) {
    Digest expected = Digest.sha256Of(bytes(10));
    refused(ArtifactReason.SIZE_MISMATCH, () -> sized(bytes(10), expected, size).readAllBytes());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Expected.of(expected).withSize(-size))
        .withMessageContaining("bytes is -");
  }

  @Test
  void N14_moreThanTheLargestSize_isRefusedEarly() {
    Expected bounded = Expected.of(Digest.sha256Of(bytes(1_000))).withMaxSize(500);
    var source = new ByteArrayInputStream(bytes(1_000));
    refused(
        ArtifactReason.TOO_LARGE, () -> VerifyingInputStream.of(source, bounded).readAllBytes());
    assertThat(source.available()).isEqualTo(499);
  }

  @Test
  void severalDigests_allMustMatch() throws Exception {
    byte[] content = bytes(5_000);
    Digest first = Digest.sha256Of(content);
    Digest second = Digest.compute(DigestAlgorithm.SHA_512, content);
    Digest wrong = Digest.compute(DigestAlgorithm.SHA_384, bytes(5));
    assertThat(
            VerifyingInputStream.of(new ByteArrayInputStream(content), Expected.of(first, second))
                .readAllBytes())
        .isEqualTo(content);
    var in =
        VerifyingInputStream.of(
            new ByteArrayInputStream(content), Expected.of(first, second, wrong));
    refused(ArtifactReason.DIGEST_MISMATCH, in::readAllBytes);
  }

  static VerifyingInputStream open(byte[] content, Digest expected) {
    return VerifyingInputStream.of(new ByteArrayInputStream(content), expected);
  }

  private static VerifyingInputStream sized(byte[] content, Digest expected, long size) {
    return VerifyingInputStream.of(
        new ByteArrayInputStream(content), Expected.of(expected).withSize(size));
  }
}
