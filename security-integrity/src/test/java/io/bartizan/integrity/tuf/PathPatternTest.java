package io.bartizan.integrity.tuf;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.tests.SeededCases;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Patterns of delegated paths against another reading of the same rules, which tries everything.
 */
class PathPatternTest {

  /** One character of a path each; null for a star. */
  private static List<IntPredicate> parts(String pattern) {
    List<IntPredicate> parts = new ArrayList<>();
    for (int i = 0; i < pattern.length(); i++) {
      char c = pattern.charAt(i);
      int end = c == '[' ? end(pattern, i) : -1;
      if (end > 0) {
        boolean negated = pattern.charAt(i + 1) == '!';
        String set = pattern.substring(negated ? i + 2 : i + 1, end);
        parts.add(one -> one != '/' && isAmong(set, one) != negated);
        i = end;
      } else {
        parts.add(
            switch (c) {
              case '*' -> null;
              case '?' -> one -> one != '/';
              default -> one -> one == c;
            });
      }
    }
    return parts;
  }

  private static int end(String pattern, int open) {
    int first = pattern.startsWith("!", open + 1) ? open + 2 : open + 1;
    for (int i = first + 1; i < pattern.length(); i++) {
      if (pattern.charAt(i) == ']') {
        return i;
      }
    }
    return -1;
  }

  private static boolean isAmong(String set, int one) {
    if (set.isEmpty()) {
      return false;
    }
    if (set.length() > 2 && set.charAt(1) == '-') {
      boolean within = set.charAt(0) <= one && one <= set.charAt(2);
      return within || isAmong(set.substring(3), one);
    }
    return set.charAt(0) == one || isAmong(set.substring(1), one);
  }

  private static boolean matches(List<IntPredicate> parts, int at, String path, int from) {
    if (at == parts.size()) {
      return from == path.length();
    }
    IntPredicate part = parts.get(at);
    boolean more = from < path.length();
    if (part == null) {
      return matches(parts, at + 1, path, from)
          || (more && path.charAt(from) != '/' && matches(parts, at, path, from + 1));
    }
    return more && part.test(path.charAt(from)) && matches(parts, at + 1, path, from + 1);
  }

  private static String text(SplittableRandom random, String alphabet, int longest) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(longest + 1); i > 0; i--) {
      text.append(alphabet.charAt(random.nextInt(alphabet.length())));
    }
    return text.toString();
  }

  private static void check(String patterns, String paths) {
    int[] found = new int[2];
    SeededCases.check(
        6000,
        random -> {
          String pattern = text(random, patterns, 9);
          List<IntPredicate> parts = parts(pattern);
          for (int i = 0; i < 5; i++) {
            String path = text(random, paths, 6);
            boolean expected = matches(parts, 0, path, 0);
            assertThat(PathPattern.matches(pattern, path))
                .as("%s of %s", pattern, path)
                .isEqualTo(expected);
            found[expected ? 1 : 0]++;
          }
        });
    assertThat(found[0]).isGreaterThan(500);
    assertThat(found[1]).isGreaterThan(500);
  }

  @Test
  void pattern_of_stars_and_marks_matches_what_trying_everything_finds() {
    check("ab/**?", "ab/");
  }

  @Test
  void pattern_of_sets_matches_what_trying_everything_finds() {
    check("[[]]!-ac*", "abc-]!/[");
  }

  @ParameterizedTest
  @CsvSource({
    "'', '', true",
    "'', a, false",
    "*, '', true",
    "**, '', true",
    "?, '', false",
    "a*, '', false",
    "*/*, /, true",
    "*/*/, a/b/, true",
    "a/*, b/x, false",
    "[a-c]x, ax, true",
    "[a-c]x, cx, true",
    "[a-c]x, `x, false",
    "[a-], -, true",
    "[a-], b, false",
    "[--a], -, true",
    "[!]], ], false",
    "[!]], x, true",
    "[], [], true",
    "[!], [!], true",
    "[/], /, false",
    "[.-0], /, false",
    "[, [, true",
    "a[, a[, true"
  })
  void edge_of_the_rules_is_as_worked_out_by_hand(String pattern, String path, boolean matches) {
    assertThat(PathPattern.matches(pattern, path)).isEqualTo(matches);
    assertThat(matches(parts(pattern), 0, path, 0)).isEqualTo(matches);
  }

  /** A hostile pattern costs its length times that of the path. */
  @Test
  void many_stars_take_no_exponential_time() {
    String pattern = "*a".repeat(200) + "b";
    assertThat(PathPattern.matches(pattern, "a".repeat(2000))).isFalse();
    assertThat(PathPattern.matches(pattern, "a".repeat(2000) + "b")).isTrue();
  }
}
