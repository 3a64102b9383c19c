package io.bartizan.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostileStreamsTest {

  private static final byte[] GOOD = {1, 2, 3, 4, 5};

  @Test
  void flip_changesOneBitOnly() throws Exception {
    assertThat(HostileStreams.flip(good(), 2, 7).readAllBytes()).containsExactly(1, 2, 131, 4, 5);
    assertThat(HostileStreams.flip(good(), 5, 0).readAllBytes()).isEqualTo(GOOD);
    assertThatIllegalArgumentException().isThrownBy(() -> HostileStreams.flip(good(), 0, 8));
  }

  @Test
  void truncate_endsForGood() throws Exception {
    InputStream in = HostileStreams.truncate(good(), 3);
    assertThat(in.readAllBytes()).containsExactly(1, 2, 3);
    assertThat(in.read()).isEqualTo(-1);
    assertThat(in.read(new byte[2])).isEqualTo(-1);
  }

  @Test
  void append_goesOn() throws Exception {
    assertThat(HostileStreams.append(good(), new byte[] {9}).readAllBytes())
        .containsExactly(1, 2, 3, 4, 5, 9);
  }

  @Test
  void fail_breaksForGood() throws Exception {
    InputStream in = HostileStreams.fail(good(), 2);
    assertThat(in.readNBytes(2)).containsExactly(1, 2);
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(in::read).isInstanceOf(IOException.class);
    }
  }

  @Test
  void stall_waitsForTheInterrupt() throws Exception {
    InputStream in = HostileStreams.stall(good(), 1);
    assertThat(in.read()).isEqualTo(1);
    Thread.currentThread().interrupt();
    assertThatThrownBy(in::read).isInstanceOf(InterruptedIOException.class);
    assertThat(Thread.interrupted()).isTrue();
    in.close();
  }

  @Test
  void swap_replacesTheFile(@TempDir Path directory) throws Exception {
    Path file = Files.write(directory.resolve("f"), GOOD);
    Path other = Files.write(directory.resolve("o"), new byte[] {7});
    try (InputStream in = HostileStreams.swap(Files.newInputStream(file), 2, file, other)) {
      assertThat(in.readAllBytes()).isEqualTo(GOOD);
    }
    assertThat(file).hasBinaryContent(new byte[] {7});
  }

  @Test
  void lieAboutSize_givesTheContent() throws Exception {
    InputStream in = HostileStreams.lieAboutSize(good(), -3);
    assertThat(in.available()).isEqualTo(-3);
    assertThat(in.readAllBytes()).isEqualTo(GOOD);
  }

  private static InputStream good() {
    return new ByteArrayInputStream(GOOD);
  }
}
