package io.bartizan.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bartizan.core.Ticker;
import io.bartizan.ratelimit.Limits;
import io.bartizan.ratelimit.RateLimiter;
import java.io.File;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The picture of what each algorithm admits of the same calls, drawn from the real limiters; {@code
 * -Dpictures.update=true} draws it anew.
 */
class AlgorithmPictureTest {

  private static final Path PICTURE = Pages.ROOT.resolve("docs/pictures/algorithms.svg");
  private static final String CHARTS = "META-INF/resources/webjars/echarts/5.5.0/echarts.min.js";
  private static final int BIN_MILLIS = 100;
  private static final int BINS = 60;

  /** Ten calls a second, by each algorithm, and what to look at. */
  private static final List<List<String>> LIMITS =
      List.of(
          List.of("10 burst, 10/s", "token bucket: a burst, then the rate"),
          List.of("10 burst, 10/s, in steps", "token bucket in steps: refilled each second"),
          List.of("1 burst, 10/s", "paced: one call each 100 ms"),
          List.of("10/s sliding", "sliding window: 10 in any second"),
          List.of("10/s sliding counter", "sliding window counter: about 10 in any second"),
          List.of("10/s fixed", "fixed window: 10 in each second of the clock"));

  @TempDir Path folder;

  /** What one limit did with the calls. */
  private record Panel(String limit, String what, List<Integer> calls, List<Boolean> admitted) {

    int total() {
      return (int) admitted.stream().filter(each -> each).count();
    }

    /** The most that were admitted within so many milliseconds, wherever they begin. */
    int mostWithin(int millis) {
      int most = 0;
      for (int from : calls) {
        int within = 0;
        for (int i = 0; i < calls.size(); i++) {
          boolean inside = calls.get(i) >= from && calls.get(i) < from + millis;
          within += inside && admitted.get(i) ? 1 : 0;
        }
        most = Math.max(most, within);
      }
      return most;
    }

    private List<Long> bins(boolean which) {
      return IntStream.range(0, BINS)
          .mapToObj(
              bin ->
                  IntStream.range(0, calls.size())
                      .filter(i -> calls.get(i) / BIN_MILLIS == bin && admitted.get(i) == which)
                      .count())
          .toList();
    }

    String json() {
      String note =
          String.format(
              Locale.ROOT,
              "%s\\n%d of %d calls admitted, at most %d within a second",
              what,
              total(),
              calls.size(),
              mostWithin(1000));
      return String.format(
          Locale.ROOT,
          "{\"limit\": \"%s\", \"note\": \"%s\", \"admitted\": %s, \"rejected\": %s}",
          limit,
          note,
          bins(true),
          bins(false));
    }
  }

  /** In milliseconds: a few calls, 40 across the edge of a second, too many for 2 s, a few. */
  private static List<Integer> calls() {
    List<Integer> calls = new ArrayList<>();
    add(calls, 0, 1000, 200);
    add(calls, 1800, 2200, 10);
    add(calls, 3000, 5000, 50);
    add(calls, 5000, 6000, 200);
    return calls;
  }

  private static void add(List<Integer> calls, int from, int to, int each) {
    for (int at = from; at < to; at += each) {
      calls.add(at);
    }
  }

  private static Panel panel(String text, String what) {
    long[] nanos = {0};
    Ticker ticker = () -> nanos[0];
    RateLimiter limiter =
        RateLimiter.builder(Limits.parse(text))
            .withTicker(ticker)
            .withClock(() -> Instant.ofEpochSecond(1_800_000_000))
            .build();
    List<Boolean> admitted = new ArrayList<>();
    for (int at : calls()) {
      nanos[0] = at * 1_000_000L;
      admitted.add(limiter.tryAcquire().isAllowed());
    }
    return new Panel(text, what, calls(), admitted);
  }

  private static List<Panel> panels() {
    return LIMITS.stream().map(each -> panel(each.get(0), each.get(1))).toList();
  }

  /** What the guides say of each, with these calls. */
  @Test
  void algorithm_withTheCallsOfThePicture_admitsWhatTheGuideSays() {
    List<Panel> panels = panels();
    Panel bucket = panels.get(0);
    assertThat(bucket.mostWithin(400)).isLessThanOrEqualTo(10 + 4);
    assertThat(bucket.mostWithin(1000)).isBetween(11, 20);
    assertThat(panels.get(2).mostWithin(100)).as("paced").isEqualTo(1);
    assertThat(panels.get(3).mostWithin(1000)).as("sliding").isEqualTo(10);
    assertThat(panels.get(4).mostWithin(1000)).as("counter").isBetween(10, 19);
    assertThat(panels.get(5).mostWithin(400)).as("fixed, across an edge").isEqualTo(20);
    assertThat(panels).allMatch(panel -> panel.total() < panel.calls().size());
  }

  @Test
  void picture_ofThePage_isWhatTheLimitersDo() throws Exception {
    assumeTrue(hasNode() || System.getenv("BARTIZAN_CI") != null, "needs the program node");
    String drawn = drawn();
    if (Boolean.getBoolean("pictures.update")) {
      Files.createDirectories(PICTURE.getParent());
      Files.writeString(PICTURE, drawn);
    }
    assertThat(Files.readString(PICTURE))
        .as("differs from what the limiters do; draw it with -Dpictures.update=true")
        .isEqualTo(drawn);
  }

  private static boolean hasNode() {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, "node")));
  }

  private String drawn() throws Exception {
    Path charts = folder.resolve("echarts.min.js");
    try (var library = getClass().getClassLoader().getResourceAsStream(CHARTS)) {
      Files.copy(library, charts);
    }
    Path program = Path.of(getClass().getResource("/algorithms.cjs").toURI());
    Process process =
        new ProcessBuilder("node", program.toString(), charts.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (OutputStream data = process.getOutputStream()) {
      String panels = panels().stream().map(Panel::json).collect(Collectors.joining(",\n"));
      data.write(
          ("{\"binMillis\": " + BIN_MILLIS + ", \"panels\": [" + panels + "]}")
              .getBytes(StandardCharsets.UTF_8));
    }
    String svg = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    return svg;
  }
}
