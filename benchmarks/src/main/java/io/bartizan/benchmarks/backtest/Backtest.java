package io.bartizan.benchmarks.backtest;

import io.bartizan.benchmarks.Json;
import io.bartizan.benchmarks.OneSentence;
import io.bartizan.benchmarks.OutputFile;
import io.bartizan.benchmarks.ReportPage;
import io.bartizan.ratelimit.Limits;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command that replays access logs through limits, to choose limits by what they would do. */
@Command(
    name = "backtest",
    description =
        "Replays an access log through the library's own limiters, with the log's time: who would"
            + " have been refused, when and by which limit; what each algorithm would have done;"
            + " and the smallest limits that would have spared a share of callers or requests. A"
            + " log is read once, in bounded memory; gzip and zstd are unpacked. Lines that can't"
            + " be used are counted and left out.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "2:an argument is wrong",
      "3:a log can't be read, or no line of it can be replayed"
    },
    footer = {
      "",
      "Example:",
      "  ./benchmarks/backtest --log access.log.gz --key address \\",
      "    --limits \"burst: 100 burst, 50/s; hourly: 1000/h sliding\" \\",
      "    --html backtest.html"
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
public final class Backtest implements Callable<Integer> {
  private static final long BYTES_PER_CALLER = 650;
  private static final long BYTES_BESIDES = 192L << 20;
  private static final int SPOOL_MEBIBYTES = 32;

  @Option(
      names = "--log",
      paramLabel = "FILE",
      required = true,
      description = "a log, or - for standard input; several, in the order of their times")
  private List<String> logs = List.of();

  @Option(
      names = "--limits",
      paramLabel = "TEXT",
      required = true,
      description = "limits as Limits.parse reads them; names may be left out")
  private String limitsText = "";

  @Option(
      names = "--key",
      paramLabel = "KEY",
      defaultValue = "address",
      description = "who is limited: address, user or field:NAME (default: address)")
  private String keyText = "";

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      defaultValue = "auto",
      description = "auto, common, combined, json (lines) or csv (default: auto)")
  private String format = "";

  @Option(
      names = "--time-field",
      paramLabel = "NAME",
      defaultValue = "time,timestamp,@timestamp,ts,time_iso8601,time_local,msec",
      split = ",",
      description = "where JSON and CSV have the time (default: ${DEFAULT-VALUE})")
  private List<String> timeFields = List.of();

  @Option(
      names = "--unsorted",
      paramLabel = "SPAN",
      defaultValue = "1m",
      description = "how much earlier than one before it a line may be, such as 90s (default: 1m)")
  private String unsortedText = "";

  @Option(
      names = "--gap",
      paramLabel = "SPAN",
      defaultValue = "1d",
      description =
          "times further than this from all others are left out, unless 16 lines have them"
              + " (default: 1d)")
  private String gapText = "";

  @Option(
      names = "--max-line",
      paramLabel = "BYTES",
      defaultValue = "65536",
      description = "longer lines are left out (default: 65536)")
  private int maxLine;

  @Option(
      names = "--max-callers",
      paramLabel = "N",
      defaultValue = "1000000",
      description = "callers beyond the first N are left out; 650 bytes each (default: 1000000)")
  private int maxCallers;

  @Option(
      names = "--spare",
      paramLabel = "SHARE",
      defaultValue = "callers=0.99",
      description =
          "what the smallest limits must not refuse: callers=SHARE, requests=SHARE, or none"
              + " (default: callers=0.99)")
  private String spareText = "";

  @Option(
      names = "--top",
      paramLabel = "N",
      defaultValue = "20",
      description = "how many of the callers refused most are shown (default: 20)")
  private int top;

  @Option(names = "--json", paramLabel = "FILE", description = "writes the findings as JSON")
  private @Nullable Path json;

  @Option(
      names = "--html",
      paramLabel = "FILE",
      description = "writes one page with charts that needs nothing else")
  private @Nullable Path html;

  @Option(names = "--quiet", description = "no progress on standard error")
  private boolean quiet;

  @Spec private @Nullable CommandSpec spec;

  /** Made by the command line. */
  public Backtest() {}

  /**
   * Runs it and exits: 0 if done, 2 for bad arguments, 3 if nothing could be replayed.
   *
   * @param arguments see {@code --help}
   */
  public static void main(String[] arguments) {
    System.exit(OneSentence.command(new Backtest()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException {
    Limits limits = argument("--limits", limitsText, Backtest::limits);
    CallerKey key = argument("--key", keyText, CallerKey::parse);
    Spare spare = spareText.equals("none") ? null : argument("--spare", spareText, Spare::parse);
    LogReader.Options options = options(key);
    OutputFile.require(commandLine(), "--json", json);
    OutputFile.require(commandLine(), "--html", html);
    checkHeap();
    CommandLine line = commandLine();
    Progress progress = new Progress(line.getErr(), quiet);
    long started = System.nanoTime();
    try (Spool spool = new Spool(SPOOL_MEBIBYTES)) {
      LogReader reader = new LogReader(options, spool, progress);
      for (String log : logs) {
        read(log, reader);
      }
      reader.end();
      if (spool.size() == 0) {
        throw new IllegalStateException(nothing(reader));
      }
      Findings found = Findings.of(reader, limits, spare, progress, started);
      new FindingsText(line.getOut(), found).print(key, top);
      write(FindingsJson.of(found, key, command(), top));
    }
    return 0;
  }

  private void read(String log, LogReader reader) throws IOException {
    try (InputStream in = log.equals("-") ? System.in : Files.newInputStream(Path.of(log))) {
      reader.read(in);
    } catch (SpoolException e) {
      throw e;
    } catch (IOException | IllegalArgumentException e) {
      throw new IllegalStateException("--log " + log + " can't be read", e);
    }
  }

  private static String nothing(LogReader reader) {
    Faults faults = reader.faults();
    StringBuilder told = new StringBuilder("none of " + reader.lines() + " lines can be replayed");
    for (Fault fault : Fault.values()) {
      if (faults.count(fault) > 0) {
        told.append("; ").append(faults.count(fault)).append(": ").append(fault.words());
      }
    }
    return told.toString();
  }

  private void write(Map<String, Object> report) throws IOException {
    if (json != null) {
      Files.writeString(json, Json.of(report));
    }
    if (html != null) {
      Files.writeString(html, ReportPage.of("backtest", report));
    }
  }

  private LogReader.Options options(CallerKey key) {
    if (!List.of("auto", "common", "combined", "json", "csv").contains(format)) {
      throw bad("--format " + format + ": auto, common, combined, json and csv are accepted");
    }
    within("--max-line", maxLine, 256, 1 << 24);
    within("--max-callers", maxCallers, 1, 100_000_000);
    within("--top", top, 0, 10_000);
    return new LogReader.Options(
        format,
        key,
        timeFields,
        argument("--unsorted", unsortedText, Backtest::span),
        argument("--gap", gapText, Backtest::span),
        maxLine,
        maxCallers);
  }

  /** Limits, of which those without a name are numbered if there are several. */
  static Limits limits(String text) {
    String[] items = text.replaceAll("(?<=\\d) per (?=\\w)", "/").split(";", -1);
    if (items.length == 1) {
      return Limits.parse(items[0].trim());
    }
    List<String> named = new ArrayList<>();
    for (String item : items) {
      boolean hasName = item.lastIndexOf(':', Math.max(item.indexOf('/'), 0)) >= 0;
      named.add(hasName ? item.trim() : "limit-" + (named.size() + 1) + ": " + item.trim());
    }
    return Limits.parse(String.join("; ", named));
  }

  /** A span such as {@code 0.5s}, {@code 90s}, {@code 1m}, {@code 2h} or {@code 1d}. */
  static Duration span(String text) {
    try {
      Duration span = text.endsWith("d") ? Duration.parse("P" + text) : Duration.parse("PT" + text);
      if (!span.isNegative() && span.compareTo(Duration.ofDays(3_650)) <= 0) {
        return span;
      }
    } catch (DateTimeException e) {
      // Told below.
    }
    throw new IllegalArgumentException("spans such as 0s, 90s, 1m, 2h and 1d are accepted");
  }

  private <T> T argument(String name, String text, Function<String, T> parser) {
    try {
      return parser.apply(text);
    } catch (IllegalArgumentException e) {
      throw bad(name + " " + text + ": " + e.getMessage());
    }
  }

  private void within(String name, long value, long least, long most) {
    if (value < least || value > most) {
      throw bad(name + " " + value + ": from " + least + " to " + most + " is accepted");
    }
  }

  private void checkHeap() {
    long needed = BYTES_BESIDES + maxCallers * BYTES_PER_CALLER;
    long given = Runtime.getRuntime().maxMemory();
    if (needed > given) {
      throw new IllegalStateException(
          String.format(
              Locale.ROOT,
              "%d callers need up to %d MiB of heap, there are %d: set"
                  + " JAVA_TOOL_OPTIONS=-Xmx%dm or give a smaller --max-callers",
              maxCallers,
              needed >> 20,
              given >> 20,
              (needed >> 20) + 1));
    }
  }

  private String command() {
    return "./benchmarks/backtest "
        + commandLine().getParseResult().originalArgs().stream()
            .map(word -> word.matches("[A-Za-z0-9_./:=,@+-]+") ? word : '"' + word + '"')
            .collect(Collectors.joining(" "));
  }

  private ParameterException bad(String message) {
    return new ParameterException(commandLine(), message);
  }

  private CommandLine commandLine() {
    CommandSpec known = spec;
    if (known == null) {
      throw new IllegalStateException("not started by a command line");
    }
    return known.commandLine();
  }
}
