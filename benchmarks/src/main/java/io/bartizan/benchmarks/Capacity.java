package io.bartizan.benchmarks;

import io.lettuce.core.RedisURI;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command that says how much Redis a wanted rate of checks needs. */
@Command(
    name = "capacity",
    description = {
      "Says how many Redis servers, cores, connections and bytes a wanted rate of checks needs, and"
          + " whether leasing or coalescing changes it. Puts limiters under an open load that grows"
          + " until their 99th percentile breaks its budget, judges its own run, and writes JSON"
          + " and one self-contained page.",
      "",
      "WARNING: it loads the Redis to its limit for minutes. Don't point it at one that serves"
          + " anybody. Its keys have a prefix of their own and are removed at the end.",
      "",
      "Takes one to two minutes with the defaults, longer on a busy machine; --all six more."
    },
    optionListHeading = "%nOptions:%n",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:answered; with --compare: nothing is worse",
      "1:answered, but the run is stamped \"not for a plan\"; with --compare: a figure is worse",
      "2:an argument is wrong",
      "3:it could not measure (no Redis, too little memory), or a file can't be read"
    },
    footer = {
      "",
      "Examples:",
      "  ./benchmarks/capacity --redis redis://test-redis:6379 --rate 20000 \\",
      "    --keys 2000000 --processes 4 --p99 5 --skew 1",
      "  ./benchmarks/capacity --compare before.json after.json"
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
public final class Capacity implements Callable<Integer> {
  /** For each key the strings, a Bucket4j proxy and what it holds; measured, rounded up. */
  private static final long BYTES_PER_KEY = 1_000;

  private static final long BYTES_BESIDES = 96L << 20;
  private static final int MOST_PROCESSES_MEASURED = 32;

  @Option(
      names = "--redis",
      paramLabel = "URI",
      description =
          "a server, or a node of a Cluster, which is then measured as a whole; rediss:// for TLS")
  private @Nullable String redis;

  @Option(
      names = "--compare",
      arity = "2",
      paramLabel = "FILE",
      description = "compares two runs' JSON, the older first, and loads nothing")
  private List<Path> compare = List.of();

  @Mixin private WantedOptions wish = new WantedOptions();

  @Option(
      names = "--algorithm",
      paramLabel = "NAME",
      defaultValue = "tokenBucket",
      description =
          "tokenBucket, slidingWindow, slidingWindowCounter or fixedWindow"
              + " (default: ${DEFAULT-VALUE})")
  private String algorithm = "";

  @Option(
      names = "--measured-keys",
      paramLabel = "N",
      defaultValue = "100000",
      description = "keys that the load is for, if fewer than wanted (default: ${DEFAULT-VALUE})")
  private int measuredKeys;

  @Option(
      names = "--tls-authorities",
      paramLabel = "FILE",
      description = "PEM of the authorities to trust for rediss:// (default: the JDK's)")
  private @Nullable Path authorities;

  @Option(names = "--all", description = "also the other algorithms, and Bucket4j beside them")
  private boolean all;

  @Option(
      names = "--threads",
      paramLabel = "T",
      defaultValue = "1",
      description =
          "threads that send; answers come on the client's own (default: ${DEFAULT-VALUE})")
  private int threads;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "2",
      description = "length of each step (default: ${DEFAULT-VALUE})")
  private double seconds;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      defaultValue = "capacity.json",
      description = "(default: ${DEFAULT-VALUE})")
  private Path json = Path.of("");

  @Option(
      names = "--html",
      paramLabel = "FILE",
      defaultValue = "capacity.html",
      description = "(default: ${DEFAULT-VALUE})")
  private Path html = Path.of("");

  @Spec private @Nullable CommandSpec spec;

  /** Made by the command line. */
  public Capacity() {}

  /**
   * Runs it and exits with one of the codes that {@code --help} lists.
   *
   * @param arguments see {@code --help}
   */
  public static void main(String[] arguments) {
    System.exit(OneSentence.command(new Capacity()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (!compare.isEmpty()) {
      return compared();
    }
    check();
    RedisURI uri = uri();
    CapacityReport report;
    Map<String, Object> written;
    int clients = Math.min(wish.wanted().processes(), MOST_PROCESSES_MEASURED);
    try (RedisTarget target = RedisTarget.connect(uri, authorities, clients)) {
      CapacityRun run = new CapacityRun(target, plan(), subjects(target), out());
      try {
        report = run.all();
        written = report.json();
      } finally {
        run.forget();
      }
    }
    Files.writeString(json, Json.of(written));
    Files.writeString(html, ReportPage.of("capacity", written));
    RunJudgement judgement = report.judgement();
    out().println(report.advice().sentence());
    report.advice().changes().forEach(out()::println);
    judgement.findings().forEach(f -> out().println(f.stamp() + ": " + f.text()));
    out().println("this run: " + judgement.stamp() + "; written: " + json + ", " + html);
    return judgement.stamp() == RunJudgement.Stamp.UNUSABLE ? 1 : 0;
  }

  private int compared() throws IOException {
    if (redis != null || compare.size() != 2) {
      throw bad("--compare: takes two files, and no --redis");
    }
    CapacityComparison comparison = CapacityComparison.of(compare.get(0), compare.get(1));
    comparison.lines().forEach(out()::println);
    return comparison.isWorse() ? 1 : 0;
  }

  private List<LoadSubject> subjects(RedisTarget target) {
    List<LoadSubject> subjects = new ArrayList<>(LoadSubject.waysOf(algorithm));
    if (all) {
      Plenty.ALGORITHMS.stream()
          .filter(other -> !other.equals(algorithm))
          .map(LoadSubject::waysOf)
          .forEach(subjects::addAll);
      if (!target.isCluster() && wish.wanted().refused() == 0) {
        subjects.addAll(LoadSubject.peers());
      }
    }
    return subjects;
  }

  private CapacityRun.Plan plan() {
    String command =
        String.format(
            Locale.ROOT,
            "./benchmarks/capacity --redis URI %s --algorithm %s --measured-keys %d --threads %d"
                + " --seconds %s%s",
            wish.words(),
            algorithm,
            measuredKeys,
            threads,
            WantedOptions.plain(seconds),
            all ? " --all" : "");
    return new CapacityRun.Plan(
        wish.wanted(),
        algorithm,
        loadedKeys(),
        threads,
        Duration.ofNanos((long) (seconds * 1e9)),
        command);
  }

  private int loadedKeys() {
    return (int) Math.min(wish.wanted().keys(), measuredKeys);
  }

  private void check() {
    wish.check(commandLine());
    within("--measured-keys", measuredKeys, 1, 100_000_000);
    within("--threads", threads, 1, 256);
    within("--seconds", seconds, 0.05, 3_600);
    if (!Plenty.ALGORITHMS.contains(algorithm)) {
      throw bad("--algorithm " + algorithm + ": one of " + String.join(", ", Plenty.ALGORITHMS));
    }
    if (authorities != null && !Files.isReadable(authorities)) {
      throw bad("--tls-authorities " + authorities + ": can't be read");
    }
    OutputFile.require(commandLine(), "--json", json);
    OutputFile.require(commandLine(), "--html", html);
    long needed = BYTES_BESIDES + loadedKeys() * BYTES_PER_KEY;
    long given = Runtime.getRuntime().maxMemory();
    if (needed > given) {
      throw new IllegalStateException(
          String.format(
              Locale.ROOT,
              "%d keys need about %d MiB of heap, there are %d: set JAVA_TOOL_OPTIONS=-Xmx%dm or"
                  + " take fewer --measured-keys",
              loadedKeys(),
              needed >> 20,
              given >> 20,
              (needed >> 20) + 1));
    }
  }

  private void within(String name, double value, double least, double most) {
    WantedOptions.within(commandLine(), name, value, least, most);
  }

  private RedisURI uri() {
    String text = redis;
    try {
      if (text != null && (text.startsWith("redis://") || text.startsWith("rediss://"))) {
        return RedisURI.create(text);
      }
    } catch (IllegalArgumentException e) {
      // Told below, without the text itself, which may hold a password.
    }
    throw bad("--redis: not a URI such as redis://localhost:6379");
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
