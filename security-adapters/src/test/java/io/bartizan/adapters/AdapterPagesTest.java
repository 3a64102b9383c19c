package io.bartizan.adapters;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.tests.CompiledExamples;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The pages of the adapters are short, and their examples compile. */
class AdapterPagesTest {

  private static final Path ROOT = Path.of(System.getProperty("bartizan.root", ".."));

  private static final String BEFORE =
      """
      import io.bartizan.adapters.*;
      import io.bartizan.adapters.%s.*;
      import io.bartizan.integrity.jwt.*;
      import io.bartizan.integrity.mac.*;
      import io.bartizan.mtls.*;
      import io.bartizan.ratelimit.*;
      import io.bartizan.ratelimit.redis.RedisRateLimiter;
      import java.time.*;
      import java.time.temporal.ChronoUnit;
      import java.util.*;
      %s
      class Example%d {
        void example(
            KeyedRateLimiter byAddress, KeyedRateLimiter byTenant, RedisRateLimiter redis,
            JwtVerifier verifier, %s)
            throws Exception {
      """;

  /** What else the examples of a framework import, and what they are handed. */
  private record Framework(String imports, String parameters) {}

  private static final Map<String, Framework> FRAMEWORKS =
      Map.of(
          "servlet",
          new Framework(
              """
              import jakarta.servlet.*;
              import jakarta.servlet.Filter;
              import jakarta.servlet.http.HttpServletRequest;
              """,
              "ServletContext context, HttpServletRequest request"),
          "httpserver",
          new Framework(
              """
              import com.sun.net.httpserver.*;
              import io.bartizan.adapters.httpclient.*;
              import java.net.InetSocketAddress;
              import java.net.http.HttpClient;
              """,
              "HttpServer server, HttpHandler handler, HttpExchange exchange, HttpClient client,"
                  + " ServerTls serverTls"),
          "grpc",
          new Framework("import io.grpc.*;", "ServerBuilder<?> server, Channel channel"),
          "okhttp",
          new Framework("import okhttp3.OkHttpClient;", "OkHttpClient client"),
          "temporal",
          new Framework(
              """
              import io.temporal.client.*;
              import io.temporal.common.interceptors.*;
              import io.temporal.worker.*;
              """,
              "KeyedConcurrencyLimiter exports"),
          "vertx",
          new Framework(
              "import io.vertx.core.Handler; import io.vertx.ext.web.*;",
              "Router router, RoutingContext context, WebhookVerifier webhooks"),
          "netty",
          new Framework(
              """
              import io.netty.channel.*;
              import io.netty.handler.codec.http.*;
              import io.netty.handler.ssl.SslHandler;
              """,
              "Channel channel, ChannelHandlerContext context, ChannelHandler application,"
                  + " ServerTls tls"),
          "jaxrs",
          new Framework(
              """
              import jakarta.ws.rs.container.*;
              import jakarta.ws.rs.core.*;
              import java.net.InetAddress;
              import java.security.cert.X509Certificate;
              """,
              "FeatureContext application, ContainerRequestContext request, InetAddress address,"
                  + " X509Certificate certificate, WebhookVerifier webhooks,"
                  + " Class<?> orders, Class<?> payments"),
          "webflux",
          new Framework(
              """
              import org.springframework.web.server.*;
              import org.springframework.web.util.pattern.*;
              """,
              "ServerWebExchange exchange"));

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "README.md, servlet, 60",
    "servlet.md, servlet, 40",
    "webflux.md, webflux, 40",
    "jax-rs.md, jaxrs, 40",
    "grpc.md, grpc, 40",
    "okhttp.md, okhttp, 40",
    "temporal.md, temporal, 40",
    "vertx.md, vertx, 40",
    "quarkus.md, vertx, 40",
    "netty.md, netty, 40",
    "jdk.md, httpserver, 40"
  })
  void page_isShort_andItsExamplesCompile(String page, String framework, int most)
      throws Exception {
    String text = Files.readString(ROOT.resolve("docs/frameworks").resolve(page));
    assertThat(text.lines().count()).isLessThanOrEqualTo(most);
    List<String> examples = CompiledExamples.of(text);
    assertThat(examples).isNotEmpty();
    Framework its = FRAMEWORKS.get(framework);
    CompiledExamples.compile(
        folder,
        examples,
        number -> BEFORE.formatted(framework, its.imports(), number, its.parameters()));
  }
}
