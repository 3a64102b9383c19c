package io.bartizan.benchmarks;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import java.io.IOException;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command that finds how much load limiters on one Redis carry within a latency budget. */
@Command(
    name = "capacity",
    description = {
      "Puts limiters on a Redis under an open load that grows until their 99th percentile breaks",
      "its budget, and writes what it found as JSON and as a page with charts."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
public final class Capacity implements Callable<Integer> {
  /** For each key the strings, a Bucket4j proxy and what it holds; measured, rounded up. */
  private static final long BYTES_PER_KEY = 1_000;

  private static final long BYTES_BESIDES = 96L << 20;

  @Option(names = "--redis", paramLabel = "URI", required = true, description = "a Redis server")
  private String redis = "";

  @Option(names = "--keys", paramLabel = "N", defaultValue = "10000")
  private int keys;

  @Option(
      names = "--threads",
      paramLabel = "T",
      defaultValue = "1",
      description = "threads that send; answers come on the client's own (default: 1)")
  private int threads;

  @Option(
      names = "--rate",
      paramLabel = "R",
      defaultValue = "4000",
      description = "checks a second to begin with (default: 4000)")
  private double rate;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "2",
      description = "length of each step (default: 2)")
  private double seconds;

  @Option(
      names = "--p99",
      paramLabel = "MILLIS",
      defaultValue = "5",
      description = "the budget for the 99th percentile (default: 5)")
  private double budgetMillis;

  @Option(names = "--json", paramLabel = "FILE", defaultValue = "capacity.json")
  private Path json = Path.of("");

  @Option(names = "--html", paramLabel = "FILE", defaultValue = "capacity.html")
  private Path html = Path.of("");

  @Spec private @Nullable CommandSpec spec;

  private final List<LoadSubject> subjects;

  /** Made by the command line. */
  public Capacity() {
    this(LoadSubject.all());
  }

  /** A hook for tests: fewer limiters. */
  Capacity(List<LoadSubject> subjects) {
    this.subjects = List.copyOf(subjects);
  }

  /**
   * Runs it and exits: 0 if it could measure, 2 for bad arguments, 3 if it could not measure.
   *
   * @param arguments see {@code --help}
   */
  public static void main(String[] arguments) {
    System.exit(OneSentence.command(new Capacity()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    check();
    RedisClient client = RedisClient.create(uri());
    try (RedisGauge gauge = connected(client)) {
      CapacityRun run = new CapacityRun(client, gauge, plan(), subjects, out());
      try {
        Map<String, Object> report = run.all().json();
        Files.writeString(json, Json.of(report));
        Files.writeString(html, ReportPage.of("capacity", report));
      } finally {
        run.forget();
      }
    } finally {
      client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    }
    out().println("written: " + json + ", " + html);
    return 0;
  }

  private CapacityRun.Plan plan() {
    return new CapacityRun.Plan(
        keys,
        threads,
        rate,
        Duration.ofNanos((long) (seconds * 1e9)),
        Math.round(budgetMillis * 1000),
        String.format(
            Locale.ROOT,
            "./benchmarks/capacity --redis URI --keys %d --threads %d --rate %.0f --seconds %s"
                + " --p99 %s",
            keys,
            threads,
            rate,
            plain(seconds),
            plain(budgetMillis)));
  }

  private void check() {
    within("--keys", keys, 1, 100_000_000);
    within("--threads", threads, 1, 256);
    within("--rate", rate, 1, 10_000_000);
    within("--seconds", seconds, 0.05, 3_600);
    within("--p99", budgetMillis, 0.1, 60_000);
    writable("--json", json);
    writable("--html", html);
    long needed = BYTES_BESIDES + keys * BYTES_PER_KEY;
    long given = Runtime.getRuntime().maxMemory();
    if (needed > given) {
      throw new IllegalStateException(
          String.format(
              Locale.ROOT,
              "%d keys need about %d MiB of heap, there are %d: set JAVA_TOOL_OPTIONS=-Xmx%dm or"
                  + " take fewer keys",
              keys,
              needed >> 20,
              given >> 20,
              (needed >> 20) + 1));
    }
  }

  private void writable(String name, Path file) {
    Path folder = file.toAbsolutePath().getParent();
    if (Files.isDirectory(file) || folder == null || !Files.isWritable(folder)) {
      throw bad(name + " " + file + ": can't be written");
    }
  }

  private void within(String name, double value, double least, double most) {
    if (!(value >= least && value <= most)) {
      throw bad(
          String.format(
              Locale.ROOT, "%s %s: from %s to %s", name, plain(value), plain(least), plain(most)));
    }
  }

  private static String plain(double value) {
    return Double.isFinite(value)
        ? BigDecimal.valueOf(value).stripTrailingZeros().toPlainString()
        : Double.toString(value);
  }

  private RedisURI uri() {
    try {
      if (redis.startsWith("redis://") || redis.startsWith("rediss://")) {
        return RedisURI.create(redis);
      }
    } catch (IllegalArgumentException e) {
      // Told below, without the text itself, which may hold a password.
    }
    throw bad("--redis: not a URI such as redis://localhost:6379");
  }

  private static RedisGauge connected(RedisClient client) {
    try {
      RedisGauge gauge = new RedisGauge(client);
      if (gauge.isCluster()) {
        gauge.close();
        throw new IllegalStateException(
            "the URI is a node of a Cluster: measure one server, and multiply by the masters");
      }
      return gauge;
    } catch (RedisException e) {
      throw new IllegalStateException("no Redis answers at the URI", e);
    }
  }

  private ParameterException bad(String message) {
    return new ParameterException(commandLine(), message);
  }

  private PrintWriter out() {
    return commandLine().getOut();
  }

  private CommandLine commandLine() {
    CommandSpec known = spec;
    if (known == null) {
      throw new IllegalStateException("not started by a command line");
    }
    return known.commandLine();
  }
}
