package io.bartizan.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.integrity.jwt.JwtRequest;
import io.bartizan.integrity.jwt.JwtVerifier;
import io.bartizan.integrity.jwt.RemoteJwks;
import io.bartizan.integrity.jwt.TrustedIssuer;
import io.bartizan.integrity.mac.SignedValues;
import io.bartizan.ratelimit.redis.RedisRateLimiter;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The tables of options have each option of a builder, and no option that it has not. */
class OptionsTest {

  private static final Path PAGE = Pages.ROOT.resolve("docs/reference/options.md");
  private static final Pattern OPTION = Pattern.compile("\\b(?:with|plain|never|ignore)[A-Z]\\w*");

  static Stream<Arguments> sections() {
    return Stream.of(
        Arguments.of("Rate limiters on Redis", RedisRateLimiter.Builder.class, List.of()),
        Arguments.of(
            "JWT verifiers",
            JwtVerifier.Builder.class,
            List.of(JwtVerifier.class, TrustedIssuer.class, JwtRequest.class)),
        Arguments.of("Key sets of an issuer", RemoteJwks.Builder.class, List.of()),
        Arguments.of("Signed values", SignedValues.Builder.class, List.of(SignedValues.class)));
  }

  @ParameterizedTest
  @MethodSource("sections")
  void section_hasTheOptionsOfTheBuilder(String heading, Class<?> builder, List<Class<?>> beside) {
    String text =
        Pages.rows(PAGE, heading).stream()
            .map(row -> String.join(" ", row))
            .collect(Collectors.joining("\n"));
    Set<String> shown =
        OPTION.matcher(text).results().map(found -> found.group()).collect(Collectors.toSet());
    Set<String> own = options(builder);
    Set<String> all = new TreeSet<>(own);
    beside.forEach(type -> all.addAll(options(type)));
    assertThat(own).hasSizeGreaterThan(4);
    assertThat(shown).containsAll(own);
    assertThat(all).containsAll(shown);
  }

  private static Set<String> options(Class<?> type) {
    return Arrays.stream(type.getMethods())
        .filter(method -> Modifier.isPublic(method.getModifiers()) && !method.isSynthetic())
        .map(Method::getName)
        .filter(name -> OPTION.matcher(name).matches())
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
