package io.bartizan.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.tests.CompiledExamples;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The examples of the README and of pages that begin like it compile and are short. */
class ReadmeTest {

  private static final int MOST_LINES = 15;

  private static final String BEFORE =
      """
      import io.bartizan.core.*;
      import io.bartizan.integrity.artifact.*;
      import io.bartizan.integrity.jwt.*;
      import io.bartizan.integrity.mac.*;
      import io.bartizan.mtls.*;
      import io.bartizan.ratelimit.*;
      import io.bartizan.ratelimit.redis.*;
      import io.bartizan.testkit.*;
      import io.lettuce.core.RedisClient;
      import java.io.*;
      import java.net.URI;
      import java.net.http.HttpClient;
      import java.nio.file.*;
      import java.time.*;
      import java.time.temporal.ChronoUnit;
      import java.util.*;
      import javax.net.ssl.SSLContext;

      class Example%d {
        void example(
            String tenant, String user, String token, Map<String, String> headers, Path path,
            MacKeyRing keyRing, InputStream download, OutputStream out, RedisClient redisClient%s)
            throws Exception {
      """;

  @TempDir Path folder;

  @Test
  void readme_examples_compile() throws Exception {
    compile("README.md", "", 3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"docs/guides/testing.md", "docs/guides/downloads.md"})
  void guide_example_compiles(String page) throws Exception {
    compile(page, "", 1);
  }

  @Test
  void frameworkPage_examples_compile() throws Exception {
    compile(
        "docs/frameworks/other.md",
        ", KeyedRateLimiter limiter, JwtVerifier verifier, ServerTls tls",
        3);
  }

  private void compile(String page, String parameters, int least) throws Exception {
    List<String> examples = CompiledExamples.of(Pages.text(page));
    assertThat(examples).hasSizeGreaterThanOrEqualTo(least);
    assertThat(examples)
        .allSatisfy(example -> assertThat(example.lines()).hasSizeLessThanOrEqualTo(MOST_LINES));
    CompiledExamples.compile(folder, examples, number -> BEFORE.formatted(number, parameters));
  }
}
