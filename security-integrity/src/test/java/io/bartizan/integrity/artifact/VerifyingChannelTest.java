package io.bartizan.integrity.artifact;

import static io.bartizan.integrity.Refusals.bytes;
import static io.bartizan.integrity.Refusals.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.tests.SeededCases;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ReadableByteChannel;
import org.junit.jupiter.api.Test;

class VerifyingChannelTest {

  @Test
  void read_anyBuffer_givesTheContentThenTheEnd() {
    SeededCases.check(
        300,
        random -> {
          byte[] content = bytes(random.nextInt(1, 20_000));
          int size = random.nextInt(1, 5_000);
          ByteBuffer buffer =
              random.nextBoolean() ? ByteBuffer.allocateDirect(size) : ByteBuffer.allocate(size);
          var all = ByteBuffer.allocate(content.length);
          try (VerifyingChannel in = open(content, Expected.of(Digest.sha256Of(content)))) {
            buffer.position(random.nextInt(size));
            int start = buffer.position();
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
              assertThat(buffer.limit()).isEqualTo(size);
              all.put(buffer.duplicate().flip().position(start));
              buffer.clear().position(random.nextInt(size));
              start = buffer.position();
            }
            assertThat(in.isVerified()).isTrue();
          }
          assertThat(all.array()).isEqualTo(content);
        });
  }

  @Test
  void read_otherContent_isRefusedAgainAndAgain() throws Exception {
    var in = open(bytes(100), Expected.of(Digest.sha256Of(bytes(99))));
    ByteBuffer buffer = ByteBuffer.allocate(200);
    assertThat(in.read(buffer)).isEqualTo(100);
    for (int i = 0; i < 3; i++) {
      refused(ArtifactReason.DIGEST_MISMATCH, () -> in.read(buffer));
    }
    in.close();
    assertThat(in.isVerified()).isFalse();
    assertThatThrownBy(() -> in.read(buffer)).isInstanceOf(ClosedChannelException.class);
  }

  @Test
  void read_moreThanTheSize_isRefusedAfterOneByte() {
    var source = new ByteArrayInputStream(bytes(1_000));
    var in =
        VerifyingChannel.of(
            Channels.newChannel(source), Expected.of(Digest.sha256Of(bytes(10))).withSize(10));
    refused(ArtifactReason.SIZE_MISMATCH, () -> in.read(ByteBuffer.allocate(1_000)));
    assertThat(source.available()).isEqualTo(989);
  }

  @Test
  void close_beforeTheEnd_isRefused() throws Exception {
    var in = open(bytes(100), Expected.of(Digest.sha256Of(bytes(100))));
    assertThat(in.read(ByteBuffer.allocate(50))).isEqualTo(50);
    refused(ArtifactReason.NOT_READ_TO_END, in::close);
    in.close();
    assertThat(in.isOpen()).isFalse();

    var known = open(bytes(100), Expected.of(Digest.sha256Of(bytes(100))).withSize(100));
    assertThat(known.read(ByteBuffer.allocate(100))).isEqualTo(100);
    known.close();
    assertThat(known.isVerified()).isTrue();
  }

  @Test
  void read_brokenSource_staysBroken() {
    ReadableByteChannel broken =
        new ReadableByteChannel() {
          private int calls;

          @Override
          public int read(ByteBuffer buffer) throws IOException {
            if (calls++ == 0) {
              throw new IOException("reset by peer");
            }
            return -1;
          }

          @Override
          public boolean isOpen() {
            return true;
          }

          @Override
          public void close() {}
        };
    var in = VerifyingChannel.of(broken, Expected.of(Digest.sha256Of(new byte[0])));
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> in.read(ByteBuffer.allocate(1)))
          .hasMessageContaining("reset by peer");
    }
  }

  /**
   * It wrote and then failed otherwise than channels do; going on must not forget what it wrote.
   */
  @Test
  void N07_sourceThatFillsAndThrowsARuntimeException_staysFailed() {
    for (boolean moves : new boolean[] {true, false}) {
      ReadableByteChannel broken =
          new ReadableByteChannel() {
            private int calls;

            @Override
            public int read(ByteBuffer buffer) {
              if (calls++ == 0) {
                buffer.put((byte) 6);
                if (moves) {
                  throw new IllegalStateException("broken");
                }
                return 0;
              }
              return -1;
            }

            @Override
            public boolean isOpen() {
              return true;
            }

            @Override
            public void close() {}
          };
      var in = VerifyingChannel.of(broken, Expected.of(Digest.sha256Of(new byte[0])));
      ByteBuffer buffer = ByteBuffer.allocate(4);
      assertThatThrownBy(() -> in.read(buffer)).isInstanceOf(Exception.class);
      assertThatThrownBy(() -> in.read(buffer)).isInstanceOf(IOException.class);
      assertThat(in.isVerified()).isFalse();
    }
  }

  private static VerifyingChannel open(byte[] content, Expected expected) {
    return VerifyingChannel.of(Channels.newChannel(new ByteArrayInputStream(content)), expected);
  }
}
