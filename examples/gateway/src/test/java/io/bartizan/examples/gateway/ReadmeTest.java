package io.bartizan.examples.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's examples compile, are short, and its links lead somewhere. */
class ReadmeTest {

  private static final Path ROOT = Path.of(System.getProperty("bartizan.root", "../.."));
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
    compile("README.md", "", 6);
  }

  @Test
  void frameworkPage_examples_compile() throws Exception {
    compile(
        "docs/in-your-framework.md",
        ", KeyedRateLimiter limiter, JwtVerifier verifier, ServerTls tls",
        3);
  }

  private void compile(String page, String parameters, int least) throws Exception {
    List<String> examples = blocks(Files.readString(ROOT.resolve(page)));
    assertThat(examples).hasSizeGreaterThanOrEqualTo(least);
    List<JavaFileObject> sources = new ArrayList<>();
    for (String example : examples) {
      assertThat(example.lines()).as(example).hasSizeLessThanOrEqualTo(MOST_LINES);
      int number = sources.size();
      sources.add(source(number, BEFORE.formatted(number, parameters) + example + "  }\n}\n"));
    }
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter errors = new StringWriter();
    List<String> options =
        List.of(
            "-d", folder.toString(), "-cp", System.getProperty("java.class.path"), "-proc:none");
    boolean compiled = compiler.getTask(errors, null, null, options, null, sources).call();
    assertThat(compiled).as(errors.toString()).isTrue();
  }

  @Test
  void readme_links_leadSomewhere() throws Exception {
    List<Path> pages = new ArrayList<>(List.of(ROOT.resolve("README.md")));
    try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
      docs.filter(file -> file.toString().endsWith(".md")).forEach(pages::add);
    }
    Pattern link = Pattern.compile("\\]\\((?!https?://|#)([^)#\\s]+)");
    for (Path page : pages) {
      Matcher links = link.matcher(Files.readString(page));
      while (links.find()) {
        assertThat(page.resolveSibling(links.group(1))).as("link in %s", page).exists();
      }
    }
  }

  private static List<String> blocks(String markdown) {
    Matcher fences = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL).matcher(markdown);
    return fences.results().map(result -> result.group(1)).toList();
  }

  private static JavaFileObject source(int number, String code) {
    URI name = URI.create("string:///Example" + number + ".java");
    return new SimpleJavaFileObject(name, JavaFileObject.Kind.SOURCE) {
      @Override
      public CharSequence getCharContent(boolean ignoreEncodingErrors) {
        return code;
      }
    };
  }
}
