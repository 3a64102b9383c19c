package io.bartizan.benchmarks;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command that measures every row of the scorecard, or the rows named, and judges them. */
@Command(
    name = "scorecard",
    description = "Measures Bartizan beside its peers in the same run and judges each row.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
public final class Scorecard implements Callable<Integer> {
  @Option(
      names = {"--row", "--rows"},
      paramLabel = "NAME",
      split = ",",
      description = "only this row, or these: NAME,NAME; NAME* for all that begin so; repeatable")
  private List<String> names = new ArrayList<>();

  @Option(
      names = "--against",
      paramLabel = "JAR",
      description =
          "an older build's benchmarks.jar with its lib folder: both builds in turns, no peers")
  private @Nullable Path against;

  @Option(names = "--quick", description = "a look at all rows within eight minutes")
  private boolean quick;

  @Option(names = "--json", paramLabel = "FILE", description = "write the results there")
  private @Nullable Path json;

  @Option(
      names = "--beside",
      paramLabel = "JAVA_HOME",
      description = "run each row on this JDK too and print its ratio; never judged")
  private @Nullable Path beside;

  @Option(names = "--markdown", description = "print the table as Markdown")
  private boolean markdown;

  @Option(names = "--list", description = "print the names of the rows and measure nothing")
  private boolean list;

  @Spec private @Nullable CommandSpec spec;

  private final List<Row> catalogue;
  private final @Nullable Budget fixed;

  /** Made by the command line. */
  public Scorecard() {
    this(Catalogue.rows(), null);
  }

  /** A hook for tests: other rows, another budget. */
  Scorecard(List<Row> catalogue, @Nullable Budget fixed) {
    this.catalogue = List.copyOf(catalogue);
    this.fixed = fixed;
  }

  /**
   * Runs the scorecard and exits: 0 if every row was met, 1 if one was not, or is slower or
   * allocates more than in the older build, 2 for bad arguments, 3 if a row could not be run.
   *
   * @param arguments see {@code --help}
   */
  public static void main(String[] arguments) {
    System.exit(OneSentence.command(new Scorecard()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException {
    List<Row> chosen = chosen();
    Path file = writableJson();
    PrintWriter out = commandLine().getOut();
    if (list) {
      chosen.forEach(row -> out.println(row.name() + "\t" + row.what()));
      return 0;
    }
    Budget budget = fixed != null ? fixed : quick ? Budget.quick() : Budget.full();
    if (against != null) {
      return compared(chosen, against, budget, file);
    }
    out.println(markdown ? Report.markdownHead() : Report.head());
    out.flush();
    Map<String, Report.Line> lines = new HashMap<>();
    List<String> failures =
        looked(
            Contest.of(chosen, Placed::together, budget, logs()),
            budget,
            contest -> {
              Report.Line line = new Report.Line(contest.outcome(), onOtherJdk(contest, budget));
              lines.put(contest.row().name(), line);
              out.println(markdown ? Report.markdown(line) : Report.line(line));
            });
    if (file != null) {
      Files.writeString(file, Report.json(inOrder(chosen, lines)));
    }
    boolean met = lines.values().stream().allMatch(line -> line.outcome().verdict() == Verdict.MET);
    return status(failures, met);
  }

  private int compared(List<Row> chosen, Path older, Budget budget, @Nullable Path file)
      throws IOException {
    PrintWriter out = commandLine().getOut();
    String own = System.getProperty("java.class.path");
    out.println(Change.head(markdown));
    out.flush();
    List<Row> pairs = Change.pairs(chosen, older.toAbsolutePath().toString(), own);
    Map<String, Change> changes = new HashMap<>();
    List<String> failures =
        looked(
            Contest.of(pairs, Placed::apart, budget, logs()),
            budget,
            contest -> {
              Change change = new Change(contest.outcome());
              changes.put(contest.row().name(), change);
              out.println(change.line(markdown));
            });
    if (file != null) {
      Files.writeString(file, Change.json(inOrder(pairs, changes)));
    }
    return status(failures, changes.values().stream().noneMatch(Change::isWorse));
  }

  /** Returns what could not be run. */
  private List<String> looked(List<Contest> contests, Budget budget, Consumer<Contest> told) {
    PrintWriter out = commandLine().getOut();
    List<String> failures = new ArrayList<>();
    new TwoLooks<Contest>(budget.whole(), budget.longest(), System::nanoTime)
        .at(
            contests,
            contest -> {
              told.accept(contest);
              out.flush();
            },
            (contest, failure) ->
                failures.add(
                    contest.row().name() + " could not be run: " + OneSentence.of(failure)));
    return failures;
  }

  private static <T> List<T> inOrder(List<Row> rows, Map<String, T> results) {
    return rows.stream().map(row -> results.get(row.name())).filter(Objects::nonNull).toList();
  }

  private int status(List<String> failures, boolean met) {
    failures.forEach(failure -> commandLine().getErr().println("scorecard: " + failure));
    if (!failures.isEmpty()) {
      return 3;
    }
    return met ? 0 : 1;
  }

  private @Nullable Outcome onOtherJdk(Contest contest, Budget budget) {
    if (beside == null) {
      return null;
    }
    try {
      Contest other = new Contest(contest.row(), Placed::together, budget.on(beside), logs());
      other.look();
      return other.outcome();
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }

  private static Path logs() {
    return Path.of(System.getProperty("scorecard.logs", "benchmarks/target/logs"));
  }

  private List<Row> chosen() {
    if (names.isEmpty()) {
      return catalogue;
    }
    List<Row> rows = new ArrayList<>();
    for (String name : names) {
      String start = name.endsWith("*") ? name.substring(0, name.length() - 1) : null;
      List<Row> named =
          catalogue.stream()
              .filter(row -> start == null ? row.name().equals(name) : row.name().startsWith(start))
              .toList();
      if (named.isEmpty()) {
        throw bad("--row " + name + ": no such row, --list prints them");
      }
      rows.addAll(named);
    }
    return rows;
  }

  /** Fails before the measuring, not after it. */
  private @Nullable Path writableJson() {
    if (beside != null && !Files.isExecutable(beside.resolve("bin").resolve("java"))) {
      throw bad("--beside " + beside + ": no bin/java in there");
    }
    if (against != null && beside != null) {
      throw bad("--against and --beside: one of them at a time");
    }
    if (against != null && !Files.isReadable(against)) {
      throw bad("--against " + against + ": can't be read");
    }
    OutputFile.require(commandLine(), "--json", json);
    return json;
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
