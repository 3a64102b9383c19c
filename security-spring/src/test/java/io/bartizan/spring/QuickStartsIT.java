package io.bartizan.spring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

/** The pages of {@code docs/quick-starts} for Spring: their code, settings, commands and output. */
class QuickStartsIT {

  private static final Path ROOT = Path.of(System.getProperty("bartizan.root", ".."));
  private static final String PLACE = "localhost:8080";

  /** A page and the class that its code is in. */
  private enum Page {
    MVC("spring-boot.md", Web.MVC, Hello.class),
    WEBFLUX("spring-webflux.md", Web.WEBFLUX, ReactiveHello.class);

    private final String file;
    private final Web web;
    private final Class<?> code;

    Page(String file, Web web, Class<?> code) {
      this.file = file;
      this.web = web;
      this.code = code;
    }
  }

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(Page.class)
  void page_isShort_andDoesWhatItPrints(Page page) throws Exception {
    String text = Files.readString(ROOT.resolve("docs/quick-starts").resolve(page.file));
    assertThat(text.lines().count()).isLessThanOrEqualTo(40);
    Path own = ROOT.resolve("security-spring/src/test/java/io/bartizan/spring/QuickStartsIT.java");
    assertThat(Files.readString(own)).contains(fence(text, "java").indent(4));
    assertThat(Files.readString(ROOT.resolve("pom.xml")))
        .contains(
            fence(text, "xml")
                .lines()
                .filter(line -> line.contains("<version>"))
                .findFirst()
                .orElseThrow()
                .trim());
    List<String> lines = fence(text, "console").lines().toList();
    assertThat(lines).hasSizeGreaterThan(2);
    try (Booted shop =
        Booted.plain(
            page.web,
            folder,
            fence(text, "yaml"),
            "--spring.main.sources=" + page.code.getName())) {
      for (int i = 0; i < lines.size(); i += 2) {
        assertThat(lines.get(i)).startsWith("$ curl ");
        String command = lines.get(i).substring(2).replace(PLACE, "127.0.0.1:" + shop.port());
        assertThat(run(command)).as(command).isEqualTo(lines.get(i + 1));
      }
      assertThat(shop.get("/open").statusCode()).isEqualTo(200);
    }
  }

  private static String fence(String page, String language) {
    int start = page.indexOf("```" + language + "\n") + language.length() + 4;
    return page.substring(start, page.indexOf("```", start));
  }

  private static String run(String command) throws Exception {
    Process curl = new ProcessBuilder("sh", "-c", command).redirectErrorStream(true).start();
    try {
      String printed = new String(curl.getInputStream().readAllBytes(), UTF_8).trim();
      assertThat(curl.waitFor(20, TimeUnit.SECONDS)).isTrue();
      return printed;
    } finally {
      curl.destroyForcibly();
    }
  }

  /** The code of the page for Spring MVC. */
  @RestController
  public static class Hello {

    @GetMapping("/hello")
    String hello() {
      return "Hello";
    }
  }

  /** The code of the page for WebFlux. */
  @RestController
  public static class ReactiveHello {

    @GetMapping("/hello")
    @RateLimited("api")
    Mono<String> hello() {
      return Mono.just("Hello");
    }
  }
}
