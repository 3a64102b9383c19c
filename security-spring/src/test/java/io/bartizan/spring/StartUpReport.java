package io.bartizan.spring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.OperatingSystemMXBean;
import java.io.File;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.Banner;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * What the starter adds to a Spring Boot application's start, in JVMs of their own by turns;
 * printed and judged by nobody. {@code benchmarks/startup} runs it.
 */
class StartUpReport {

  private static final Pattern STARTED = Pattern.compile("started (\\d+) ms (\\d+) cpu (\\d+)");

  private enum Application {
    BOOT("Spring Boot with its own resource server, without the starter"),
    UNSET("the same with the starter and nothing set"),
    GUARDED("the starter with limits in memory, JWT and webhooks");

    private final String words;

    Application(String words) {
      this.words = words;
    }

    boolean isOnItsClassPath(String entry) {
      return this != BOOT
          || !entry.replace('\\', '/').matches(".*/(security-[a-z]+/target/classes/?|bc[a-z]+-.*)");
    }

    String yaml() {
      String own =
          """
          spring.security.oauth2.resourceserver.jwt.jwk-set-uri: https://login.example/jwks
          """;
      String guarded =
          """
          bartizan:
            limits:
              flood: {limit: "100 burst, 50/s", store: memory}
              login: {limit: "5 burst, 5/min", store: memory, routes: POST /login}
              api: {limit: "20 burst, 10/s", store: memory, key: principal, routes: /api/**}
            jwt:
              issuer: https://login.example
              jwk-set-uri: https://login.example/jwks
              audience: orders
              algorithms: ES256
            webhooks:
              pay: {path: /hooks/pay, scheme: stripe, secret: whsec_of_the_payments, store: memory}
          """;
      return (this == GUARDED ? guarded : own) + COMMON;
    }
  }

  private static final String COMMON =
      """
      server: {port: 0, address: 127.0.0.1}
      spring.main.web-application-type: servlet
      spring.autoconfigure.exclude:
        - org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration
        - org.springframework.boot.data.redis.autoconfigure.DataRedisReactiveAutoConfiguration
        - org.springframework.boot.data.redis.autoconfigure.DataRedisRepositoriesAutoConfiguration
      """;

  private record Start(long millis, long cpuMillis, long classes) {}

  @TempDir Path folder;

  @Test
  void starts_ofEachApplication_arePrinted() throws Exception {
    int times = Integer.getInteger("bartizan.startup.times", 3);
    Map<Application, List<Start>> starts = new EnumMap<>(Application.class);
    for (int i = 0; i < times; i++) {
      for (Application each : Application.values()) {
        starts.computeIfAbsent(each, unused -> new ArrayList<>()).add(start(each));
      }
    }
    System.out.printf(
        "%nMedians of %d starts each, JDK %s, Spring Boot %s%n"
            + "from the start of the JVM | CPU time | classes | application%n",
        times,
        System.getProperty("java.version"),
        org.springframework.boot.SpringBootVersion.getVersion());
    starts.forEach(
        (application, all) ->
            System.out.printf(
                "%22d ms | %5d ms | %7d | %s%n",
                median(all.stream().map(Start::millis).toList()),
                median(all.stream().map(Start::cpuMillis).toList()),
                median(all.stream().map(Start::classes).toList()),
                application.words));
  }

  private static long median(List<Long> values) {
    return values.stream().sorted().skip(values.size() / 2).findFirst().orElseThrow();
  }

  private Start start(Application application) throws Exception {
    Path yaml = Files.writeString(folder.resolve("application.yml"), application.yaml());
    String path =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
            .filter(application::isOnItsClassPath)
            .reduce((before, entry) -> before + File.pathSeparator + entry)
            .orElseThrow();
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx512m", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"));
    String more = System.getProperty("bartizan.startup.options", "");
    command.addAll(more.isEmpty() ? List.of() : List.of(more.split(" ")));
    command.addAll(List.of("-cp", path, Main.class.getName(), yaml.toString()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      String printed = new String(process.getInputStream().readAllBytes(), UTF_8);
      if (!more.isEmpty()) {
        Files.writeString(Path.of("target", "startup-" + application + ".log"), printed);
      }
      Matcher line = STARTED.matcher(printed);
      assertThat(line.find()).as(printed).isTrue();
      assertThat(printed).contains("guarded " + (application == Application.GUARDED));
      return new Start(
          Long.parseLong(line.group(1)),
          Long.parseLong(line.group(2)),
          Long.parseLong(line.group(3)));
    } finally {
      process.destroyForcibly();
    }
  }

  /** Starts {@link Shop}, prints how long the JVM lives, and ends. */
  static final class Main {

    private Main() {}

    public static void main(String[] arguments) {
      ConfigurableApplicationContext context =
          new SpringApplicationBuilder(Shop.class)
              .bannerMode(Banner.Mode.OFF)
              .run("--spring.config.location=file:" + arguments[0]);
      long millis =
          System.currentTimeMillis() - ManagementFactory.getRuntimeMXBean().getStartTime();
      long cpu =
          ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime()
              / 1_000_000;
      System.out.printf(
          "started %d ms %d cpu %d%n",
          millis, cpu, ManagementFactory.getClassLoadingMXBean().getTotalLoadedClassCount());
      boolean guarded = context.containsBean("bartizanLimits");
      System.out.println("guarded " + guarded);
      context.close();
      System.exit(0); // whatever threads are left
    }
  }
}
