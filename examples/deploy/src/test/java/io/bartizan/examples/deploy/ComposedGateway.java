package io.bartizan.examples.deploy;

import io.bartizan.examples.gateway.demonstration.Material;
import io.bartizan.examples.gateway.demonstration.VisitCommand;
import io.bartizan.testkit.DevCa;
import io.bartizan.testkit.DevCertificate;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;

/**
 * The Compose file of this folder, up on a real engine: its images built here, secrets by the
 * script {@code secrets}, certificates and callers' keys of a test. The issuer's name, the
 * published port and the artifacts of the attack table are all that is changed in the file.
 */
final class ComposedGateway implements AutoCloseable {

  static final String GATEWAY = "registry.example/bartizan/gateway";
  static final String REDIS = "registry.example/mirror/redis";

  private static final String PROJECT = "guarded-gateway";
  private static final HttpClient HTTP =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

  final Engine engine;
  private final Path compose;
  private final Path material;
  private final Map<String, String> digests = new HashMap<>();
  private final int port;

  private ComposedGateway(Engine engine, Path folder) throws Exception {
    this.engine = engine;
    this.compose = Files.createDirectory(folder.resolve("compose"));
    this.material = Files.createDirectory(folder.resolve("material"));
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    Files.createDirectories(folder.resolve("kubernetes/gateway"));
    Files.copy(
        Manifests.KUBERNETES.resolve("gateway/redis.conf"),
        folder.resolve("kubernetes/gateway/redis.conf"));
    writeFile();
    writeSecrets();
  }

  static ComposedGateway up(Engine engine, Path folder) throws Exception {
    ComposedGateway gateway = new ComposedGateway(engine, folder);
    gateway.digests.put("GATEWAY_DIGEST", digest(engine, GATEWAY));
    gateway.digests.put("REDIS_DIGEST", digest(engine, REDIS));
    gateway.compose("up", "--detach");
    return gateway;
  }

  static String digest(Engine engine, String image) throws Exception {
    return engine.run("podman", "image", "inspect", "--format", "{{.Digest}}", image);
  }

  private void writeFile() throws IOException {
    String text =
        Yaml.text(Manifests.HOME.resolve("compose/compose.yaml"))
            .replace("https://issuer.example", Material.ISSUER)
            .replace("published: \"8443\"", "published: \"" + port + "\"")
            .replace(
                "      - --drain-time=20s\n",
                "      - --drain-time=20s\n      - --artifacts=/srv/artifacts\n")
            .replace(
                "      - {type: bind, source: ./config/peers,",
                "      - {type: bind, source: ./config/artifacts, target: /srv/artifacts,"
                    + " read_only: true}\n"
                    + "      - {type: bind, source: ./config/peers,");
    Files.writeString(compose.resolve("compose.yaml"), text);
  }

  private void writeSecrets() throws Exception {
    Material made = Material.make(material);
    Path secrets = compose.resolve("secrets");
    engine.run(Manifests.HOME + "/secrets", secrets.toString());
    DevCa redis = DevCa.of("redis-ca");
    DevCertificate.Builder server = redis.leaf("redis").dns("redis").dns("localhost");
    ManifestRedis.write(server.forServer().forClient().issue(), secrets.resolve("redis-tls"));
    ManifestRedis.write(
        redis.leaf("gateway").forClient().issue(), secrets.resolve("gateway-redis-tls"));
    engine.run("cp", "-r", made.tls().toString(), secrets.resolve("gateway-tls").toString());
    put(made.apiKeys(), secrets.resolve("gateway-api-keys/api-keys"));
    put(made.peers(), compose.resolve("config/peers/peers"));
    put(made.tokenKeys(), compose.resolve("config/token-keys/jwks.json"));
    engine.run(
        "cp", "-r", made.artifacts().toString(), compose.resolve("config/artifacts").toString());
    engine.run("chown", "-R", "65532:65532", secrets.toString(), compose + "/config");
  }

  private static void put(Path from, Path to) throws IOException {
    Files.createDirectories(to.getParent());
    Files.writeString(to, Files.readString(from));
  }

  Path secret(String name) {
    return compose.resolve("secrets").resolve(name);
  }

  String compose(String... words) throws Exception {
    List<String> command = new ArrayList<>(List.of("docker-compose", "-f"));
    command.add(compose.resolve("compose.yaml").toString());
    command.addAll(List.of(words));
    ManifestRedis.Ended ended = engine.attempt(digests, command.toArray(new String[0]));
    if (ended.status() != 0) {
      throw new IOException(command + " failed:\n" + ended.output());
    }
    return ended.output();
  }

  String inspect(String service, String format) throws Exception {
    return engine.run("podman", "inspect", "--format", format, container(service));
  }

  static String container(String service) {
    return PROJECT + "-" + service + "-1";
  }

  static String network(String name) {
    return PROJECT + "_" + name;
  }

  String address(String service, String network) throws Exception {
    return inspect(
        service, "{{(index .NetworkSettings.Networks \"" + network(network) + "\").IPAddress}}");
  }

  /** What the gateway says of itself, asked over the network "monitoring". */
  String ready() throws Exception {
    URI uri = URI.create("http://" + address("gateway", "monitoring") + ":8081/readyz");
    try {
      HttpResponse<String> answer =
          HTTP.send(
              HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(5)).build(),
              BodyHandlers.ofString());
      return answer.statusCode() + " " + answer.body();
    } catch (IOException notYet) {
      return "none";
    }
  }

  /** The attack table, sent through the port that is published: exit status and the answers. */
  ManifestRedis.Ended visit() {
    StringWriter out = new StringWriter();
    int status =
        new CommandLine(new VisitCommand())
            .setOut(new PrintWriter(out, true))
            .execute("--port", Integer.toString(port), "--material", material.toString());
    return new ManifestRedis.Ended(status, out.toString());
  }

  String logs(String service) throws Exception {
    return engine.run("podman", "logs", container(service));
  }

  @Override
  public void close() throws Exception {
    compose("down", "--timeout", "5");
  }
}
