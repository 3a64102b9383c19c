package io.bartizan.spring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import io.bartizan.tests.ShortJvm;
import java.io.File;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;
import org.springframework.boot.SpringBootVersion;

/** Tests of this module in a JVM whose class path has other jars of Spring. */
final class OtherClassPath {

  private OtherClassPath() {}

  /**
   * Runs them and waits.
   *
   * @param isKept which entries of this JVM's class path stay
   * @param more what stands before them
   * @param tests classes by their names, or {@code Class#method}
   * @return all that was printed; the last line is the version and the counts
   */
  static String run(Predicate<String> isKept, List<String> more, String... tests) throws Exception {
    List<String> path = new ArrayList<>(more);
    Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .filter(isKept)
        .forEach(path::add);
    List<String> command = ShortJvm.command("-Xmx512m");
    command.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn");
    command.add("-Dbartizan.root=" + System.getProperty("bartizan.root", ".."));
    command.addAll(List.of("-cp", String.join(File.pathSeparator, path)));
    command.add(OtherClassPath.class.getName());
    command.addAll(List.of(tests));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      return new String(process.getInputStream().readAllBytes(), UTF_8).trim();
    } finally {
      process.destroyForcibly();
    }
  }

  /** Runs the tests that the arguments name. */
  public static void main(String[] tests) {
    List<DiscoverySelector> selected = new ArrayList<>();
    for (String each : tests) {
      String name = OtherClassPath.class.getPackageName() + "." + each;
      selected.add(each.contains("#") ? selectMethod(name) : selectClass(name));
    }
    SummaryGeneratingListener listener = new SummaryGeneratingListener();
    LauncherFactory.create()
        .execute(LauncherDiscoveryRequestBuilder.request().selectors(selected).build(), listener);
    TestExecutionSummary summary = listener.getSummary();
    summary.printFailuresTo(new PrintWriter(System.out, true, UTF_8), 20);
    System.out.printf(
        "%nSpring Boot %s: %d passed, %d failed, %d skipped%n",
        SpringBootVersion.getVersion(),
        summary.getTestsSucceededCount(),
        summary.getTotalFailureCount(),
        summary.getTestsSkippedCount() + summary.getTestsAbortedCount());
    System.exit(0); // whatever threads an application that failed has left
  }
}
