package io.bartizan.examples.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import io.bartizan.mtls.ClientTls;
import io.bartizan.mtls.Identity;
import io.bartizan.mtls.PeerPolicy;
import io.bartizan.mtls.TrustAnchors;
import io.bartizan.testkit.DevCa;
import io.bartizan.testkit.DevCertificate;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * The webhook in a container as its manifest runs it: its arguments, user, memory and mounts, on an
 * internal network, with certificates of an authority of a test.
 */
final class ContainedWebhook implements AutoCloseable {

  static final String IMAGE = "localhost/bartizan-webhook-it";

  private static final String NAME = "bartizan-webhook-it";
  private static final String SERVICE = "webhook.admission.svc";
  private static final JsonNode POD =
      Manifests.objects().get("admission/Deployment/webhook").at("/spec/template/spec");
  private static final JsonNode CONTAINER = POD.at("/containers/0");

  private final Engine engine;
  private final Path folder;
  private final DevCa authority = DevCa.of("cluster");
  private final TrustAnchors anchors;

  private ContainedWebhook(Engine engine, Path folder) throws Exception {
    this.engine = engine;
    this.folder = Files.createDirectory(folder.resolve("webhook"));
    Path mounted = Files.createDirectory(this.folder.resolve("mounted"));
    ManifestRedis.write(
        authority.leaf("webhook").dns(SERVICE).forServer().issue(), mounted.resolve("tls"));
    put(mounted.resolve("client-ca/ca.crt"), authority.certificatePem());
    put(mounted.resolve("signer/cosign.pub"), publicKey());
    engine.run("chown", "-R", "65532:65532", mounted.toString());
    engine.run("chmod", "-R", "u=rX,go=", mounted.toString());
    put(this.folder.resolve("anchors"), authority.certificatePem());
    anchors = TrustAnchors.pem(this.folder.resolve("anchors"));
  }

  static ContainedWebhook start(Engine engine, Path folder) throws Exception {
    ContainedWebhook webhook = new ContainedWebhook(engine, folder);
    engine.run("podman", "network", "create", "--internal", NAME);
    try {
      engine.run(webhook.command());
    } catch (Throwable e) {
      webhook.close();
      throw e;
    }
    return webhook;
  }

  private String[] command() {
    List<String> words = new ArrayList<>(List.of("podman", "run", "--detach", "--name", NAME));
    words.addAll(List.of("--pull", "never", "--network", NAME));
    JsonNode user = POD.at("/securityContext");
    words.addAll(List.of("--user", user.path("runAsUser") + ":" + user.path("runAsGroup")));
    words.addAll(List.of("--read-only", "--read-only-tmpfs=false", "--cap-drop", "ALL"));
    words.addAll(List.of("--security-opt", "no-new-privileges", "--pids-limit", "512"));
    String memory = CONTAINER.at("/resources/limits/memory").asText().replace("Mi", "m");
    words.addAll(List.of("--memory", memory, "--memory-swap", memory));
    for (JsonNode mount : CONTAINER.path("volumeMounts")) {
      String files = folder.resolve("mounted").resolve(mount.path("name").asText()).toString();
      words.addAll(List.of("--volume", files + ":" + mount.path("mountPath").asText() + ":ro"));
    }
    words.add(IMAGE);
    CONTAINER.path("args").forEach(word -> words.add(word.asText()));
    return words.toArray(String[]::new);
  }

  private static void put(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private static String publicKey() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    PublicKey key = generator.generateKeyPair().getPublic();
    String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded());
    return "-----BEGIN PUBLIC KEY-----\n" + lines + "\n-----END PUBLIC KEY-----\n";
  }

  String inspect(String format) throws Exception {
    return engine.run("podman", "inspect", "--format", format, NAME);
  }

  String logs() throws Exception {
    return engine.run("podman", "logs", NAME);
  }

  /** Status line, fields and body of an answer to a client whose certificate has this DNS name. */
  String post(String client, String body) throws Exception {
    return post(authority, client, body);
  }

  String postByAnotherAuthority(String client, String body) throws Exception {
    return post(DevCa.of("another"), client, body);
  }

  private String post(DevCa by, String client, String body) throws Exception {
    DevCertificate issued = by.leaf(client).dns(client).forClient().issue();
    Path place = Files.createTempDirectory(folder, "client");
    ManifestRedis.write(issued, place);
    return post(Identity.pem(place.resolve("tls.crt"), place.resolve("tls.key")), body);
  }

  String postWithoutCertificate(String body) throws Exception {
    return post(Identity.none(), body);
  }

  private String post(Identity identity, String body) throws Exception {
    String head =
        """
        POST /review?timeout=10s HTTP/1.1
        Host: %s
        Connection: close
        Content-Type: application/json
        Content-Length: %d

        """
            .formatted(SERVICE, body.getBytes(UTF_8).length)
            .replace("\n", "\r\n");
    String address = inspect("{{(index .NetworkSettings.Networks \"" + NAME + "\").IPAddress}}");
    try (ClientTls tls = ClientTls.of(identity, anchors, PeerPolicy.dns(SERVICE));
        Socket socket = tls.sslContext().getSocketFactory().createSocket(address, 8443)) {
      socket.setSoTimeout(30_000);
      socket.getOutputStream().write((head + body).getBytes(UTF_8));
      socket.getOutputStream().flush();
      return new String(socket.getInputStream().readAllBytes(), UTF_8);
    }
  }

  /** SIGTERM; SIGKILL if it takes longer than the manifest gives it. */
  void stop() throws Exception {
    String grace = POD.path("terminationGracePeriodSeconds").asText();
    engine.run("podman", "stop", "--time", grace, NAME);
  }

  void startAgain() throws Exception {
    engine.run("podman", "start", NAME);
  }

  @Override
  public void close() throws Exception {
    engine.attempt(Map.of(), "podman", "rm", "--force", "--time", "5", NAME);
    engine.run("podman", "network", "rm", NAME);
  }
}
