package io.bartizan.integrity.keys;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Who has RSA keys tried for their factors, which costs up to 0.3 s each: nobody may whose keys
 * come with what is being verified (certificates of a chain or token, keys of a bundle, of an
 * envelope, of a proof or of a root that is not verified yet).
 */
class LastingDoorsTest {

  private static final Path SOURCES = Path.of("src/main/java/io/bartizan/integrity");
  private static final Pattern TRIAL =
      Pattern.compile("(?<!\\* )\\b(?:KeyGate\\.(?:lasting|pinned)|JwkReader\\.readLasting)\\(");
  private static final Pattern PINNING = Pattern.compile("\\bPinnedKey\\.(?:of|parse|valueOf)\\(");

  private static Map<String, Long> callers(Pattern wanted) throws IOException {
    try (Stream<Path> files = Files.walk(SOURCES)) {
      Map<String, Long> found = new TreeMap<>();
      for (Path file : files.filter(each -> each.toString().endsWith(".java")).toList()) {
        long calls = wanted.matcher(code(file)).results().count();
        if (calls > 0) {
          found.put(SOURCES.relativize(file).toString().replace('\\', '/'), calls);
        }
      }
      return found;
    }
  }

  private static String code(Path file) {
    try {
      return Files.readAllLines(file).stream()
          .filter(line -> !line.strip().startsWith("*"))
          .collect(Collectors.joining("\n"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void keysAreTried_whereTheCallerGaveThemOrTheirNumberIsBounded() throws IOException {
    assertThat(callers(TRIAL))
        .isEqualTo(
            Map.of(
                "artifact/PinnedKey.java", 2L, // the caller's; TUF hands over judged ones
                "attest/sigstore/KeyPolicy.java", 2L, // the caller's
                "jwt/JwtKeys.java", 3L, // the caller's
                "jwt/SigningKey.java", 2L, // the caller's
                "jwt/JwkReader.java", 1L, // for JwtKeys and PublishedKeys
                "jwt/PublishedKeys.java", 1L, // at most 32 of a set
                "tuf/KeyTrials.java", 1L)); // after its signature was right, at most 32
  }

  @Test
  void keysArePinned_byNobodyInHereButTuf() throws IOException {
    assertThat(callers(PINNING)).isEqualTo(Map.of("tuf/TufKey.java", 1L));
  }
}
