package io.bartizan.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.integrity.mac.VerifiedWebhook;
import io.bartizan.testkit.RedisServer;
import io.bartizan.tests.Eventually;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** The guide's webhooks, called by hostile senders; the same in Spring MVC and in WebFlux. */
abstract class WebhooksContract {

  private static final String PAY = "whsec_of_the_payments";
  static final String CODE = "secret of the code host";
  static final String HANDLER = "--spring.main.sources=" + Handlers.class.getName();

  static final String TRUSTING = "--spring.main.sources=" + Trusting.class.getName();
  private final Web web;

  WebhooksContract(Web web) {
    this.web = web;
  }

  @TempDir Path folder;

  @BeforeEach
  void nothingHandledYet() {
    Handlers.HANDLED.set(0);
  }

  @Test
  void verifiedBody_reachesItsHandlerOnce_andIsCounted() throws Exception {
    try (Booted shop = start(HANDLER + "," + Watched.Registry.class.getName())) {
      HttpResponse<String> first = code(shop, "/hooks/code", "{\"a\": 1}", "{\"a\": 1}");
      assertThat(first.statusCode()).isEqualTo(200);
      assertThat(first.body()).isEqualTo("{\"a\": 1} is {\"a\": 1}");
      HttpResponse<String> replayed =
          whenDone(() -> code(shop, "/hooks/code", "{\"a\": 1}", "{\"a\": 1}"));
      assertThat(replayed.statusCode()).isEqualTo(200); // so that the sender is done
      assertThat(replayed.body()).doesNotContain(" is ");
      assertThat(Handlers.HANDLED).hasValue(1);

      long now = Instant.now().getEpochSecond();
      String paid = "t=" + now + ",v1=" + hmac(PAY, now + ".paid");
      assertThat(send(shop, "POST", "/hooks/pay", "paid", "Stripe-Signature", paid).body())
          .isEqualTo("paid is paid");
      long old = now - 3600;
      String stale = "t=" + old + ",v1=" + hmac(PAY, old + ".paid");
      assertThat(send(shop, "POST", "/hooks/pay", "paid", "Stripe-Signature", stale).statusCode())
          .isEqualTo(400);
      assertThat(Handlers.HANDLED).hasValue(2);

      MeterRegistry meters = shop.bean(MeterRegistry.class);
      assertThat(count(meters, "code", "accepted")).isEqualTo(1);
      assertThat(count(meters, "code", "replayed")).isEqualTo(1);
      assertThat(count(meters, "pay", "accepted")).isEqualTo(1);
      assertThat(count(meters, "pay", "expired")).isEqualTo(1);
      assertThat(meters.get("bartizan.integrity.health").tag("name", "pay").gauge().value())
          .isEqualTo(1);
    }
  }

  /** A delivery is completed once its answer was sent, which the sender may hear sooner. */
  private static HttpResponse<String> whenDone(Callable<HttpResponse<String>> delivery) {
    AtomicReference<HttpResponse<String>> answer = new AtomicReference<>();
    Eventually.within(
        Duration.ofSeconds(10),
        "the first delivery is completed",
        () -> {
          answer.set(delivery.call());
          return answer.get().statusCode() != 503;
        });
    return answer.get();
  }

  private static double count(MeterRegistry meters, String name, String outcome) {
    return meters
        .get("bartizan.integrity.verifications")
        .tags("name", name, "kind", "webhook", "outcome", outcome)
        .counter()
        .count();
  }

