package io.bartizan.examples.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class MainTest {

  @TempDir private Path folder;
  private final StringWriter err = new StringWriter();

  @Test
  void lines_thatMakeNoSense_areUsageErrors() throws Exception {
    assertThat(run()).isEqualTo(2);
    assertThat(err.toString()).contains("--cert", "--client-ca", "--key", "--registry");
    try (ApiServer unused = new ApiServer(folder)) {
      Path key = Files.writeString(folder.resolve("cosign.pub"), "no key");
      List<String> line =
          new ArrayList<>(
              List.of(
                  "--cert=" + folder.resolve("server.pem"),
                  "--cert-key=" + folder.resolve("server-key.pem"),
                  "--client-ca=" + folder.resolve("ca.pem"),
                  "--client=everybody",
                  "--registry=registry.example",
                  "--key=" + key));
      assertThat(run(line.toArray(String[]::new))).isEqualTo(2);
      assertThat(err.toString()).contains("--client: ");
      line.set(3, "--client=dns(apiserver)");
      line.add("--deadline=PT30S");
      assertThat(run(line.toArray(String[]::new))).isEqualTo(2);
      assertThat(err.toString()).contains("--deadline is 30000 ms: 100 ms to 29 s are accepted");
      line.set(6, "--user=bot");
      assertThat(run(line.toArray(String[]::new))).isEqualTo(2);
      assertThat(err.toString()).contains("--user needs one --registry");
      line.remove(6);
      assertThat(run(line.toArray(String[]::new))).isEqualTo(2);
      assertThat(err.toString()).contains("--key: ").doesNotContain("\tat ");
    }
  }

  private int run(String... arguments) {
    return new CommandLine(new Main())
        .setOut(new PrintWriter(err, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }
}
