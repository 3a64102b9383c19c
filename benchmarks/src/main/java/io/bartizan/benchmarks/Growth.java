package io.bartizan.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command that shows how cost grows with keys and files, and states the exponent. */
@Command(
    name = "growth",
    description = {
      "Measures what one more key or file costs, at 10^3 and more keys and 1 to 10 000 files, and"
          + " fits cost ~ count^exponent. Writes JSON and one self-contained page. Starts its own"
          + " Redis.",
      "",
      "Takes some ten minutes with 10^7 keys, and keeps the machine busy."
    },
    optionListHeading = "%nOptions:%n",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:measured",
      "2:an argument is wrong",
      "3:it could not measure (no Redis, too little memory)"
    },
    footer = {"", "Example:", "  ./benchmarks/growth --curve keyed-heap --most 1000000"},
    mixinStandardHelpOptions = true,
    sortOptions = false)
public final class Growth implements Callable<Integer> {
  /** The dearest side's key, its string and where it is drawn; measured, rounded up. */
  private static final long BYTES_PER_KEY = 700;

  private static final int MOST_FILES = 10_000;
  private static final int ROUNDS = 3;

  @Option(
      names = "--curve",
      paramLabel = "NAME",
      description =
          "only this one: keyed-heap, keyed-rate, redis-spread or sha256-many; repeatable")
  private List<String> names = new ArrayList<>();

