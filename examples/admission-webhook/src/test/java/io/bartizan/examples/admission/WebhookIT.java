package io.bartizan.examples.admission;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bartizan.integrity.artifact.PinnedKey;
import io.bartizan.integrity.attest.SignerKeys;
import io.bartizan.integrity.attest.policy.ImagePolicy;
import io.bartizan.integrity.attest.policy.ImageRule;
import io.bartizan.integrity.attest.policy.TrustedSigner;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.Rate;
import io.bartizan.testkit.ManualInstantSource;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The webhook over HTTPS, asked as the API server asks, and as nobody should. */
@Timeout(120)
class WebhookIT {

  private static final Duration LONG = Duration.ofSeconds(20);
  private static final int LARGE_REVIEWS = 10;

  @TempDir private Path folder;
  private final ManualInstantSource clock =
      new ManualInstantSource(Instant.parse("2026-06-01T00:00:00Z"));
  private SmallRegistry registry;
  private ApiServer apiServer;
  private ImageGate gate;
  private Webhook webhook;

  @BeforeEach
  void start() throws Exception {
    registry = new SmallRegistry();
    apiServer = new ApiServer(folder);
    open(LONG, Main.limit());
  }

  @AfterEach
  void stop() {
    webhook.close();
    gate.close();
    registry.close();
    apiServer.close();
  }

  private void open(Duration deadline, Limit limit) throws Exception {
    if (webhook != null) {
      webhook.close();
      gate.close();
    }
    TrustedSigner signer =
        TrustedSigner.of("key", SignerKeys.anyOf(PinnedKey.parse(registry.key())));
    ImageGate.Settings settings =
        new ImageGate.Settings(Set.of(registry.host() + "/team"), deadline, 2, builder -> builder);
    gate = new ImageGate(settings, ImagePolicy.of(ImageRule.signature(signer)), clock);
    webhook = apiServer.serve(limit, gate);
  }

  static String pod(String... images) {
    StringBuilder containers = new StringBuilder();
    for (String image : images) {
      containers.append(containers.isEmpty() ? "" : ",").append("{\"image\":\"" + image + "\"}");
    }
    return "{\"apiVersion\":\"admission.k8s.io/v1\",\"kind\":\"AdmissionReview\",\"request\":{"
        + "\"uid\":\"u-1\",\"operation\":\"CREATE\",\"kind\":{\"group\":\"\",\"version\":\"v1\","
        + "\"kind\":\"Pod\"},\"object\":{\"kind\":\"Pod\",\"spec\":{\"containers\":["
        + containers
        + "]}}}}";
  }

  /** Empty if allowed, else the message. */
  private String denied(String review) throws Exception {
    HttpResponse<String> answer = apiServer.post(webhook.port(), review.getBytes(UTF_8));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    JsonNode json = new ObjectMapper().readTree(answer.body());
    assertThat(json.path("apiVersion").asText()).isEqualTo("admission.k8s.io/v1");
    assertThat(json.path("kind").asText()).isEqualTo("AdmissionReview");
    JsonNode response = json.path("response");
    assertThat(response.path("uid").asText()).isEqualTo("u-1");
    if (response.path("allowed").booleanValue()) {
      assertThat(response.has("status")).isFalse();
      return "";
    }
    assertThat(response.path("allowed").isBoolean()).isTrue();
    assertThat(response.path("status").path("code").intValue()).isEqualTo(403);
    return response.path("status").path("message").asText();
  }

  private int status(String body) throws Exception {
    return apiServer.post(webhook.port(), body.getBytes(UTF_8)).statusCode();
  }

  @Test
  void pod_ofSignedImages_isAllowedAndOfOneUnsigned_isDenied() throws Exception {
    String signed = registry.image("1");
    String unsigned = registry.image("2");
    registry.sign(signed);
    assertThat(denied(pod(signed))).isEmpty();
    assertThat(denied(pod(unsigned))).contains(unsigned, "signature-missing");
    assertThat(denied(pod(signed, unsigned))).startsWith(unsigned).doesNotContain(signed);
    String absent = signed.substring(0, signed.length() - 4) + "0000";
    assertThat(denied(pod(absent))).contains("signature-missing");
  }

