package io.bartizan.integrity.jwt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.tests.Eventually;
import io.bartizan.tests.OptionalTool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyTransportTest {

  @TempDir private Path folder;

  @Test
  void get_fileWhoseReadIsStuck_isNotReadOnceMore() throws Exception {
    Path file = folder.resolve("jwks.json"); // a pipe stands for a share that hangs
    Path mkfifo = OptionalTool.program("mkfifo");
    assertThat(new ProcessBuilder(mkfifo.toString(), file.toString()).start().waitFor()).isZero();
    KeyTransport transport = KeyTransport.of(file, 1024);
    CompletableFuture<KeyTransport.Answer> stuck = transport.get();
    stuck.cancel(true); // as its time-out does
    assertThat(transport.get())
        .as("told at once")
        .isCompletedExceptionally()
        .failsWithin(Duration.ZERO)
        .withThrowableOfType(ExecutionException.class)
        .withMessageContaining("has not ended");
    Files.writeString(file, "{}"); // the reader that hung gets it
    Files.delete(file);
    Files.writeString(file, "{\"keys\":[]}");
    Eventually.within(
        Duration.ofSeconds(20),
        () ->
            assertThat(transport.get())
                .succeedsWithin(Duration.ofSeconds(20))
                .extracting(answer -> new String(answer.set(), UTF_8))
                .isEqualTo("{\"keys\":[]}"));
  }
}
