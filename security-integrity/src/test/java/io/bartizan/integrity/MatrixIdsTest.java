package io.bartizan.integrity;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The matrix of attacks on Sigstore, TUF and Notation, and the list of faults of artifacts: each id
 * is the name of a test. Docker Content Trust (X) is not built.
 */
class MatrixIdsTest {

  private static final Pattern TEST = Pattern.compile("void ((?:[A-Z]{1,2}\\d\\d_)+)");

  /** The last number of each letter, by the folders whose tests have it. */
  private static final Map<List<String>, Map<String, Integer>> MATRIX =
      Map.of(
          List.of("attest/sigstore", "attest/policy"),
          Map.of(
              "T", 13, "B", 14, "F", 15, "I", 12, "S", 9, "R", 18, "M", 18, "V", 7, "P", 16, "D",
              18),
          List.of("tuf"),
          Map.of("U", 16),
          List.of("attest/notation"),
          Map.of("N", 18),
          List.of(""),
          Map.of("AR", 20));

  private static Set<String> names(Path folder) throws IOException {
    Set<String> names = new TreeSet<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(each -> each.toString().endsWith(".java")).toList()) {
        Matcher test = TEST.matcher(Files.readString(file));
        while (test.find()) {
          names.addAll(List.of(test.group(1).split("_", -1)));
        }
      }
    }
    return names;
  }

  @Test
  void everyId_isTheNameOfATest() throws Exception {
    Path tests = Path.of("src/test/java/io/bartizan/integrity");
    List<String> missing = new ArrayList<>();
    for (var part : MATRIX.entrySet()) {
      Set<String> names = new TreeSet<>();
      for (String folder : part.getKey()) {
        names.addAll(names(tests.resolve(folder)));
      }
      part.getValue()
          .forEach(
              (letter, last) -> {
                for (int i = 1; i <= last; i++) {
                  String id = "%s%02d".formatted(letter, i);
                  if (!names.contains(id)) {
                    missing.add(id);
                  }
                }
              });
    }
    assertThat(missing).isEmpty();
  }
}
