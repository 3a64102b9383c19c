package io.bartizan.docs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import io.bartizan.tests.QuickStart;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The quick start in Kotlin: compiled by the compiler of {@code .ci/libraries/kotlin.xml} with
 * warnings as errors, and run.
 */
@Tag("deep")
class KotlinQuickStartIT {

  private static final String JAVA =
      Path.of(System.getProperty("java.home"), "bin", "java").toString();

  @TempDir Path folder;

  private record Compiled(int status, String printed) {}

  @Test
  void program_ofThePage_doesWhatItPrints() throws Exception {
    QuickStart page = QuickStart.of("kotlin.md");
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    Compiled compiled =
        compile(page.fence("kotlin").replace(QuickStart.PORT, String.valueOf(port)));
    assertThat(compiled.printed).isEmpty();
    assertThat(compiled.status).isZero();
    Process server =
        new ProcessBuilder(JAVA, "-cp", folder + File.pathSeparator + classPath(), "HelloKt")
            .redirectErrorStream(true)
            .start();
    try (BufferedReader printed =
        new BufferedReader(new java.io.InputStreamReader(server.getInputStream(), UTF_8))) {
      String link = printed.readLine(); // when it serves
      assertThat(link).startsWith("/hello?");
      page.tried(port);
      assertThat(printed.readLine()).matches("[a-z_-]+"); // the reasons of two refusals
      assertThat(printed.readLine()).matches("[a-z_-]+");
      assertThat(status(port, link)).isEqualTo(204);
      assertThat(status(port, link)).isEqualTo(429);
    } finally {
      server.destroyForcibly().waitFor();
    }
  }

  @Test
  void when_withoutACase_doesNotCompile() throws Exception {
    String code = QuickStart.of("kotlin.md").fence("kotlin");
    Compiled compiled = compile(code.replaceFirst(" *is Checked.Rejected.*\\R", ""));
    assertThat(compiled.printed).contains("'when' expression must be exhaustive");
    assertThat(compiled.status).isNotZero();
  }

  /** Nullness is read from the annotations: who asks for null gets it, nobody else does. */
  @Test
  void functions_mayGiveNull_whereTheResultMayBeNull() throws Exception {
    String code =
        """
        import io.bartizan.core.*
        fun user(checked: Checked<String>): String? = checked.fold({ it }, { null })
        fun name(checked: Checked<String>): String = checked.fold({ it }, { "nobody" })
        fun first(secret: SecretBytes): String? = secret.lend { if (it.size > 3) "long" else null }
        """;
    Compiled compiled = compile(code);
    assertThat(compiled.printed).isEmpty();
    assertThat(compiled.status).isZero();
    Compiled refused = compile(code.replace("): String? = checked", "): String = checked"));
    assertThat(refused.printed).containsIgnoringCase("null");
    assertThat(refused.status).isNotZero();
  }

  /** What the page says of handlers: Kotlin can't tell what a lambda throws. */
  @Test
  void handler_isGivenWhatItThrows() throws Exception {
    String code =
        """
        import io.bartizan.integrity.mac.WebhookVerifier
        fun status(hooks: WebhookVerifier, headers: Map<String, String>, body: ByteArray): Int =
          hooks.handle<Exception>({ headers[it] }, body) { println(it.text()) }
        """;
    Compiled compiled = compile(code);
    assertThat(compiled.printed).isEmpty();
    assertThat(compiled.status).isZero();
    assertThat(compile(code.replace("<Exception>", "")).status).isNotZero();
  }

  private Compiled compile(String code) throws IOException, InterruptedException {
    List<String> jars = compiler();
    Path source = Files.writeString(folder.resolve("Hello.kt"), code);
    List<String> command = new ArrayList<>();
    command.addAll(List.of(JAVA, "-cp", String.join(File.pathSeparator, jars)));
    command.addAll(List.of("org.jetbrains.kotlin.cli.jvm.K2JVMCompiler", "-no-stdlib"));
    command.addAll(List.of("-no-reflect", "-jvm-target", "17", "-Werror", "-cp", classPath()));
    command.addAll(List.of("-d", folder.toString(), source.toString()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String printed = new String(process.getInputStream().readAllBytes(), UTF_8);
    return new Compiled(process.waitFor(), printed);
  }

  /** Of the tests, without folders that are not there, and Kotlin's own library. */
  private static String classPath() throws IOException {
    Stream<String> own = compiler().stream().filter(jar -> jar.contains("kotlin-stdlib"));
    Stream<String> tests =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
            .filter(entry -> Files.exists(Path.of(entry)));
    return Stream.concat(own, tests).collect(Collectors.joining(File.pathSeparator));
  }

  private static int status(int port, String path) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build();
    return HttpClient.newHttpClient()
        .send(request, HttpResponse.BodyHandlers.discarding())
        .statusCode();
  }

  private static List<String> compiler() throws IOException {
    String libraries = System.getenv("BARTIZAN_LIBRARIES");
    if (libraries != null && Files.isDirectory(Path.of(libraries, "kotlin"))) {
      try (Stream<Path> jars = Files.list(Path.of(libraries, "kotlin"))) {
        return jars.map(Path::toString).sorted().toList();
      }
    }
    String message = "BARTIZAN_LIBRARIES names no folder with a folder \"kotlin\" of jars";
    if (Boolean.parseBoolean(System.getenv("BARTIZAN_CI"))) {
      throw new AssertionError(message);
    }
    return abort(message);
  }
}
