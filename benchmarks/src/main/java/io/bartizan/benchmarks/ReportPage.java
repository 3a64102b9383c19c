package io.bartizan.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;

/** A page with charts that holds everything it needs: data, script, style and chart library. */
public final class ReportPage {
  private ReportPage() {}

  /**
   * What each report begins with.
   *
   * @param title its title
   * @param command what makes it again
   * @return title, date, machine, versions and command; more can be added
   */
  public static Map<String, Object> about(String title, String command) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("title", title);
    json.put("date", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    json.put("machine", Machine.words());
    json.put("java", Machine.java());
    json.put("bartizan", Versions.ours());
    json.put("command", command);
    return json;
  }

  /**
   * Puts data into a page.
   *
   * @param kind which page: {@code capacity}, {@code growth} or {@code backtest}
   * @param data what it shows, with a title
   * @return the page
   */
  public static String of(String kind, Map<String, Object> data) {
    // The data last, so that nothing in it is taken for a place to fill.
    return resource("report.html")
        .replace("@TITLE@", String.valueOf(data.get("title")))
        .replace("@STYLE@", resource("report.css"))
        .replace("@COMMON@", resource("report.js"))
        .replace("@PAGE@", resource(kind + ".js"))
        .replace("@CHART@", chartLibrary())
        .replace("@DATA@", Json.of(data));
  }

  /** Without the line that would have a browser's tools ask for another file. */
  private static String chartLibrary() {
    return resource("chart.umd.min.js").replaceAll("(?m)^//# sourceMappingURL=.*$", "");
  }

  private static String resource(String name) {
    try (InputStream in = ReportPage.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the jar lacks " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
