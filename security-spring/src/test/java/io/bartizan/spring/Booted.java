package io.bartizan.spring;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.Banner;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.Ordered;
import org.springframework.web.filter.ServerHttpObservationFilter;

/** A Spring Boot application that runs on loopback with a given {@code application.yml}. */
final class Booted implements AutoCloseable {

  /** Spring Security as long as a test does not ask for it. */
  private static final String WITHOUT_SECURITY =
      "--spring.autoconfigure.exclude="
          + String.join(
              ",",
              present(
                  "org.springframework.boot.security.autoconfigure.SecurityAutoConfiguration",
                  "org.springframework.boot.security.autoconfigure.UserDetailsServiceAutoConfiguration",
                  "org.springframework.boot.security.autoconfigure.web.servlet.SecurityFilterAutoConfiguration",
                  "org.springframework.boot.security.autoconfigure.web.servlet.ServletWebSecurityAutoConfiguration",
                  "org.springframework.boot.security.autoconfigure.actuate.web.servlet.ManagementWebSecurityAutoConfiguration",
                  "org.springframework.boot.security.oauth2.server.resource.autoconfigure.OAuth2ResourceServerAutoConfiguration",
                  "org.springframework.boot.security.oauth2.server.resource.autoconfigure.web.OAuth2ResourceServerWebSecurityAutoConfiguration",
                  "org.springframework.boot.security.autoconfigure.ReactiveUserDetailsServiceAutoConfiguration",
                  "org.springframework.boot.security.autoconfigure.web.reactive.ReactiveWebSecurityAutoConfiguration",
                  "org.springframework.boot.security.autoconfigure.actuate.web.reactive.ReactiveManagementWebSecurityAutoConfiguration",
                  "org.springframework.boot.security.oauth2.server.resource.autoconfigure.reactive.ReactiveOAuth2ResourceServerAutoConfiguration",
                  "org.springframework.boot.security.oauth2.server.resource.autoconfigure.web.reactive.ReactiveOAuth2ResourceServerWebSecurityAutoConfiguration",
                  // beside Reactor Netty's, which Spring Boot 4 would start for WebFlux too
                  "org.springframework.boot.tomcat.autoconfigure.actuate.web.server.TomcatReactiveManagementContextAutoConfiguration",
                  "org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration",
                  "org.springframework.boot.data.redis.autoconfigure.DataRedisReactiveAutoConfiguration",
                  "org.springframework.boot.data.redis.autoconfigure.DataRedisRepositoriesAutoConfiguration",
                  "org.springframework.boot.autoconfigure.security.servlet.SecurityAutoConfiguration",
                  "org.springframework.boot.autoconfigure.security.servlet.UserDetailsServiceAutoConfiguration",
                  "org.springframework.boot.autoconfigure.security.servlet.SecurityFilterAutoConfiguration",
                  "org.springframework.boot.autoconfigure.security.oauth2.resource.servlet.OAuth2ResourceServerAutoConfiguration",
                  "org.springframework.boot.actuate.autoconfigure.security.servlet.ManagementWebSecurityAutoConfiguration",
                  "org.springframework.boot.autoconfigure.security.reactive.ReactiveSecurityAutoConfiguration",
                  "org.springframework.boot.autoconfigure.security.reactive.ReactiveUserDetailsServiceAutoConfiguration",
                  "org.springframework.boot.autoconfigure.security.oauth2.resource.reactive.ReactiveOAuth2ResourceServerAutoConfiguration",
                  "org.springframework.boot.actuate.autoconfigure.security.reactive.ReactiveManagementWebSecurityAutoConfiguration",
                  "org.springframework.boot.autoconfigure.data.redis.RedisAutoConfiguration",
                  "org.springframework.boot.autoconfigure.data.redis.RedisReactiveAutoConfiguration",
                  "org.springframework.boot.autoconfigure.data.redis.RedisRepositoriesAutoConfiguration"));

  private final ConfigurableApplicationContext context;
  private final int port;

  private Booted(ConfigurableApplicationContext context) {
    this.context = context;
    port = context.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
  }

  /** All that is on the class path, and a registry of meters. */
  static Booted with(Path folder, String yaml, String... more) throws IOException {
    return with(Web.MVC, folder, yaml, more);
  }

  static Booted with(Web web, Path folder, String yaml, String... more) throws IOException {
    return start(web, folder, yaml, List.of(more), true, starting -> {});
  }

