package io.bartizan.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.CommandLineOptions;

/** The benchmarks behind the rows, run as the documentation says: by JMH's own command line. */
@Tag("deep")
class JmhCommandTest {
  private static final Pattern COMMAND =
      Pattern.compile("java -jar \\S+benchmarks\\.jar ([^`\n]+)");
  private static final String SHORT = " -f 0 -wi 0 -i 1 -r 1ms -foe true";

  @TempDir Path folder;

  @Test
  void documentedCommands_start_andReportAllocationBesideTime() throws Exception {
    List<String> commands = new ArrayList<>();
    Matcher found = COMMAND.matcher(Files.readString(Path.of("../docs/scorecard.md")));
    while (found.find()) {
      commands.add(found.group(1).strip());
    }
    assertThat(commands).hasSizeGreaterThan(2);
    for (String command : commands) {
      Collection<RunResult> results = run(command);
      assertThat(results).as(command).isNotEmpty();
      assertThat(results)
          .as(command)
          .allSatisfy(
              result ->
                  assertThat(result.getSecondaryResults().keySet())
                      .anyMatch(name -> name.contains("gc.alloc.rate")));
    }
  }

  @Test
  void jwtBenchmarks_everyCombinationOfTheirParameters_runs() throws Exception {
    // Ours 4 algorithms, twice; Nimbus 3 with 2 providers; jose4j 4.
    assertThat(run("benchmarks.Jwt(Peer)?Benchmark")).hasSize(2 * 4 + 3 * 2 + 4);
  }

  @Test
  void limiterBenchmarks_everyCombinationOfTheirParameters_runs() throws Exception {
    assertThat(run("LocalLimiterBenchmark")).hasSize(4 * 2);
    assertThat(run("KeyedLimiterBenchmark -p keyCount=1000")).hasSize(4 * 2 + 2);
  }

  private Collection<RunResult> run(String command) throws Exception {
    System.setProperty("jmh.ignoreLock", "true");
    String all = command + SHORT + " -o " + folder.resolve("jmh.log");
    return new Runner(new CommandLineOptions(all.split(" +"))).run();
  }
}