  @Test
  void client_withoutTheApiServersCertificate_isNotHeard() throws Exception {
    byte[] review = pod(registry.image("1")).getBytes(UTF_8);
    assertThatThrownBy(() -> apiServer.postWithoutCertificate(webhook.port(), review))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> apiServer.postAsStranger(webhook.port(), review))
        .isInstanceOf(IOException.class);
    assertThat(registry.asked.get()).isZero();
    assertThat(apiServer.post(webhook.port(), review).statusCode()).isEqualTo(200);
  }

  @Test
  void tag_isRefusedWithoutAskingTheRegistry() throws Exception {
    String signed = registry.image("1");
    registry.sign(signed);
    String tagged = signed.substring(0, signed.indexOf('@')) + ":1";
    assertThat(denied(pod(tagged))).contains(tagged, "a tag can be moved");
    assertThat(denied(pod(tagged.replace(":1", "")))).contains("a tag can be moved");
    assertThat(registry.asked.get()).isZero();
    assertThat(denied(pod(signed.replace("@", ":moved@")))).isEmpty();
  }

  @Test
  void image_ofARegistryThatIsNotListed_isRefusedWithoutAsking() throws Exception {
    for (String image :
        new String[] {
          registry.host().replace("127.0.0.1", "localhost") + "/team/app@sha256:" + "0".repeat(64),
          "169.254.169.254/latest@sha256:" + "0".repeat(64),
          registry.host() + "/team-evil/app@sha256:" + "0".repeat(64),
          registry.host() + "/other/team/app@sha256:" + "0".repeat(64),
          registry.host() + "/team/../other/app@sha256:" + "0".repeat(64),
          "team/app@sha256:" + "0".repeat(64),
          "nginx"
        }) {
      assertThat(denied(pod(image)))
          .as(image)
          .containsAnyOf("only images of [" + registry.host(), "reference-malformed");
    }
    assertThat(denied(pod("A B\\u0000"))).contains("reference-malformed").doesNotContain("\0");
    assertThat(registry.asked.get()).isZero();
  }

  @Test
  void decision_isRememberedByDigestForAWhile() throws Exception {
    String signed = registry.image("1");
    registry.sign(signed);
    assertThat(denied(pod(signed))).isEmpty();
    int asked = registry.asked.get();
    assertThat(denied(pod(signed))).isEmpty();
    assertThat(denied(pod(signed.replace("@", ":other@")))).isEmpty();
    assertThat(registry.asked.get()).isEqualTo(asked);
    clock.advance(Duration.ofMinutes(11));
    assertThat(denied(pod(signed))).isEmpty();
    assertThat(registry.asked.get()).isGreaterThan(asked);
    String later = registry.image("2");
    assertThat(denied(pod(later))).contains("signature-missing");
    registry.sign(later);
    assertThat(denied(pod(later))).contains("signature-missing");
    clock.advance(Duration.ofSeconds(16));
    assertThat(denied(pod(later))).isEmpty();
    assertThat(denied(pod(registry.image("3")))).isNotEmpty();
    assertThat(gate.size()).isEqualTo(2);
  }

  @Test
  void registry_thatFails_deniesAndIsNotRemembered() throws Exception {
    String signed = registry.image("1");
    registry.sign(signed);
    registry.trouble = 503;
    assertThat(denied(pod(signed))).contains("registry-unavailable");
    registry.trouble = 0;
    assertThat(denied(pod(signed))).isEmpty();
  }

  @Test
  void registry_thatIsSilent_deniesWithinTheDeadline() throws Exception {
    String signed = registry.image("1");
    registry.sign(signed);
    registry.stalls = true;
    open(Duration.ofMillis(500), Main.limit());
    String[] images = new String[3];
    for (int i = 0; i < images.length; i++) {
      images[i] = signed.replace("/app@", "/app" + i + "@");
    }
    // the registry is silent for 60 s, so an answer in less is the deadline's
    String message = assertTimeout(Duration.ofSeconds(30), () -> denied(pod(images)));
    assertThat(message.split("; ")).hasSize(3);
    assertThat(message).doesNotContain("signature-missing");
    registry.stalls = false;
    open(LONG, Main.limit());
    assertThat(denied(pod(signed))).isEmpty();
  }

  @Test
  void reviews_thatWaitForARegistry_holdTheirImagesAndNotTheirObjects() throws Exception {
    registry.stalls = true;
    open(Duration.ofMinutes(4), Main.limit());
    // some 390 000 short strings, which Kubernetes takes as arguments: 1.5 MB, and 25 MB as a tree
    String large = "\"args\":[\"a\"" + ",\"a\"".repeat(390_000) + "],\"image\":";
    String digest = "@sha256:" + "0".repeat(64);
    assertThat(status(pod("nginx").replace("\"image\":", large))).isEqualTo(200);
    long before = usedBytes();
    ExecutorService posts = Executors.newCachedThreadPool();
    try {
      for (int i = 0; i < LARGE_REVIEWS; i++) {
        String image = registry.host() + "/team/app" + i + digest;
        byte[] review = pod(image).replace("\"image\":", large).getBytes(UTF_8);
        Future<HttpResponse<String>> unused =
            posts.submit(() -> apiServer.post(webhook.port(), review));
      }
      long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
      while (registry.asked.get() < LARGE_REVIEWS) {
        assertThat(System.nanoTime()).isLessThan(end);
        Thread.sleep(20);
      }
      assertThat(usedBytes() - before).isLessThan(LARGE_REVIEWS * 10L * 1024 * 1024);
    } finally {
      posts.shutdownNow();
    }
  }

  private static long usedBytes() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  @Test
  void images_thatNoTimeIsLeftFor_areRefusedByName() throws Exception {
    String signed = registry.image("1");
    registry.sign(signed);
    assertThat(gate.refusals(Set.of(signed), Duration.ZERO))
        .singleElement(STRING)
        .contains(signed, "not judged within the 20000 ms of a review");
    assertThat(gate.refusals(Set.of(signed), LONG)).isEmpty();
  }

  @Test
  void review_thatWaitsForOthersToBeRead_isRefusedAtTheDeadline() throws Exception {
    String signed = registry.image("1");
    registry.sign(signed);
    open(Duration.ofMillis(300), Main.limit());
    byte[] review = pod(signed).getBytes(UTF_8);
    List<ApiServer.SlowReview> slow = new ArrayList<>();
    for (int i = 0; i < ReviewHandler.MAX_READING; i++) {
      slow.add(apiServer.postSlowly(webhook.port(), review));
    }
    AtomicReference<HttpResponse<String>> last = new AtomicReference<>();
    // the slow ones may take a moment to arrive; until then others are answered
    assertTimeout(
        Duration.ofSeconds(30),
        () -> {
          do {
            last.set(apiServer.post(webhook.port(), review));
          } while (last.get().statusCode() == 200);
        });
    assertThat(last.get().statusCode()).isEqualTo(503);
    assertThat(last.get().body())
        .contains("other reviews were read for all of 300 ms", "refused unread");
    for (ApiServer.SlowReview each : slow) {
      assertThat(each.finish()).startsWith("HTTP/1.1 200 ");
    }
    assertThat(status(pod(signed))).isEqualTo(200);
  }

  @Test
  void hostileReviews_getAnAnswerAndNoWork() throws Exception {
    String good = pod(registry.image("1"));
    for (String body :
        new String[] {
          "",
          "[]",
          "null",
          "{",
          good + "{}",
          good.substring(0, good.length() - 1),
          good.replace("\"uid\":\"u-1\"", "\"uid\":\"\""),
          good.replace("\"uid\":\"u-1\",", ""),
          good.replace("\"u-1\"", "\"" + "u".repeat(200) + "\""),
          good.replace("admission.k8s.io/v1", "admission.k8s.io/v1beta1"),
          good.replace("AdmissionReview", "Review"),
          good.replace("\"spec\":", "\"spec\":{},\"spec\":"),
          good.replace("\"image\":", "\"image\":\"x\",\"image\":"),
          good.replace("\"spec\":", "\"deep\":" + "[".repeat(100) + "]".repeat(100) + ",\"spec\":"),
          "[".repeat(500_000),
          good.replace("\"spec\":", "\"many\":[0" + ",0".repeat(500_000) + "],\"spec\":")
        }) {
      assertThat(status(body)).as(body.substring(0, Math.min(200, body.length()))).isEqualTo(400);
    }
    assertThat(status(" ".repeat(ReviewHandler.MAX_BYTES + 1))).isEqualTo(413);
    assertThat(apiServer.get(webhook.port()).statusCode()).isEqualTo(405);
    assertThat(apiServer.postText(webhook.port(), good).statusCode()).isEqualTo(415);
    String[] many = new String[5_000];
    for (int i = 0; i < many.length; i++) {
      many[i] = registry.host() + "/team/app" + i + "@sha256:" + "0".repeat(64);
    }
    assertThat(denied(pod(many))).contains("more than 64 images");
    assertThat(denied(good.replace("\"Pod\"", "\"Secret\""))).contains("not judged here");
    assertThat(denied(good.replace("CREATE", "CONNECT"))).contains("CREATE and UPDATE");
    assertThat(registry.asked.get()).isZero();
    assertThat(denied(good)).contains("signature-missing");
  }

  @Test
  void reviews_moreThanTheRate_areRefused() throws Exception {
    open(LONG, Limit.tokenBucket(2, Rate.per(1, ChronoUnit.HOURS)).named("reviews"));
    assertThat(status(pod("nginx"))).isEqualTo(200);
    assertThat(status(pod("nginx"))).isEqualTo(200);
    assertThat(status(pod("nginx"))).isEqualTo(429);
  }
}