  /** Without Spring Security and Redis. */
  static Booted plain(Path folder, String yaml, String... more) throws IOException {
    return plain(Web.MVC, folder, yaml, more);
  }

  static Booted plain(Web web, Path folder, String yaml, String... more) throws IOException {
    List<String> all = new ArrayList<>(List.of(more));
    all.add(WITHOUT_SECURITY);
    return start(web, folder, yaml, all, false, starting -> {});
  }

  /** As {@link #plain}, with spans of requests, as Spring Boot makes them where tracing is on. */
  static Booted observed(Web web, Path folder, String yaml, ObservationRegistry registry)
      throws IOException {
    return start(
        web,
        folder,
        yaml,
        List.of(WITHOUT_SECURITY),
        false,
        beans -> {
          beans.registerSingleton("observationRegistry", registry);
          if (web != Web.WEBFLUX) {
            beans.registerSingleton("observationFilter", ServletSpansOfBoot.filter(registry));
          }
        });
  }

  /** A class of its own, since applications of WebFlux have no servlets on their class path. */
  private static final class ServletSpansOfBoot {

    static Object filter(ObservationRegistry registry) {
      var filter = new FilterRegistrationBean<>(new ServerHttpObservationFilter(registry));
      filter.setOrder(Ordered.HIGHEST_PRECEDENCE + 1);
      return filter;
    }
  }

  private static Booted start(
      Web web,
      Path folder,
      String yaml,
      List<String> more,
      boolean all,
      Consumer<ConfigurableListableBeanFactory> beans)
      throws IOException {
    Path file = Files.writeString(folder.resolve("application.yml"), yaml);
    List<String> arguments = new ArrayList<>(more);
    arguments.add("--spring.config.location=file:" + file);
    arguments.add("--spring.main.web-application-type=" + web.type());
    arguments.add("--spring.reactor.netty.shutdown-quiet-period=0s");
    arguments.add("--server.port=0");
    arguments.add("--server.address=127.0.0.1");
    Class<?>[] sources =
        all
            ? new Class<?>[] {web.application(), web.methodSecurity()}
            : new Class<?>[] {web.application()};
    return new Booted(
        new SpringApplicationBuilder(sources)
            .bannerMode(Banner.Mode.OFF)
            .logStartupInfo(false)
            .registerShutdownHook(false)
            .initializers(
                starting -> {
                  beans.accept(starting.getBeanFactory());
                  if (all) {
                    starting
                        .getBeanFactory()
                        .registerSingleton("meterRegistry", new SimpleMeterRegistry());
                  }
                })
            .run(arguments.toArray(String[]::new)));
  }

  /** What is logged while something runs, such as a start that may fail. */
  static String log(ThrowingCallable work) throws Exception {
    PrintStream before = System.err;
    ByteArrayOutputStream log = new ByteArrayOutputStream();
    System.setErr(new PrintStream(log, true, UTF_8));
    try {
      work.call();
    } catch (Error | Exception e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    } finally {
      System.setErr(before);
    }
    return log.toString(UTF_8);
  }

  <T> T bean(Class<T> type) {
    return context.getBean(type);
  }

  /** The names of the beans of a type. */
  List<String> beans(Class<?> type) {
    return List.of(context.getBeanNamesForType(type));
  }

  int port() {
    return port;
  }

  HttpResponse<String> get(String path, String... headers) throws Exception {
    return send(HttpClient.newHttpClient(), "http", "GET", path, headers);
  }

  HttpResponse<String> ask(String method, String path) throws Exception {
    return send(HttpClient.newHttpClient(), "http", method, path);
  }

  HttpResponse<String> post(String path, String... headers) throws Exception {
    return send(HttpClient.newHttpClient(), "http", "POST", path, headers);
  }

  HttpResponse<String> get(SSLContext tls, String path, String... headers) throws Exception {
    return send(HttpClient.newBuilder().sslContext(tls).build(), "https", "GET", path, headers);
  }

  private HttpResponse<String> send(
      HttpClient client, String scheme, String method, String path, String... headers)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(scheme + "://localhost:" + port + path))
            .timeout(Duration.ofSeconds(20))
            .method(method, HttpRequest.BodyPublishers.noBody());
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private static List<String> present(String... names) {
    List<String> there = new ArrayList<>();
    for (String name : names) {
      try {
        Class.forName(name, false, Booted.class.getClassLoader());
        there.add(name);
      } catch (ClassNotFoundException e) {
        // of the other Spring Boot
      }
    }
    return there;
  }

  @Override
  public void close() {
    context.close();
  }
}
