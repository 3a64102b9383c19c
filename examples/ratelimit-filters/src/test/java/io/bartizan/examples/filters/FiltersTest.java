package io.bartizan.examples.filters;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.bartizan.ratelimit.ClientAddress;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.Rate;
import io.bartizan.ratelimit.RateLimiter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class FiltersTest {

  private final KeyedRateLimiter limiter =
      KeyedRateLimiter.of(Limit.tokenBucket(2, Rate.per(2, ChronoUnit.HOURS)).named("api"), 100);
  private final AtomicInteger served = new AtomicInteger();
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server
        .createContext(
            "/",
            exchange -> {
              served.incrementAndGet();
              exchange.sendResponseHeaders(204, -1);
              exchange.close();
            })
        .getFilters()
        .add(new HttpServerFilter(limiter, ClientAddress.behind(List.of("127.0.0.1", "::1"))));
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @Test
  void server_refuses_the_third_request_of_a_client_and_no_other_clients()
      throws IOException, InterruptedException {
    assertThat(get("203.0.113.7").headers().firstValue("RateLimit")).hasValue("\"api\";r=1;t=1800");
    assertThat(get("203.0.113.7").statusCode()).isEqualTo(204);
    HttpResponse<String> refused = get("6.6.6.6, 203.0.113.7");
    assertThat(refused.statusCode()).isEqualTo(429);
    assertThat(refused.headers().firstValueAsLong("Retry-After").orElseThrow())
        .isBetween(1700L, 1800L);
    assertThat(refused.headers().firstValue("Content-Type")).hasValue("application/problem+json");
    assertThat(refused.body()).contains("\"violated-policies\":[\"api\"]");
    assertThat(get("203.0.113.8").statusCode()).isEqualTo(204);
    assertThat(served.get()).isEqualTo(3);
  }

  @Test
  void servlet_filter_stops_the_chain_of_a_refused_request() throws ServletException, IOException {
    List<String> said = new ArrayList<>();
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    HttpServletRequest request = fake(HttpServletRequest.class, said, body);
    HttpServletResponse response = fake(HttpServletResponse.class, said, body);
    FilterChain chain = (a, b) -> served.incrementAndGet();
    RateLimitServletFilter filter = new RateLimitServletFilter(limiter, any -> "caller");
    for (int i = 0; i < 3; i++) {
      filter.doFilter(request, response, chain);
    }
    assertThat(served.get()).isEqualTo(2);
    assertThat(said).contains("setStatus[429]", "setContentType[application/problem+json]");
    assertThat(said).anyMatch(call -> call.startsWith("setHeader[Retry-After, "));
    assertThat(said).as("a writer would add a charset to the type").doesNotContain("getWriter");
    assertThat(body.toString(UTF_8)).contains("quota-exceeded");
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(strings = {"", "x", "\u0000\r\n", "\uD800"})
  void RL03_servlet_filter_counts_whatever_the_header_holds(String header)
      throws ServletException, IOException {
    for (String subject :
        Arrays.asList(header, header + "k".repeat(1100), header + "k".repeat(100_000))) {
      List<String> said = new ArrayList<>();
      ByteArrayOutputStream body = new ByteArrayOutputStream();
      HttpServletRequest request = fake(HttpServletRequest.class, said, body);
      HttpServletResponse response = fake(HttpServletResponse.class, said, body);
      RateLimitServletFilter filter = new RateLimitServletFilter(limiter, any -> subject);
      served.set(0);
      for (int i = 0; i < 20; i++) {
        filter.doFilter(request, response, (a, b) -> served.incrementAndGet());
      }
      assertThat(served.get()).isEqualTo(2);
      assertThat(said).filteredOn("setStatus[429]"::equals).hasSize(18);
    }
  }

  @Test
  void outbound_client_waits_its_turn_or_says_that_it_would_be_too_late()
      throws IOException, InterruptedException {
    RateLimiter pace = RateLimiter.of(Limit.paced(Rate.per(20, ChronoUnit.SECONDS)));
    PacedHttpClient client =
        new PacedHttpClient(HttpClient.newHttpClient(), pace, Duration.ofSeconds(5));
    long start = System.nanoTime();
    for (int i = 0; i < 3; i++) {
      int status = client.send(request("203.0.113.9"), BodyHandlers.ofString()).statusCode();
      assertThat(status).isEqualTo(i < 2 ? 204 : 429);
    }
    assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(100_000_000L);
    RateLimiter hourly = RateLimiter.of(Limit.paced(Rate.per(1, ChronoUnit.HOURS)));
    PacedHttpClient late =
        new PacedHttpClient(HttpClient.newHttpClient(), hourly, Duration.ofSeconds(1));
    assertThat(hourly.tryAcquire().isAllowed()).isTrue();
    assertThatThrownBy(() -> late.send(request("203.0.113.9"), BodyHandlers.ofString()))
        .isInstanceOf(HttpTimeoutException.class)
        .hasMessageMatching("not sent: its turn comes in \\d+ ms");
  }

  private HttpResponse<String> get(String forwardedFor) throws IOException, InterruptedException {
    return HttpClient.newHttpClient().send(request(forwardedFor), BodyHandlers.ofString());
  }

  private HttpRequest request(String forwardedFor) {
    URI uri = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
    return HttpRequest.newBuilder(uri).header("X-Forwarded-For", forwardedFor).build();
  }

  private static <T> T fake(Class<T> type, List<String> said, ByteArrayOutputStream body) {
    Object proxy =
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> {
              said.add(method.getName() + (arguments == null ? "" : List.of(arguments)));
              return method.getName().equals("getWriter")
                  ? new PrintWriter(body, true, UTF_8)
                  : method.getName().equals("getOutputStream") ? stream(body) : null;
            });
    return type.cast(proxy);
  }

  private static ServletOutputStream stream(ByteArrayOutputStream body) {
    return new ServletOutputStream() {
      @Override
      public void write(int each) {
        body.write(each);
      }

      @Override
      public boolean isReady() {
        return true;
      }

      @Override
      public void setWriteListener(WriteListener listener) {}
    };
  }
}
