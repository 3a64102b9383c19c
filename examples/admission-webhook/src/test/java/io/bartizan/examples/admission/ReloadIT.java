package io.bartizan.examples.admission;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The program goes on with certificates that are renewed, as cert-manager renews them each day. */
@Timeout(120)
class ReloadIT {

  private static final byte[] NO_REVIEW = "x".getBytes(UTF_8);

  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();

  @Test
  void webhook_whoseFilesChange_isServedAndHeardByTheNewOnes() throws Exception {
    try (ApiServer before = new ApiServer(folder);
        SmallRegistry registry = new SmallRegistry()) {
      Files.writeString(folder.resolve("cosign.pub"), registry.key());
      Thread running = start();
      try {
        int port = port();
        assertThat(before.post(port, NO_REVIEW).statusCode()).isEqualTo(400);
        try (ApiServer after = new ApiServer(folder)) {
          long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
          while (!isHeard(after, port)) {
            assertThat(System.nanoTime()).isLessThan(end);
          }
        }
        try (ApiServer stranger = new ApiServer(Files.createDirectory(folder.resolve("other")))) {
          assertThatThrownBy(() -> stranger.post(port, NO_REVIEW)).isInstanceOf(IOException.class);
        }
      } finally {
        running.interrupt();
        running.join(20_000);
      }
      assertThat(running.isAlive()).isFalse();
    }
  }

  private static boolean isHeard(ApiServer client, int port) throws Exception {
    try {
      return client.post(port, NO_REVIEW).statusCode() == 400;
    } catch (IOException notYet) {
      return false;
    }
  }

  private Thread start() {
    String[] arguments = {
      "--port=0",
      "--cert=" + folder.resolve("server.pem"),
      "--cert-key=" + folder.resolve("server-key.pem"),
      "--client-ca=" + folder.resolve("ca.pem"),
      "--client=dns(apiserver)",
      "--key=" + folder.resolve("cosign.pub"),
      "--registry=registry.example"
    };
    CommandLine program = new CommandLine(new Main()).setOut(new PrintWriter(out, true));
    Thread running = new Thread(() -> program.execute(arguments), "webhook");
    running.start();
    return running;
  }

  private int port() {
    Pattern line = Pattern.compile("listens on port (\\d+)");
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (true) {
      Matcher told = line.matcher(out.toString());
      if (told.find()) {
        return Integer.parseInt(told.group(1));
      }
      assertThat(System.nanoTime()).isLessThan(end);
    }
  }
}
