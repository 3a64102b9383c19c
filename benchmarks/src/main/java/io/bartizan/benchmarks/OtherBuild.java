package io.bartizan.benchmarks;

import com.nimbusds.jose.util.JSONArrayUtils;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * A side whose benchmark is that of another build: that build's own JMH runs it, in a JVM with that
 * build's class path and nothing of this one's. Its {@link Turnstile} waits for our contest as ours
 * do; what it measured is read from JMH's JSON.
 */
final class OtherBuild implements AutoCloseable {
  private final Side side;
  private final Measure measure;
  private final String classPath;
  private final Path log;
  private volatile @Nullable Process process;

  OtherBuild(Side side, Measure measure, String classPath, Path log) {
    this.side = side;
    this.measure = measure;
    this.classPath = classPath;
    this.log = log;
  }

  /** Returns the rounds that count, in order; none if JMH found nothing to run. */
  List<Score> run(int warmth, Budget budget, int port) throws IOException {
    Path results = log.resolveSibling(log.getFileName() + ".json");
    Files.deleteIfExists(results);
    Process started =
        new ProcessBuilder(command(warmth, budget, port, results))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    process = started;
    try {
      if (started.waitFor() != 0 || !Files.exists(results)) {
        throw new IOException("JMH of the build " + side.version() + " failed, see " + log);
      }
      return scores(Files.readString(results));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while " + side.name() + " ran");
    } finally {
      started.destroy();
    }
  }

  @Override
  public void close() {
    Process started = process;
    if (started != null) {
      started.destroy();
    }
  }

  private List<String> command(int warmth, Budget budget, int port, Path results) {
    Path home = budget.javaHome();
    List<String> command = new ArrayList<>();
    command.add(
        (home == null ? Path.of(System.getProperty("java.home")) : home)
            .resolve("bin")
            .resolve("java")
            .toString());
    command.addAll(List.of("-Djmh.ignoreLock=true", "-cp", classPath, "org.openjdk.jmh.Main"));
    command.add(side.include());
    command.addAll(List.of("-bm", measure.mode().shortLabel(), "-tu", "ns", "-foe", "true"));
    command.addAll(List.of("-t", Integer.toString(side.threads()), "-f", "1"));
    command.addAll(List.of("-wi", Integer.toString(budget.warmUps() * warmth)));
    command.addAll(List.of("-w", budget.warmUp().toMillis() + "ms"));
    command.addAll(List.of("-i", Integer.toString(budget.rounds())));
    command.addAll(List.of("-r", budget.round().toMillis() + "ms"));
    command.addAll(List.of("-prof", "gc", "-prof", Turnstile.class.getName() + ":" + port));
    if (measure.isOfProcessor()) {
      command.addAll(List.of("-prof", ProcessorTime.class.getName()));
    }
    command.addAll(List.of("-jvmArgsAppend", String.join(" ", Contender.JVM_ARGUMENTS)));
    side.parameters().forEach((name, value) -> command.addAll(List.of("-p", name + "=" + value)));
    command.addAll(List.of("-rf", "json", "-rff", results.toString()));
    return command;
  }

  private List<Score> scores(String json) throws IOException {
    List<Score> scores = new ArrayList<>();
    try {
      for (Object result : JSONArrayUtils.parse(json)) {
        scores.addAll(scores(object(result)));
      }
    } catch (ParseException | ClassCastException | NullPointerException e) {
      throw new IOException(
          "JMH of the build " + side.version() + " wrote something else than results", e);
    }
    return scores;
  }

  private List<Score> scores(Map<?, ?> result) {
    Map<?, ?> primary = object(result.get("primaryMetric"));
    Map<?, ?> secondary = object(result.get("secondaryMetrics"));
    Object allocated = secondary.get("gc.alloc.rate.norm");
    List<Score> scores = new ArrayList<>();
    List<?> sampled = measure.isSampled() ? fork(primary, "rawDataHistogram") : List.of();
    List<?> plain = measure.isSampled() ? sampled : fork(primary, "rawData");
    for (int i = 0; i < plain.size(); i++) {
      ToDoubleFunction<String> counter = counter(secondary, i);
      double bytes = allocated == null ? Double.NaN : counter.applyAsDouble("gc.alloc.rate.norm");
      double p99 = measure.isSampled() ? Histogram.of(sampled.get(i)).quantile(0.99) : Double.NaN;
      double score =
          measure.isSampled() ? Histogram.of(sampled.get(i)).mean() : number(plain.get(i));
      scores.add(measure.score(score, p99, bytes, side.threads(), counter));
    }
    return scores;
  }

  private static ToDoubleFunction<String> counter(Map<?, ?> secondary, int round) {
    return name -> {
      Object metric = secondary.get(name);
      return metric == null ? Double.NaN : number(fork(object(metric), "rawData").get(round));
    };
  }

  /** The rounds of the only fork. */
  private static List<?> fork(Map<?, ?> metric, String data) {
    List<?> forks = (List<?>) Objects.requireNonNull(metric.get(data), data);
    return (List<?>) forks.get(0);
  }

  private static Map<?, ?> object(@Nullable Object json) {
    return (Map<?, ?>) Objects.requireNonNull(json, "a member of JMH's result");
  }

  private static double number(Object json) {
    return json instanceof Number number ? number.doubleValue() : Double.NaN;
  }

  /** How often which value was seen, by value. */
  @SuppressWarnings("ArrayRecordComponent") // read once, in this class alone
  private record Histogram(double[] values, long[] counts) {

    static Histogram of(Object pairs) {
      List<?> seen = (List<?>) pairs;
      double[] values = new double[seen.size()];
      long[] counts = new long[seen.size()];
      for (int i = 0; i < values.length; i++) {
        List<?> pair = (List<?>) seen.get(i);
        values[i] = number(pair.get(0));
        counts[i] = (long) number(pair.get(1));
      }
      return new Histogram(values, counts);
    }

    double mean() {
      double sum = 0;
      for (int i = 0; i < values.length; i++) {
        sum += values[i] * counts[i];
      }
      return sum / total();
    }

    double quantile(double q) {
      double wanted = q * total();
      long seen = 0;
      for (int i = 0; i < values.length; i++) {
        seen += counts[i];
        if (seen >= wanted) {
          return values[i];
        }
      }
      return Double.NaN;
    }

    private long total() {
      long total = 0;
      for (long count : counts) {
        total += count;
      }
      return total;
    }
  }
}
