package io.bartizan.adapters;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.tests.Eventually;
import io.bartizan.tests.QuickStart;
import io.bartizan.tests.ShortJvm;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The quick starts that are one program: what it prints, or their commands and what they print. */
class QuickStartIT {

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"plain-jdk.md", "jax-rs.md"})
  void server_ofThePage_doesWhatItPrints(String file) throws Exception {
    QuickStart page = QuickStart.of(file);
    int port = freePort();
    Process server = started(page, port);
    try {
      Eventually.within(
          Duration.ofMinutes(2),
          () -> {
            assertThat(server.isAlive()).as(logged()).isTrue();
            assertThat(isServed(port)).isTrue();
          });
      page.tried(port);
    } finally {
      server.destroyForcibly().waitFor();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"grpc.md", "temporal.md"})
  void program_ofThePage_printsWhatItSays(String file) throws Exception {
    QuickStart page = QuickStart.of(file);
    Process program = started(page, freePort());
    try {
      assertThat(program.waitFor(2, TimeUnit.MINUTES)).isTrue();
      String printed = Files.readString(folder.resolve("printed"));
      assertThat(printed).as(logged()).isEqualTo(page.fence("text"));
      // The JVM itself writes "WARNING: " there, about Netty and Protobuf on newer JDKs.
      assertThat(logged()).doesNotContain(" WARN ", " ERROR ", "Exception");
      assertThat(program.exitValue()).isZero();
    } finally {
      program.destroyForcibly().waitFor();
    }
  }

  private String logged() throws IOException {
    return Files.readString(folder.resolve("logged"));
  }

  private static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0)) {
      return free.getLocalPort();
    }
  }

  private Process started(QuickStart page, int port) throws IOException {
    Path program =
        Files.writeString(
            folder.resolve("Hello.java"),
            page.fence("java").replace(QuickStart.PORT, String.valueOf(port)));
    return new ProcessBuilder(
            ShortJvm.command(
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                "-cp",
                System.getProperty("java.class.path"),
                program.toString()))
        .redirectOutput(folder.resolve("printed").toFile())
        .redirectError(folder.resolve("logged").toFile())
        .start();
  }

  private static boolean isServed(int port) {
    try (Socket connected = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return connected.isConnected();
    } catch (IOException e) {
      return false;
    }
  }
}
