package io.bartizan.examples.admission;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.artifact.PinnedKey;
import io.bartizan.integrity.attest.SignerKeys;
import io.bartizan.integrity.attest.policy.ImagePolicy;
import io.bartizan.integrity.attest.policy.ImageRule;
import io.bartizan.integrity.attest.policy.TrustedSigner;
import java.io.File;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Debian's docker-registry, with an image that cosign signed with a key. */
@Tag("deep")
class RealRegistryIT {

  private static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";

  @TempDir private Path folder;
  private final HttpClient http = HttpClient.newHttpClient();
  private Process registry;
  private String host;

  @BeforeEach
  void start() throws Exception {
    String program = program("docker-registry");
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    host = "127.0.0.1:" + port;
    Path config =
        Files.writeString(
            folder.resolve("config.yml"),
            "version: 0.1\nstorage: {filesystem: {rootdirectory: "
                + folder.resolve("data")
                + "}}\nhttp: {addr: '"
                + host
                + "'}\n");
    registry = process("registry.log", program, "serve", config.toString());
    long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (!answers()) {
      assertThat(registry.isAlive()).as(Files.readString(folder.resolve("registry.log"))).isTrue();
      assertThat(System.nanoTime()).as("the registry listens").isLessThan(end);
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  @AfterEach
  void stop() throws Exception {
    if (registry != null) {
      registry.destroy();
      assertThat(registry.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void pod_isAllowedOnceCosignHasSignedItsImage() throws Exception {
    String cosign = program("cosign");
    String image = push("{}");
    String other = push("{\"other\":1}");
    run(cosign, "generate-key-pair");
    run(cosign, "signing-config", "create", "--out", "sc.json");
    TrustedSigner signer =
        TrustedSigner.of(
            "key",
            SignerKeys.anyOf(PinnedKey.parse(Files.readString(folder.resolve("cosign.pub")))));
    ImageGate.Settings settings =
        new ImageGate.Settings(Set.of(host), Duration.ofSeconds(25), 100, builder -> builder);
    ImagePolicy policy = ImagePolicy.of(ImageRule.signature(signer));
    try (ApiServer apiServer = new ApiServer(folder)) {
      // each gate remembers on its own
      assertThat(review(apiServer, settings, policy, image))
          .contains("\"allowed\":false", "signature-missing");
      String signing = "sign --key cosign.key --signing-config sc.json --allow-http-registry";
      run((cosign + " " + signing + " " + image).split(" "));
      assertThat(review(apiServer, settings, policy, image)).contains("\"allowed\":true");
      assertThat(review(apiServer, settings, policy, other))
          .contains("\"allowed\":false", "signature-missing");
    }
  }

  private static String review(
      ApiServer apiServer, ImageGate.Settings settings, ImagePolicy policy, String image)
      throws Exception {
    try (ImageGate gate = new ImageGate(settings, policy, InstantSource.system());
        Webhook webhook = apiServer.serve(Main.limit(), gate)) {
      HttpResponse<String> answer =
          apiServer.post(webhook.port(), WebhookIT.pod(image).getBytes(UTF_8));
      assertThat(answer.statusCode()).isEqualTo(200);
      return answer.body();
    }
  }

  /** By the distribution API, as every client pushes. */
  private String push(String config) throws Exception {
    byte[] bytes = config.getBytes(UTF_8);
    Digest digest = Digest.sha256Of(bytes);
    URI repository = URI.create("http://" + host + "/v2/team/app/");
    HttpResponse<String> begun =
        http.send(
            HttpRequest.newBuilder(repository.resolve("blobs/uploads/"))
                .POST(BodyPublishers.noBody())
                .build(),
            BodyHandlers.ofString());
    String upload = begun.headers().firstValue("Location").orElseThrow();
    put(
        URI.create(upload + (upload.contains("?") ? "&" : "?") + "digest=" + digest),
        "application/octet-stream",
        bytes);
    byte[] manifest =
        "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"config\":{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d},\"layers\":[]}"
            .formatted(MANIFEST, "application/vnd.oci.image.config.v1+json", digest, bytes.length)
            .getBytes(UTF_8);
    Digest image = Digest.sha256Of(manifest);
    put(repository.resolve("manifests/" + image), MANIFEST, manifest);
    return host + "/team/app@" + image;
  }

  private void put(URI where, String type, byte[] body) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(where)
            .header("Content-Type", type)
            .PUT(BodyPublishers.ofByteArray(body))
            .build();
    HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
  }

  private boolean answers() throws InterruptedException {
    try {
      URI root = URI.create("http://" + host + "/v2/");
      return http.send(HttpRequest.newBuilder(root).build(), BodyHandlers.discarding()).statusCode()
          == 200;
    } catch (java.io.IOException e) {
      return false;
    }
  }

  private void run(String... command) throws Exception {
    Process process = process("log.txt", command);
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).as(String.join(" ", command)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(folder.resolve("log.txt"))).isZero();
  }

  private Process process(String log, String... command) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve(log).toFile());
    builder.environment().put("HOME", folder.toString());
    builder.environment().put("COSIGN_PASSWORD", "x");
    return builder.start();
  }

  /** From the path; a test without it is skipped, but fails where nothing may be missing. */
  private static String program(String name) {
    for (String each : System.getenv("PATH").split(File.pathSeparator, -1)) {
      Path file = Path.of(each, name);
      if (Files.isExecutable(file)) {
        return file.toString();
      }
    }
    assertThat(System.getenv("BARTIZAN_CI")).as("needs " + name).isNull();
    return abort(name + " is not installed");
  }
}
