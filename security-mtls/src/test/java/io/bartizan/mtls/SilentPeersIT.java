package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Peers that connect and say nothing must hold up nobody where each connection has a virtual
 * thread, in a JVM of its own with two carriers. JDK 21 to 23 pin a carrier whose thread waits
 * inside a monitor, and so does JDK 24 or 25 with the lock that this asks for.
 */
class SilentPeersIT {

  @ParameterizedTest
  @ValueSource(strings = {"server", "client"})
  void MT01_silentPeers_onVirtualThreads_holdUpNobody(String side) throws Exception {
    PeerProgram.Result result =
        PeerProgram.run(
            Map.of(),
            "",
            java().toString(),
            "-XX:+IgnoreUnrecognizedVMOptions",
            "-XX:LockingMode=1",
            "-Djdk.virtualThreadScheduler.parallelism=2",
            "-Djdk.virtualThreadScheduler.maxPoolSize=2",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
            "-cp",
            System.getProperty("java.class.path"),
            SilentPeersMain.class.getName(),
            side);
    assertThat(result.text()).contains("the good peer is served");
  }

  /** This JVM's program, or a newer one's. */
  private static Path java() throws IOException {
    if (Runtime.version().feature() >= 21) {
      return Path.of(System.getProperty("java.home"), "bin", "java");
    }
    String named = System.getenv("JAVA25_HOME");
    if (named != null && Files.isExecutable(Path.of(named, "bin", "java"))) {
      return Path.of(named, "bin", "java");
    }
    Path installed = Path.of("/usr/lib/jvm");
    if (Files.isDirectory(installed)) {
      for (String glob : List.of("temurin-25*", "*-21*", "*-25*")) {
        try (DirectoryStream<Path> homes = Files.newDirectoryStream(installed, glob)) {
          for (Path home : homes) {
            if (Files.isExecutable(home.resolve("bin/java"))) {
              return home.resolve("bin/java");
            }
          }
        }
      }
    }
    assumeTrue(false, "needs a JDK 21 or newer, in JAVA25_HOME or below " + installed);
    throw new IllegalStateException();
  }
}