  @Test
  void hostileRequests_reachNoHandler() throws Exception {
    try (Booted shop = start(HANDLER, "--bartizan.webhooks.code.max-body=1KB")) {
      String signed = "sha256=" + hmac(CODE, "x");
      assertThat(code(shop, "/hooks/code", "x", "y").statusCode()).isEqualTo(400);
      assertThat(code(shop, "/hooks/pay", "x", "x").statusCode()).isEqualTo(400);
      assertThat(code(shop, "/hooks/code", "x".repeat(1025), "x".repeat(1025)).statusCode())
          .isEqualTo(413);
      assertThat(send(shop, "POST", "/hooks/code", "x", "X-Other", "1").statusCode())
          .isEqualTo(400);
      assertThat(send(shop, "POST", "/hooks/code", "x", "X-Hub-Signature", signed).statusCode())
          .isEqualTo(400);
      for (String method : new String[] {"GET", "PUT", "POST", "post", "DELETE"}) {
        for (String path : new String[] {"/hooks/code", "/hooks/%63ode", "/hooks/code;a=b"}) {
          assertThat(send(shop, method, path, "x", "X-Other", "1").statusCode())
              .as(method + " " + path)
              .isGreaterThanOrEqualTo(400);
        }
      }
      assertThat(Handlers.HANDLED).hasValue(0);
      assertThat(code(shop, "/hooks/code", "x".repeat(1024), "x".repeat(1024)).statusCode())
          .isEqualTo(200);
      assertThat(shop.get("/open").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void eventThatFailed_isHandledWhenTheSenderTriesAgain() throws Exception {
    try (Booted shop = start(HANDLER)) {
      assertThat(code(shop, "/hooks/code", "fail once", "fail once").statusCode()).isEqualTo(500);
      assertThat(code(shop, "/hooks/code", "fail once", "fail once").statusCode()).isEqualTo(200);
      assertThat(Handlers.HANDLED).hasValue(2);
    }
  }

  @Test
  void eventsOnRedis_areRememberedForAllInstances() throws Exception {
    try (RedisServer redis = RedisServer.start();
        Booted shop =
            start(
                HANDLER + "," + Watched.Redis.class.getName(),
                "--redis.uri=redis://127.0.0.1:" + redis.port(),
                "--bartizan.webhooks.code.store=redis")) {
      assertThat(code(shop, "/hooks/code", "x", "x").body()).isEqualTo("x is x");
      assertThat(redis.command("KEYS", "application:code:*")).contains("application:code:");
      assertThat(code(shop, "/hooks/code", "x", "x").body()).isNotEqualTo("x is x");
      assertThat(Handlers.HANDLED).hasValue(1);
      redis.kill();
      assertThat(code(shop, "/hooks/code", "y", "y").statusCode()).isEqualTo(503);
      assertThat(Handlers.HANDLED).hasValue(1);
    }
  }

  /** Behind a proxy that strips {@code /public}, in an application below {@code /shop}. */
  @Test
  void addressThatIsSigned_isTheDeclaredOne_whateverTheHeadersSay() throws Exception {
    try (Booted shop =
        orders("--server.servlet.context-path=/shop", "--spring.webflux.base-path=/shop")) {
      String called = "https://shop.example/public/orders";
      assertThat(order(shop, called, "/shop/hooks/orders").body()).isEqualTo("{} is {}");
      assertThat(order(shop, called + "?a=%2F", "/shop/hooks/orders?a=%2F").statusCode())
          .isEqualTo(200);
      assertThat(Handlers.HANDLED).hasValue(2);
      for (String[] each :
          new String[][] {
            {"https://shop.example/shop/hooks/orders", "/shop/hooks/orders"},
            {"http://shop.example/public/orders", "/shop/hooks/orders"},
            {"https://evil.example/public/orders", "/shop/hooks/orders"},
            {called + "?a=1", "/shop/hooks/orders?a=2"},
            {called + "?a=1", "/shop/hooks/orders"},
            {called, "/shop/hooks/%6frders"},
            {called, "/shop/hooks/orders;a=b"},
            {"http://localhost:" + shop.port() + "/shop/hooks/orders", "/shop/hooks/orders"}
          }) {
        assertThat(order(shop, each[0], each[1]).statusCode()).as(each[1]).isEqualTo(400);
      }
      HttpResponse<String> forwarded =
          send(
              shop,
              "POST",
              "/shop/hooks/orders",
              "{}",
              "x-square-hmacsha256-signature",
              base64(CODE, "https://evil.example/public/orders{}"),
              "X-Forwarded-Host",
              "evil.example",
              "X-Forwarded-Proto",
              "https",
              "X-Forwarded-Prefix",
              "/public");
      assertThat(forwarded.statusCode()).isEqualTo(400);
      assertThat(Handlers.HANDLED).hasValue(2);
    }
  }

  /** With the webhook whose sender signs the address. */
  final Booted orders(String... more) throws Exception {
    Stream<String> settings =
        Stream.of(
            HANDLER,
            "--bartizan.webhooks.orders.path=/hooks/orders",
            "--bartizan.webhooks.orders.scheme=square",
            "--bartizan.webhooks.orders.secret=" + CODE,
            "--bartizan.webhooks.orders.public-address=https://shop.example/public/orders");
    return start(Stream.concat(settings, Stream.of(more)).toArray(String[]::new));
  }

  static HttpResponse<String> order(Booted shop, String signed, String sent) throws Exception {
    String tag = base64(CODE, signed + "{}");
    return send(shop, "POST", sent, "{}", "x-square-hmacsha256-signature", tag);
  }

  /**
   * An application may be set to pass over a slash at the end, and a handler may trust the filter.
   */
  @Test
  void slashAtTheEnd_isVerifiedToo() throws Exception {
    try (Booted shop = start(TRUSTING)) {
      for (String path : new String[] {"/hooks/code", "/hooks/code/", "/HOOKS/code"}) {
        assertThat(code(shop, path, "x", "y").statusCode()).as(path).isEqualTo(400);
      }
      assertThat(code(shop, "/hooks/code", "x", "x").body()).isEqualTo("trusted x");
      assertThat(code(shop, "/hooks/code/", "y", "y").body()).isEqualTo("trusted y");
    }
  }

  /** What is called at the base path itself, where no path is left, is the handler of none. */
  @Test
  void root_belowABasePath_isVerifiedAndCounted() throws Exception {
    try (Booted shop =
        start(
            "--spring.main.sources=" + Root.class.getName(),
            "--spring.mvc.servlet.path=/app",
            "--spring.webflux.base-path=/app",
            "--bartizan.webhooks.code.path=/",
            "--bartizan.limits.root.limit=2 burst, 1/h",
            "--bartizan.limits.root.routes=POST /")) {
      assertThat(code(shop, "/app", "x", "y").statusCode()).isEqualTo(400);
      assertThat(code(shop, "/app", "x", "x").body()).isEqualTo("root x");
      assertThat(code(shop, "/app", "z", "z").statusCode()).isEqualTo(429);
    }
  }

  private static String base64(String secret, String text) throws Exception {
    return Base64.getEncoder().encodeToString(HexFormat.of().parseHex(hmac(secret, text)));
  }

  final Booted start(String... more) throws Exception {
    String page =
        Files.readString(
            Path.of(
                System.getProperty("bartizan.root", ".."),
                "docs/frameworks/spring-boot-webhooks.md"));
    int begin = page.indexOf("```yaml\n") + 8;
    String yaml = page.substring(begin, page.indexOf("```", begin));
    String[] all = new String[more.length + 2];
    System.arraycopy(more, 0, all, 2, more.length);
    all[0] = "--PAY_SECRET=" + PAY;
    all[1] = "--CODE_SECRET=" + CODE;
    return Booted.plain(web, folder, yaml, all);
  }

  static HttpResponse<String> code(Booted shop, String path, String signed, String sent)
      throws Exception {
    String header = "sha256=" + hmac(CODE, signed);
    return send(shop, "POST", path, sent, "X-Hub-Signature-256", header);
  }

  static HttpResponse<String> send(
      Booted shop, String method, String path, String body, String... headers) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://localhost:" + shop.port() + path))
            .timeout(Duration.ofSeconds(20))
            .headers(headers)
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .build();
    return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
  }

  static String hmac(String secret, String text) throws Exception {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
    return HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
  }

  /** Of every method, so that nothing but the signature keeps a request out. */
  @RestController
  public static class Handlers {

    static final AtomicInteger HANDLED = new AtomicInteger();

    @RequestMapping({"/hooks/pay", "/hooks/code", "/hooks/orders"})
    String handle(
        @RequestBody byte[] body,
        @RequestAttribute("io.bartizan.adapters.webhook") VerifiedWebhook event) {
      String text = new String(body, StandardCharsets.UTF_8);
      if (HANDLED.incrementAndGet() == 1 && text.equals("fail once")) {
        throw new IllegalStateException("the test's handler fails once");
      }
      return text + " is " + event.text();
    }
  }

  /** Relies on the filter alone, also with a slash at the end. */
  @RestController
  public static class Trusting {

    @RequestMapping({"/hooks/code", "/hooks/code/"})
    String handle(@RequestBody String body) {
      return "trusted " + body;
    }
  }

  /** At the path of the application alone. */
  @RestController
  public static class Root {

    @RequestMapping
    String handle(@RequestBody String body) {
      return "root " + body;
    }
  }
}
