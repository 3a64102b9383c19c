package io.bartizan.spring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.testkit.DevCa;
import io.bartizan.testkit.DevCertificate;
import io.bartizan.tests.Eventually;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.json.JsonParserFactory;

/**
 * An application with the starter, processed ahead of time as Spring Boot's plugins do it, then run
 * from what was generated; and what {@code native-image} would be told of it.
 */
@Tag("deep")
class SpringAotIT {

  private static final String JAVA =
      Path.of(System.getProperty("java.home"), "bin", "java").toString();

  @TempDir Path folder;

  @Test
  void application_processedAheadOfTime_isGuardedAsEver() throws Exception {
    try (Login login = new Login()) {
      List<String> settings = settings(login.url());
      processed(settings);
      toldToNativeImage();
      int port;
      try (ServerSocket free = new ServerSocket(0)) {
        port = free.getLocalPort();
      }
      Path printed = folder.resolve("printed");
      Process shop = started(printed, settings, "--server.port=" + port);
      try {
        Eventually.within(
            Duration.ofMinutes(3),
            () -> {
              assertThat(shop.isAlive()).as(Files.readString(printed)).isTrue();
              assertThat(isServed(port)).isTrue();
            });
        String ann = login.bearer(login.url(), "orders", "ann", Map.of("scope", "orders:read"));
        String bob = login.bearer(login.url(), "orders", "bob", Map.of("scope", "orders:read"));
        assertThat(get(port, "/aot", ann).body()).isEqualTo("generated: true");
        assertThat(get(port, "/aot", ann + "x").statusCode()).isEqualTo(401);
        assertThat(get(port, "/archive", ann).body()).isEqualTo("archive read");
        assertThat(get(port, "/archive", ann).statusCode()).isEqualTo(429);
        assertThat(get(port, "/archive", bob).statusCode()).isEqualTo(200);
        assertThat(get(port, "/flood", ann).statusCode()).isEqualTo(200);
        HttpResponse<String> limited = get(port, "/flood", bob);
        assertThat(limited.statusCode()).isEqualTo(429);
        assertThat(limited.headers().firstValue("Retry-After")).isPresent();
        assertThat(get(port, "/actuator/bartizan", ann).body())
            .contains("\"archive\"", "\"flood\"", login.url(), "dns:localhost");
        assertThat(get(port, "/actuator/health/bartizan", ann).body()).contains("\"UP\"");
      } finally {
        shop.destroyForcibly().waitFor();
      }
      settingThatWasNotThere_failsAtStart(settings);
    }
  }

  private void settingThatWasNotThere_failsAtStart(List<String> settings) throws Exception {
    Path printed = folder.resolve("printed-late");
    Process shop =
        started(
            printed,
            settings,
            "--server.port=0",
            "--bartizan.webhooks.pay.path=/pay",
            "--bartizan.webhooks.pay.scheme=stripe",
            "--bartizan.webhooks.pay.secret=whsec_0123456789abcdef0123456789abcdef");
    try {
      assertThat(shop.waitFor(3, TimeUnit.MINUTES)).isTrue();
      assertThat(shop.exitValue()).isNotZero();
      assertThat(Files.readString(printed))
          .contains("Property: bartizan.webhooks", "processed ahead of time");
    } finally {
      shop.destroyForcibly().waitFor();
    }
  }

  private Process started(Path printed, List<String> settings, String... more) throws IOException {
    List<String> command = java("-Dspring.aot.enabled=true");
    command.add(AotShop.class.getName());
    command.addAll(settings);
    command.addAll(List.of(more));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(printed.toFile())
        .start();
  }

  private List<String> settings(String issuer) throws IOException {
    DevCertificate server = DevCa.of("Prod").leaf("web").dns("localhost").forServer().issue();
    Files.writeString(folder.resolve("tls.crt"), server.chainPem());
    Files.writeString(folder.resolve("tls.key"), server.privateKeyPem());
    Files.writeString(folder.resolve("ca.crt"), server.rootPem());
    Path file =
        Files.writeString(
            folder.resolve("application.yml"),
            """
            bartizan:
              limits:
                flood: {limit: "1 burst, 1/h", routes: /flood, store: memory}
                archive: {limit: "1 burst, 1/h", routes: methods, key: principal, store: memory}
              jwt: {issuer: %s, audience: orders, algorithms: ES256, plain-http-on-loopback: true}
              mtls.servers.web: {folder: %s, policy: trustDomain(prod.example)}
            management.endpoints.web.exposure.include: health, bartizan
            management.endpoint.health.show-details: always
            """
                .formatted(issuer, folder));
    return List.of(
        "--spring.config.location=file:" + file,
        "--spring.main.web-application-type=servlet",
        "--server.address=127.0.0.1");
  }

