package io.bartizan.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GrowthTest {
  private final StringWriter err = new StringWriter();
  @TempDir Path folder;

  @Test
  void growth_smallCurves_writesJsonAndPage() throws Exception {
    int status = run("--most", "10000", "--curve", "keyed-heap", "--curve", "keyed-rate");

    assertThat(status).as(err.toString()).isZero();
    Map<String, Object> written = JSONObjectUtils.parse(Files.readString(folder.resolve("g.json")));
    List<?> curves = (List<?>) written.get("curves");
    assertThat(curves).hasSize(4);
    Map<?, ?> heap = (Map<?, ?>) curves.get(0);
    assertThat((List<?>) heap.get("points")).hasSize(2);
    Object exponent = heap.get("exponent");
    assertThat(exponent).isInstanceOf(Double.class);
    assertThat(Files.readString(folder.resolve("g.html")))
        .contains("Chart.js v4")
        .contains("default-src 'none'");
  }

  @Test
  void growth_wrongArguments_oneSentenceAndStatus2() {
    assertThat(run("--curve", "nonsense")).isEqualTo(2);
    assertThat(err.toString().lines()).hasSize(1);
    assertThat(err.toString()).contains("keyed-heap");
    assertThat(run("--most", "10")).isEqualTo(2);
  }

  @Test
  void growth_fileThatCannotBeWritten_isToldBeforeAnythingIsMeasured() {
    folder = folder.resolve("none");

    assertThat(run("--most", "10000", "--curve", "keyed-heap")).isEqualTo(2);
    assertThat(err.toString())
        .contains("--json " + folder)
        .contains("can't be written")
        .hasLineCount(1);
  }

  @Test
  void growth_tooLittleMemory_oneSentenceAndStatus3() {
    assertThat(run("--most", "2000000000")).isEqualTo(3);
    assertThat(err.toString().lines()).hasSize(1);
  }

  @Test
  void powerLaw_exactOnes_areFound() {
    double[] counts = {1, 10, 100, 1000};
    assertThat(PowerLaw.through(counts, new double[] {3, 30, 300, 3000}).exponent())
        .isCloseTo(1, within(1e-9));
    assertThat(PowerLaw.through(counts, new double[] {7, 7, 7, 7}).exponent())
        .isCloseTo(0, within(1e-9));
    PowerLaw square = PowerLaw.through(counts, new double[] {2, 200, 20_000, 2_000_000});
    assertThat(square.exponent()).isCloseTo(2, within(1e-9));
    assertThat(square.off()).isCloseTo(0, within(1e-9));
  }

  @Test
  void powerLaw_pointOffTheLine_isTold() {
    PowerLaw law = PowerLaw.through(new double[] {1, 10, 100}, new double[] {1, 20, 1});

    assertThat(law.exponent()).isCloseTo(0, within(1e-9));
    assertThat(law.off()).isGreaterThan(0.6);
    assertThatThrownBy(() -> PowerLaw.through(new double[] {1}, new double[] {1}))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private int run(String... arguments) {
    System.setProperty("jmh.ignoreLock", "true");
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--json", folder.resolve("g.json").toString()));
    all.addAll(List.of("--html", folder.resolve("g.html").toString()));
    return OneSentence.command(new Growth(0, 5))
        .setOut(new PrintWriter(new StringWriter(), true))
        .setErr(new PrintWriter(err, true))
        .execute(all.toArray(String[]::new));
  }
}
