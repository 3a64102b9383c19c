package io.bartizan.tests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A page of {@code docs/quick-starts}: its fences, and its commands with what they print. */
public final class QuickStart {

  /** The port that every page serves at. */
  public static final String PORT = "8080";

  private static final int MOST_LINES = 40;

  private final String text;

  private QuickStart(String text) {
    this.text = text;
  }

  /** The page of a file name; it is short, and adds the version that is built. */
  public static QuickStart of(String file) throws IOException {
    Path root = Path.of(System.getProperty("bartizan.root", ".."));
    QuickStart page =
        new QuickStart(Files.readString(root.resolve("docs/quick-starts").resolve(file)));
    assertThat(page.text.lines().count()).isLessThanOrEqualTo(MOST_LINES);
    Matcher version =
        Pattern.compile("<version>([^<]+)</version>")
            .matcher(Files.readString(root.resolve("pom.xml")));
    assertThat(version.find()).isTrue();
    assertThat(page.text)
        .containsAnyOf(
            "<version>" + version.group(1) + "</version>", ":" + version.group(1) + "\"");
    return page;
  }

  /** What stands in the first fence of a language. */
  public String fence(String language) {
    String begin = "```" + language + "\n";
    assertThat(text).contains(begin);
    int start = text.indexOf(begin) + begin.length();
    return text.substring(start, text.indexOf("```", start));
  }

  /** Runs the page's commands against a port and asserts that each prints what the page says. */
  public void tried(int port) throws IOException, InterruptedException {
    tried(port, Map.of());
  }

  /** The same, with variables of the environment that the commands name. */
  public void tried(int port, Map<String, String> variables)
      throws IOException, InterruptedException {
    List<String> lines = fence("console").lines().toList();
    assertThat(lines).hasSizeGreaterThan(2);
    for (int i = 0; i < lines.size(); i += 2) {
      assertThat(lines.get(i)).startsWith("$ curl ").contains(":" + PORT + "/");
      String command = lines.get(i).substring(2).replace(":" + PORT + "/", ":" + port + "/");
      assertThat(run(command, variables)).as(command).isEqualTo(lines.get(i + 1));
    }
  }

  private static String run(String command, Map<String, String> variables)
      throws IOException, InterruptedException {
    ProcessBuilder shell = new ProcessBuilder("sh", "-c", command).redirectErrorStream(true);
    shell.environment().putAll(variables);
    Process curl = shell.start();
    try {
      String printed = new String(curl.getInputStream().readAllBytes(), UTF_8).trim();
      assertThat(curl.waitFor(20, TimeUnit.SECONDS)).isTrue();
      return printed;
    } finally {
      curl.destroyForcibly();
    }
  }
}