  /** Generates sources, classes and metadata, and compiles the sources. */
  private void processed(List<String> settings) throws Exception {
    List<String> command = java();
    command.add("org.springframework.boot.SpringApplicationAotProcessor");
    command.add(AotShop.class.getName());
    for (String output : List.of("sources", "resources", "classes")) {
      command.add(Files.createDirectories(folder.resolve(output)).toString());
    }
    command.addAll(List.of("io.example", "shop"));
    command.addAll(settings);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      String printed = new String(process.getInputStream().readAllBytes(), UTF_8);
      assertThat(process.waitFor(3, TimeUnit.MINUTES)).isTrue();
      assertThat(process.exitValue()).as(printed).isZero();
    } finally {
      process.destroyForcibly();
    }
    List<String> options = new ArrayList<>(List.of("-proc:none", "-nowarn", "-d"));
    options.add(folder.resolve("classes").toString());
    options.addAll(List.of("-cp", classPath()));
    try (Stream<Path> files = Files.walk(folder.resolve("sources"))) {
      files.map(Path::toString).filter(file -> file.endsWith(".java")).forEach(options::add);
    }
    java.io.ByteArrayOutputStream errors = new java.io.ByteArrayOutputStream();
    int status =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, errors, options.toArray(String[]::new));
    assertThat(status).as(errors.toString(UTF_8)).isZero();
  }

  /** What a native image needs of this jar and is not in its own {@code META-INF/native-image}. */
  private void toldToNativeImage() throws IOException {
    Path file =
        folder.resolve(
            "resources/META-INF/native-image/io.example/shop/reachability-metadata.json");
    Map<String, Object> metadata =
        JsonParserFactory.getJsonParser().parseMap(Files.readString(file));
    Map<String, Set<String>> methods = new TreeMap<>();
    for (Object each : (Collection<?>) metadata.get("reflection")) {
      Map<?, ?> entry = (Map<?, ?>) each;
      if (entry.get("type") instanceof String type) {
        Set<String> names = methods.computeIfAbsent(type, name -> new TreeSet<>());
        if (entry.get("methods") instanceof Collection<?> listed) {
          listed.forEach(method -> names.add((String) ((Map<?, ?>) method).get("name")));
        }
        if (Boolean.TRUE.equals(entry.get("allDeclaredConstructors"))) {
          names.add("<init>");
        }
      }
    }
    assertThat(methods.get(AotShop.Archive.class.getName())).contains("read");
    assertThat(methods.get(AotShop.Archive.class.getName())).doesNotContain("unlimited");
    assertThat(methods.get(BartizanEndpoint.class.getName())).contains("guards");
    List<Class<?>> settings = new ArrayList<>(List.of(BartizanProperties.class));
    settings.addAll(List.of(BartizanProperties.class.getDeclaredClasses()));
    assertThat(settings).hasSizeGreaterThan(4);
    for (Class<?> each : settings) {
      assertThat(methods.get(each.getName())).as(each.getName()).contains("<init>");
    }
    for (Class<?> each : List.of(OnSettings.Processed.class, SettingFailureAnalyzer.class)) {
      assertThat(methods.get(each.getName())).as(each.getName()).contains("<init>");
    }
    assertThat(folder.resolve("classes/io/bartizan/spring/AotShop$Archive$$SpringCGLIB$$0.class"))
        .exists();
  }

  private List<String> java(String... options) {
    List<String> command = new ArrayList<>(List.of(JAVA, "-Xmx512m"));
    command.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn");
    command.addAll(List.of(options));
    command.addAll(List.of("-cp", classPath()));
    return command;
  }

  private String classPath() {
    return String.join(
        File.pathSeparator,
        folder.resolve("classes").toString(),
        folder.resolve("resources").toString(),
        System.getProperty("java.class.path"));
  }

  private static HttpResponse<String> get(int port, String path, String authorization)
      throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(20))
                .header("Authorization", authorization)
                .build(),
            HttpResponse.BodyHandlers.ofString());
  }

  private static boolean isServed(int port) {
    try (Socket connected = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return connected.isConnected();
    } catch (IOException e) {
      return false;
    }
  }
}
