package io.bartizan.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The meters' page, the alert rules and the dashboard name what a running application emits. */
class MetersIT {

  private static final Path DOCS = Pages.ROOT.resolve("docs");
  private static EveryMeter application;
  private static String scraped;

  @BeforeAll
  static void start() throws Exception {
    application = EveryMeter.start();
    scraped = application.registry().scrape();
  }

  @AfterAll
  static void stop() {
    if (application != null) {
      application.close();
    }
  }

  @Test
  void meters_ofARunningApplication_areThoseOfThePage() throws Exception {
    Map<String, Set<String>> tags =
        application.registry().getMeters().stream()
            .filter(meter -> meter.getId().getName().startsWith("bartizan."))
            .collect(
                Collectors.toMap(
                    meter -> meter.getId().getName(),
                    meter ->
                        meter.getId().getTags().stream()
                            .map(tag -> tag.getKey())
                            .collect(Collectors.toCollection(TreeSet::new)),
                    (one, other) -> one));
    List<List<String>> rows = new ArrayList<>();
    Path page = DOCS.resolve("reference/meters.md");
    for (String heading : Pages.headings(page)) {
      rows.addAll(Pages.rows(page, heading));
    }
    assertThat(rows.stream().map(row -> row.get(0)))
        .containsExactlyInAnyOrderElementsOf(tags.keySet());
    String text = Files.readString(page);
    for (String meter : tags.keySet()) {
      Matcher row =
          Pattern.compile("(?m)^\\| `" + Pattern.quote(meter) + "` \\|[^|]*\\|([^|]*)\\|")
              .matcher(text);
      assertThat(row.find()).isTrue();
      Set<String> listed =
          Pattern.compile("`([a-z]+)`")
              .matcher(row.group(1).replaceAll("\\([^)]*\\)(\\))?", ""))
              .results()
              .map(result -> result.group(1))
              .collect(Collectors.toCollection(TreeSet::new));
      listed.add("name");
      assertThat(listed).as(meter).isEqualTo(tags.get(meter));
    }
  }

  @Test
  void alert_namesSeriesAndLabelsThatAreScraped() throws Exception {
    Object rules = yaml(Files.readString(DOCS.resolve("operations/prometheus-alerts.yml")));
    List<String> expressions = values(rules, "expr");
    assertThat(expressions).hasSize(8);
    assertThat(expressions).allSatisfy(MetersIT::namesWhatIsScraped);
    String page = Pages.text("docs/operations/monitoring.md");
    assertThat(values(rules, "alert"))
        .allSatisfy(name -> assertThat(page).contains("`" + name + "`"));
  }

  @Test
  void dashboard_namesSeriesAndLabelsThatAreScraped() throws Exception {
    Object board = yaml(Files.readString(DOCS.resolve("operations/grafana-dashboard.json")));
    List<String> expressions = values(board, "expr");
    assertThat(expressions).hasSizeGreaterThan(12);
    assertThat(expressions).allSatisfy(MetersIT::namesWhatIsScraped);
  }

  private static void namesWhatIsScraped(String expression) {
    List<String> series =
        Pattern.compile("bartizan_[a-z_]+")
            .matcher(expression)
            .results()
            .map(result -> result.group())
            .toList();
    assertThat(series).isNotEmpty();
    for (String name : series) {
      Matcher line = Pattern.compile("(?m)^" + name + "\\{([^}]*)\\}").matcher(scraped);
      assertThat(line.find()).as("%s is scraped", name).isTrue();
      Set<String> labels =
          Pattern.compile("([a-z]+)=\"")
              .matcher(line.group(1))
              .results()
              .map(result -> result.group(1))
              .collect(Collectors.toSet());
      labels.add("instance"); // Prometheus adds it
      Stream<String> named =
          Pattern.compile("by \\(([^)]*)\\)")
              .matcher(expression)
              .results()
              .flatMap(result -> Stream.of(result.group(1).split(", ?")));
      assertThat(named).as(expression).allSatisfy(label -> assertThat(labels).contains(label));
    }
  }

  private static Object yaml(String text) {
    return new Yaml(new SafeConstructor(new LoaderOptions())).load(text);
  }

  /** Every text under this name, however deep. */
  private static List<String> values(Object node, String name) {
    List<String> found = new ArrayList<>();
    if (node instanceof Map<?, ?> map) {
      map.forEach(
          (key, value) -> {
            if (key.equals(name) && value instanceof String text) {
              found.add(text);
            } else {
              found.addAll(values(value, name));
            }
          });
    } else if (node instanceof Collection<?> all) {
      all.forEach(each -> found.addAll(values(each, name)));
    }
    return found;
  }
}
