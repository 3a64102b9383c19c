package io.bartizan.examples.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
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

  /** With --registry= of a variable that is not set, the webhook would deny every pod. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "registry",
        "https://registry.example",
        "registry.example/team:1",
        "registry.example/team app",
        "registry.example//team"
      })
  void registry_thatNoImageCanHave_isAUsageError(String registry) throws Exception {
    assertThat(run(line("--registry=" + registry))).isEqualTo(2);
    assertThat(err.toString()).contains("--registry is \"" + registry + "\", HOST, HOST/TEAM or");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "registry.example",
        "registry.example/",
        "Registry.example:5000/Team",
        "localhost/team",
        "[::1]:5000"
      })
  void failure_atTheStart_isASentence(String registry) throws Exception {
    String[] line = line("--registry=" + registry);
    line[0] = "--key=" + folder.resolve("none");
    assertThat(run(line)).isEqualTo(1);
    assertThat(err.toString())
        .startsWith("admission-webhook: does not start: ")
        .contains("none: NoSuchFileException")
        .doesNotContain("\tat ");
  }

  private String[] line(String last) throws Exception {
    try (ApiServer unused = new ApiServer(folder);
        SmallRegistry registry = new SmallRegistry()) {
      return new String[] {
        "--key=" + Files.writeString(folder.resolve("cosign.pub"), registry.key()),
        "--cert=" + folder.resolve("server.pem"),
        "--cert-key=" + folder.resolve("server-key.pem"),
        "--client-ca=" + folder.resolve("ca.pem"),
        "--client=dns(apiserver)",
        "--port=0",
        last
      };
    }
  }

  private int run(String... arguments) {
    return Main.commandLine()
        .setOut(new PrintWriter(err, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }
}
