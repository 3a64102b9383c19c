package io.bartizan.adapters;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.tests.Eventually;
import io.bartizan.tests.QuickStart;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The quick start without a framework: its program, its commands and what they print. */
class QuickStartIT {

  @TempDir Path folder;

  @Test
  void program_ofThePage_doesWhatItPrints() throws Exception {
    QuickStart page = QuickStart.of("plain-jdk.md");
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    Path program =
        Files.writeString(
            folder.resolve("Hello.java"),
            page.fence("java").replace(QuickStart.PORT, String.valueOf(port)));
    Process server =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                program.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("printed").toFile())
            .start();
    try {
      Eventually.within(
          Duration.ofMinutes(2),
          () -> {
            assertThat(server.isAlive()).as(Files.readString(folder.resolve("printed"))).isTrue();
            assertThat(isServed(port)).isTrue();
          });
      page.tried(port);
    } finally {
      server.destroyForcibly().waitFor();
    }
  }

  private static boolean isServed(int port) {
    try (Socket connected = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return connected.isConnected();
    } catch (IOException e) {
      return false;
    }
  }
}
