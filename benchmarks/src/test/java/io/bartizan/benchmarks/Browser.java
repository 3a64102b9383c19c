package io.bartizan.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Opens pages in Chromium, without a window. */
public final class Browser {

  /** Wide as a desktop's window, and as a phone. */
  private static final int[] WIDTHS = {1280, 390};

  /** The page in a frame, since no window of the browser is as narrow as a phone. */
  private static final String FRAME =
      """
      <!doctype html><title>loading</title><body style="margin:0">
      <iframe id="page" src="@PAGE@" style="width:@WIDTH@px;height:3000px;border:0"></iframe>
      <script>
        onload = () => setTimeout(() => {
          const page = document.getElementById('page').contentDocument;
          const drawn = [...page.querySelectorAll('canvas')].map(one => one
            .getContext('2d').getImageData(0, 0, one.width, one.height).data.some(Boolean));
          document.title = JSON.stringify({
            width: page.documentElement.scrollWidth,
            headings: page.querySelectorAll('h1, h2').length,
            charts: drawn.length,
            drawn: drawn.filter(Boolean).length});
        }, 2000);
      </script>
      """;

  private static final Pattern TITLE = Pattern.compile("<title>(\\{.*?})</title>");

  private Browser() {}

  /**
   * Each chart of the page is drawn, no script fails, and nothing is wider than the screen, on a
   * desktop and on a phone. Skipped without Chromium, but not by CI.
   *
   * @param page an HTML file
   * @param charts how many it has
   */
  public static void assertShows(Path page, int charts) throws Exception {
    String chromium = chromium();
    assertThat(chromium != null || System.getenv("BARTIZAN_CI") == null)
        .as("chromium is on the path")
        .isTrue();
    assumeTrue(chromium != null, "chromium is not on the path");
    for (int width : WIDTHS) {
      Path frame = page.resolveSibling(page.getFileName() + "-" + width + ".html");
      Files.writeString(
          frame,
          FRAME
              .replace("@PAGE@", page.getFileName().toString())
              .replace("@WIDTH@", Integer.toString(width)));
      Path log = page.resolveSibling("chromium.log");
      String dom = run(chromium, frame, log);
      String said = Files.readString(log);
      assertThat(said).as("scripts").doesNotContain("Uncaught").doesNotContain("Refused to");
      Matcher title = TITLE.matcher(dom.replace("&quot;", "\""));
      assertThat(title.find()).as(dom.length() < 4000 ? dom + said : said).isTrue();
      Map<String, Object> shown = JSONObjectUtils.parse(title.group(1));
      assertThat(shown)
          .as("%s, %d pixels wide", page.getFileName(), width)
          .containsEntry("width", (long) width)
          .containsEntry("charts", (long) charts)
          .containsEntry("drawn", (long) charts);
      assertThat((Long) shown.get("headings")).isGreaterThan(2);
    }
  }

  /** Returns what the page has become. */
  private static String run(String chromium, Path page, Path log) throws IOException {
    List<String> command =
        List.of(
            chromium,
            "--headless",
            "--no-sandbox", // tests may run as root
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--allow-file-access-from-files", // the frame looks into its page
            "--enable-logging=stderr",
            "--user-data-dir=" + page.resolveSibling("profile"),
            "--window-size=1280,3000",
            "--hide-scrollbars",
            "--virtual-time-budget=20000",
            "--dump-dom",
            page.toUri().toString());
    Process process = new ProcessBuilder(command).redirectError(log.toFile()).start();
    try {
      return new String(process.getInputStream().readAllBytes(), UTF_8);
    } finally {
      process.destroyForcibly();
    }
  }

  private static @Nullable String chromium() {
    return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
        .filter(folder -> !folder.isEmpty())
        .map(folder -> Path.of(folder, "chromium"))
        .filter(Files::isExecutable)
        .map(Path::toString)
        .findFirst()
        .orElse(null);
  }
}