  @Option(
      names = "--most",
      paramLabel = "N",
      description = "the most keys, from 10000 (default: 10^7, or 10^6 with little memory)")
  private int most = BYTES_PER_KEY * 10_000_000 < memory() / 2 ? 10_000_000 : 1_000_000;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      defaultValue = "growth.json",
      description = "(default: growth.json)")
  private Path json = Path.of("");

  @Option(
      names = "--html",
      paramLabel = "FILE",
      defaultValue = "growth.html",
      description = "(default: growth.html)")
  private Path html = Path.of("");

  @Spec private @Nullable CommandSpec spec;

  private final int forks;
  private final long roundMillis;

  /** Made by the command line. */
  public Growth() {
    this(1, 500);
  }

  /** A hook for tests: in this JVM, shorter. */
  Growth(int forks, long roundMillis) {
    this.forks = forks;
    this.roundMillis = roundMillis;
  }

  /**
   * Runs it and exits: 0 if it could measure, 2 for bad arguments, 3 if it could not measure.
   *
   * @param arguments see {@code --help}
   */
  public static void main(String[] arguments) {
    System.exit(OneSentence.command(new Growth()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException, RunnerException {
    List<GrowthCurve> chosen = chosen();
    if (most < 10_000) {
      throw new ParameterException(line(), "--most " + most + ": at least 10000");
    }
    OutputFile.require(line(), "--json", json);
    OutputFile.require(line(), "--html", html);
    if (BYTES_PER_KEY * most > memory()) {
      throw new IllegalStateException(
          most
              + " keys need about "
              + ((BYTES_PER_KEY * most) >> 20)
              + " MiB of memory: take fewer");
    }
    Map<String, Object> report = ReportPage.about("Growth of cost", command());
    List<Map<String, Object>> curves = new ArrayList<>();
    for (GrowthCurve curve : chosen) {
      try (Backend backend = Backend.start(curve.backing())) {
        for (Side side : curve.sides()) {
          curves.add(measured(curve, backend.place(side)));
        }
      }
    }
    report.put("curves", curves);
    Files.writeString(json, Json.of(report));
    Files.writeString(html, ReportPage.of("growth", report));
    line().getOut().println("written: " + json + ", " + html);
    return 0;
  }

  private String command() {
    StringBuilder words = new StringBuilder("./benchmarks/growth --most ").append(most);
    names.forEach(name -> words.append(" --curve ").append(name));
    return words.toString();
  }

  private Map<String, Object> measured(GrowthCurve curve, Side side) throws RunnerException {
    List<Integer> counts = counts(curve);
    double[] values = new double[counts.size()];
    List<Map<String, Object>> points = new ArrayList<>();
    for (int i = 0; i < values.length; i++) {
      int count = counts.get(i);
      double value = median(curve, side.with(curve.parameter(), Integer.toString(count)));
      if (!(value > 0)) {
        throw new IllegalStateException(
            String.format(
                Locale.ROOT,
                "%s of %s at %d %s came out as %.1f %s, which can't be: try it without settings of"
                    + " the JVM",
                curve.name(),
                side.name(),
                count,
                curve.of(),
                value,
                curve.unit()));
      }
      values[i] = curve.total() ? value * count : value;
      points.add(Map.of("count", count, "value", values[i]));
      print("%-14s %-28s %10d %s %16.0f %s%n", curve, side, count, values[i]);
    }
    double[] of = counts.stream().mapToDouble(Integer::doubleValue).toArray();
    PowerLaw law = PowerLaw.through(of, values);
    line()
        .getOut()
        .printf(
            Locale.ROOT,
            "%-14s %-28s exponent %.2f, points off by at most %.0f %%%n",
            curve.name(),
            side.name(),
            law.exponent(),
            100 * law.off());
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("curve", curve.name());
    json.put("title", curve.title());
    json.put("side", side.name());
    json.put("version", side.version());
    json.put("of", curve.of());
    json.put("unit", curve.unit());
    json.put("exponent", law.exponent());
    json.put("off", law.off());
    json.put("points", points);
    return json;
  }

  private void print(String format, GrowthCurve curve, Side side, int count, double value) {
    PrintWriter out = line().getOut();
    out.printf(
        Locale.ROOT, format, curve.name(), side.name(), count, curve.of(), value, curve.unit());
    out.flush();
  }

  private List<Integer> counts(GrowthCurve curve) {
    boolean files = curve.parameter().equals("files");
    List<Integer> counts = new ArrayList<>();
    for (long n = files ? 1 : 1_000; n <= (files ? Math.min(most, MOST_FILES) : most); n *= 10) {
      counts.add((int) n);
    }
    return counts;
  }

  private double median(GrowthCurve curve, Side side) throws RunnerException {
    boolean once = curve.measure() == Measure.BYTES;
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include(side.include())
            .mode(curve.measure().mode())
            .timeUnit(TimeUnit.NANOSECONDS)
            .threads(side.threads())
            .forks(forks)
            .warmupIterations(once ? 0 : ROUNDS)
            .warmupTime(TimeValue.milliseconds(roundMillis))
            .measurementIterations(once ? 3 : ROUNDS)
            .measurementTime(TimeValue.milliseconds(roundMillis))
            .shouldFailOnError(true)
            .jvmArgsAppend("-Xmx" + (memory() >> 21) + "m")
            .output(System.getProperty("java.io.tmpdir") + "/bartizan-growth.log");
    side.parameters().forEach(options::param);
    List<Double> values = new ArrayList<>();
    for (RunResult result : new Runner(options.build()).run()) {
      for (BenchmarkResult benchmark : result.getBenchmarkResults()) {
        for (IterationResult iteration : benchmark.getIterationResults()) {
          values.add(curve.measure().read(iteration, side.threads()).value());
        }
      }
    }
    return new Rounds(values.stream().mapToDouble(Double::doubleValue).toArray()).median();
  }

  private List<GrowthCurve> chosen() {
    List<GrowthCurve> all = GrowthCurve.all();
    for (String name : names) {
      if (all.stream().noneMatch(curve -> curve.name().equals(name))) {
        throw new ParameterException(
            line(), "--curve " + name + ": one of " + all.stream().map(GrowthCurve::name).toList());
      }
    }
    return all.stream().filter(c -> names.isEmpty() || names.contains(c.name())).toList();
  }

  private static long memory() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
  }

  private CommandLine line() {
    CommandSpec known = spec;
    if (known == null) {
      throw new IllegalStateException("not started by a command line");
    }
    return known.commandLine();
  }
}
