package io.bartizan.ratelimit.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.testkit.RedisCluster;
import io.bartizan.testkit.RedisServer;
import io.bartizan.tests.OptionalTool;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The module beside the oldest of its optional libraries and beside some between, in JVMs of their
 * own: the folder that {@code BARTIZAN_LIBRARIES} names holds their jars ({@code .ci/libraries}).
 * The newest are those that every other test has.
 */
@Tag("deep")
class LibrariesIT {

  /** What the other jars stand in the place of. */
  private static final Pattern REPLACED =
      Pattern.compile(
          "(lettuce|netty|reactor|reactive-streams|bucket4j|micrometer|slf4j"
              + "|redis-authx|HdrHistogram|LatencyUtils)[^/]*\\.jar$");

  private static final Map<String, String> SETS =
      Map.of(
          "oldest", "Lettuce 6.2.7, Micrometer 1.9.0, Bucket4j 8.12.0, slf4j 1.7.36",
          "between", "Lettuce 6.8.2, Micrometer 1.14.0, Bucket4j 8.14.0, slf4j 2.0.9");

  @ParameterizedTest
  @ValueSource(strings = {"oldest", "between"})
  void US10_older_libraries_do_all_that_the_newest_do(String set) throws Exception {
    Path jars = OptionalTool.libraries(set);
    try (RedisServer redis = RedisServer.start();
        RedisCluster cluster = RedisCluster.start()) {
      assertThat(run(jars, LibrariesProcess.class, redis.uri(), cluster.uri()))
          .endsWith(SETS.get(set) + ": works");
    }
  }

  @Test
  void versions_that_the_page_names_are_those_that_are_tested() throws Exception {
    Map<String, Set<String>> tested = new TreeMap<>();
    List<String> all = new ArrayList<>(SETS.values());
    all.add(LibrariesProcess.versions());
    for (String versions : all) {
      for (String each : versions.split(", ", -1)) {
        String[] words = each.split(" ", -1);
        tested.computeIfAbsent(words[0], name -> new TreeSet<>()).add(words[1]);
      }
    }
    assertThat(tested).hasSize(4);
    tested.forEach(
        (product, versions) ->
            assertThat(TestedVersions.of(product)).as(product).isEqualTo(versions));
  }

  @Test
  void US10_older_bucket4j_is_refused_with_a_sentence_when_the_limiter_is_made() throws Exception {
    Path jars = OptionalTool.libraries("too-old");
    try (RedisServer redis = RedisServer.start()) {
      assertThat(run(jars, OldGridProcess.class, redis.uri()))
          .endsWith(
              "IllegalStateException: Bucket4j is older than 8.12.0 of bucket4j_jdk17-core, which"
                  + " is the oldest that is supported");
    }
  }

  /** What the program prints, error and all. */
  private static String run(Path jars, Class<?> program, String... arguments) throws Exception {
    List<String> command =
        Stream.concat(
                Stream.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx256m",
                    "-cp",
                    classPath(jars),
                    program.getName()),
                Stream.of(arguments))
            .toList();
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      return new String(process.getInputStream().readAllBytes(), UTF_8).trim();
    } finally {
      process.destroyForcibly();
    }
  }

  private static String classPath(Path jars) throws IOException {
    Stream<String> own =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
            .filter(entry -> !REPLACED.matcher(entry).find());
    try (Stream<Path> others = Files.list(jars)) {
      return Stream.concat(own, others.map(Path::toString))
          .collect(Collectors.joining(File.pathSeparator));
    }
  }
}
