package io.bartizan.examples.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The admission webhook's image, built twice, and run as its manifest runs it. */
@Tag("deep")
@Timeout(600)
class WebhookImageIT {

  private static final String AGAIN = ContainedWebhook.IMAGE + "-again";
  private static final String REVIEW =
      """
      {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {
        "uid": "u-1", "operation": "CREATE", "kind": {"group": "", "version": "v1", "kind": "Pod"},
        "object": {"kind": "Pod", "spec": {"containers": [{"name": "app", "image": "%s"}]}}}}
      """;
  private static final String UNSIGNED =
      REVIEW.formatted("registry.example/team/app@sha256:" + "0".repeat(64));

  @TempDir private static Path folder;
  private static Engine engine;
  private static ContainedWebhook webhook;
  private static String builder;

  @BeforeAll
  static void up() throws Exception {
    engine = Engine.start(folder);
    builder = engine.lastLine(Manifests.HOME + "/image/builder", Engine.toolFolder());
    build(ContainedWebhook.IMAGE);
    webhook = ContainedWebhook.start(engine, folder);
  }

  @AfterAll
  static void down() throws Exception {
    if (webhook != null) {
      webhook.close();
      engine.run("podman", "rmi", ContainedWebhook.IMAGE);
    }
    if (engine != null) {
      engine.close();
    }
  }

  private static void build(String tag) throws Exception {
    engine.run(Manifests.HOME + "/image/build", builder, tag, "admission-webhook");
  }

  @BeforeEach
  void listens() throws Exception {
    Waiting.within(Duration.ofSeconds(60), "heard", WebhookImageIT::isHeard, webhook::logs);
  }

  private static boolean isHeard() throws Exception {
    try {
      return webhook.post("apiserver", "no review").startsWith("HTTP/1.1 400 ");
    } catch (IOException notYet) {
      return false;
    }
  }

  @Test
  void image_builtTwice_isTheSame() throws Exception {
    build(AGAIN);
    try {
      assertThat(ComposedGateway.digest(engine, AGAIN))
          .isEqualTo(ComposedGateway.digest(engine, ContainedWebhook.IMAGE));
    } finally {
      engine.run("podman", "rmi", AGAIN);
    }
  }

  @Test
  void image_ofAnApplicationThatIsNone_isRefused() throws Exception {
    ManifestRedis.Ended ended =
        engine.attempt(
            Map.of(), Manifests.HOME + "/image/build", builder, "localhost/no", "webhook");
    assertThat(ended.output()).contains("no application webhook", "gateway", "admission-webhook");
    assertThat(ended.status()).isEqualTo(2);
  }

  @Test
  void image_holdsTheWebhooksJars_andNotTheGateways() throws Exception {
    String container = engine.run("buildah", "from", "--pull-never", ContainedWebhook.IMAGE);
    try {
      String root = engine.run("buildah", "mount", container);
      assertThat(engine.run("ls", root).split("\n")).containsOnly("app", "java", "lib", "lib64");
      assertThat(engine.run("find", root, "-perm", "/222", "!", "-type", "l")).isEmpty();
      assertThat(engine.run("ls", root + "/app"))
          .contains("bartizan-example-admission-webhook-", "bartizan-mtls-")
          .doesNotContain("gateway", "testkit", "lettuce");
    } finally {
      engine.run("buildah", "rm", container);
    }
  }

  @Test
  void process_inItsContainer_hasNothingThatItDoesNotNeed() throws Exception {
    String pid = webhook.inspect("{{.State.Pid}}");
    assertThat(Engine.status(pid, "Uid")).isEqualTo("65532\t65532\t65532\t65532");
    for (String set : List.of("CapEff", "CapPrm", "CapInh", "CapBnd", "CapAmb")) {
      assertThat(Engine.status(pid, set)).as(set).isEqualTo("0000000000000000");
    }
    assertThat(Engine.status(pid, "NoNewPrivs")).isEqualTo("1");
    assertThat(Engine.status(pid, "Seccomp")).as("filtered").isEqualTo("2");
    assertThat(
            webhook.inspect(
                "{{.HostConfig.ReadonlyRootfs}} {{.HostConfig.Memory}} {{.HostConfig.PidsLimit}}"))
        .isEqualTo("true " + 512L * 1024 * 1024 + " 512");
  }

  @Test
  void review_ofTheApiServer_isAnsweredAndWhatCanNotBeJudgedIsDenied() throws Exception {
    assertThat(denied(UNSIGNED)).contains("registry.example/team/app@", "registry-unavailable");
    assertThat(denied(REVIEW.formatted("registry.example/app:1"))).contains("a tag can be moved");
  }

  private static String denied(String review) throws Exception {
    String answer = webhook.post("apiserver", review);
    assertThat(answer).startsWith("HTTP/1.1 200 ");
    JsonNode response =
        Yaml.JSON.readTree(answer.substring(answer.indexOf("\r\n\r\n"))).path("response");
    assertThat(response.path("uid").asText()).isEqualTo("u-1");
    assertThat(response.path("allowed").asBoolean(true)).isFalse();
    return response.at("/status/message").asText();
  }

  @Test
  void review_ofAnybodyElse_isNotHeard() {
    assertThatThrownBy(() -> webhook.postWithoutCertificate(UNSIGNED))
        .as("without a certificate")
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> webhook.post("node-1", UNSIGNED))
        .as("of another name")
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> webhook.postByAnotherAuthority("apiserver", UNSIGNED))
        .as("of another authority")
        .isInstanceOf(IOException.class);
  }

  @Test
  void webhook_thatIsToldToStop_endsWith0() throws Exception {
    webhook.stop();
    assertThat(webhook.inspect("{{.State.ExitCode}}")).as(webhook.logs()).isEqualTo("0");
    webhook.startAgain();
  }
}
