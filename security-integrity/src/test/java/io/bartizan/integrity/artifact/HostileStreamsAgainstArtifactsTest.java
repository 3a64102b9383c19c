package io.bartizan.integrity.artifact;

import static io.bartizan.integrity.Refusals.bytes;
import static io.bartizan.integrity.Refusals.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.testkit.HostileStreams;
import io.bartizan.tests.SeededCases;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.api.Test;

class HostileStreamsAgainstArtifactsTest {

  private static final byte[] GOOD = bytes(10_000);
  private static final Expected EXPECTED = Expected.of(Digest.sha256Of(GOOD));

  @Test
  void everyHostileStream_isNeverVerified() {
    SeededCases.check(
        300,
        random -> {
          int at = random.nextInt(GOOD.length);
          refuses(HostileStreams.flip(good(), at, random.nextInt(8)));
          refuses(HostileStreams.truncate(good(), at));
          refuses(HostileStreams.append(good(), new byte[1 + at]));
          VerifyingInputStream in =
              VerifyingInputStream.of(HostileStreams.fail(good(), at), EXPECTED);
          assertThatThrownBy(in::readAllBytes).isInstanceOf(IOException.class);
          assertThat(in.isVerified()).isFalse();
        });
  }

  @Test
  void lieAboutSize_doesNotMatter() throws Exception {
    for (int lie : new int[] {-1, 0, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
      try (var in = VerifyingInputStream.of(HostileStreams.lieAboutSize(good(), lie), EXPECTED)) {
        assertThat(in.available()).isNotNegative();
        assertThat(in.readAllBytes()).isEqualTo(GOOD);
      }
    }
  }

  private static void refuses(InputStream hostile) {
    VerifyingInputStream in = VerifyingInputStream.of(hostile, EXPECTED);
    refused(ArtifactReason.DIGEST_MISMATCH, in::readAllBytes);
    assertThat(in.isVerified()).isFalse();
  }

  private static InputStream good() {
    return new ByteArrayInputStream(GOOD);
  }
}
