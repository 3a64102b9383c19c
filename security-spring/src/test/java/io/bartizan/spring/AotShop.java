package io.bartizan.spring;

import org.springframework.aot.AotDetector;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** The application of {@link SpringAotIT}, which is processed ahead of time. */
@SpringBootConfiguration
@EnableAutoConfiguration(
    excludeName = {
      "org.springframework.boot.jetty.autoconfigure.servlet.JettyServletWebServerAutoConfiguration",
      "org.springframework.boot.jetty.autoconfigure.actuate.web.server.JettyServletManagementContextAutoConfiguration"
    })
@RestController
@Import(AotShop.Archive.class)
public class AotShop {

  private final Archive archive;

  AotShop(Archive archive) {
    this.archive = archive;
  }

  /** Starts it. */
  public static void main(String[] arguments) {
    SpringApplication.run(AotShop.class, arguments);
  }

  @GetMapping("/aot")
  String aot() {
    return "generated: " + AotDetector.useGeneratedArtifacts();
  }

  @GetMapping("/flood")
  String flood() {
    return "flood";
  }

  @GetMapping("/archive")
  String archive() {
    return archive.read();
  }

  /** A bean behind the controller. */
  static class Archive {

    @RateLimited("archive")
    String read() {
      return "archive " + unlimited();
    }

    String unlimited() {
      return "read";
    }
  }
}
