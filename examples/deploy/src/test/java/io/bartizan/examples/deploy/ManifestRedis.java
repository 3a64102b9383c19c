package io.bartizan.examples.deploy;

import io.bartizan.testkit.DevCa;
import io.bartizan.testkit.DevCertificate;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SslOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/**
 * A Redis with the configuration and users of the manifests, where only paths and the port are this
 * test's, and with secrets by the script {@code secrets}.
 */
final class ManifestRedis implements AutoCloseable {

  private static final Path GATEWAY = Manifests.KUBERNETES.resolve("gateway");

  private static final Duration DAY = Duration.ofDays(1);

  private final DevCa authority = DevCa.of("redis-ca");
  private final Path folder;
  private final int port;
  private final Path log;
  private Process process;

  private ManifestRedis(Path folder) throws IOException {
    this.folder = folder;
    this.log = folder.resolve("log");
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
  }

  static ManifestRedis start(String program, Path folder, UnaryOperator<String> acl)
      throws Exception {
    return start(program, folder, acl, Instant.now().minusSeconds(60));
  }

  /** With certificates that are valid for a day from then on. */
  static ManifestRedis start(String program, Path folder, UnaryOperator<String> acl, Instant start)
      throws Exception {
    Programs.required("openssl");
    Programs.required("redis-cli");
    ManifestRedis redis = new ManifestRedis(folder);
    redis.certificates(start);
    Ended made = run(List.of(Manifests.HOME + "/secrets", folder + "/secrets"));
    if (!made.equals(new Ended(0, ""))) {
      throw new IOException(made.toString());
    }
    String users = Files.readString(folder.resolve("secrets/redis-acl/users.acl"));
    Path place = Files.createDirectories(folder.resolve("acl"));
    Files.writeString(place.resolve("users.acl"), acl.apply(users));
    redis.launch(program);
    return redis;
  }

  /** As cert-manager would issue them, each time anew. */
  void certificates(Instant start) throws IOException {
    DevCertificate.Builder server = authority.leaf("redis").dns("redis").dns("localhost");
    write(
        server.forServer().forClient().withStart(start).withLifetime(DAY).issue(),
        folder.resolve("tls"));
    write(authority.leaf("gateway").forClient().issue(), folder.resolve("client"));
  }

  /** The files of a Secret of cert-manager. */
  static void write(DevCertificate issued, Path place) throws IOException {
    Files.createDirectories(place);
    Files.writeString(place.resolve("tls.crt"), issued.chainPem());
    Files.writeString(place.resolve("tls.key"), issued.privateKeyPem());
    Files.writeString(place.resolve("ca.crt"), issued.rootPem());
  }

  int port() {
    return port;
  }

  void launch(String program) throws Exception {
    String config =
        placed(Yaml.text(GATEWAY.resolve("redis.conf")))
            .replace("tls-port 6379", "tls-port " + port);
    Path file = Files.writeString(folder.resolve("redis.conf"), config);
    process =
        new ProcessBuilder(program, file.toString())
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    if (!Waiting.listens(Duration.ofSeconds(20), process, port)) {
      close();
      throw new IOException("redis-server does not listen:\n" + Files.readString(log));
    }
  }

  /** Text of a manifest with the paths of this test. */
  String placed(String text) {
    return text.replace("/run/secrets/redis/tls", folder.resolve("tls").toString())
        .replace("/run/secrets/redis/acl", folder.resolve("acl").toString())
        .replace(
            "/run/secrets/redis/certificates",
            folder.resolve("secrets/redis-certificates").toString())
        .replace("-h localhost", "-h localhost -p " + port);
  }

  /** The command of the manifest's probes. */
  List<String> probe() {
    List<String> words = words("/spec/template/spec/containers/0/livenessProbe/exec/command");
    words.addAll(words.indexOf("-h"), List.of("-p", Integer.toString(port)));
    return words;
  }

  /** The command of the container that reloads certificates. */
  List<String> reloader() {
    return words("/spec/template/spec/containers/1/command");
  }

  private List<String> words(String place) {
    List<String> words = new ArrayList<>();
    Manifests.objects()
        .get("gateway/StatefulSet/redis")
        .at(place)
        .forEach(word -> words.add(placed(word.asText())));
    return words;
  }

  /** Whether the server shows the certificate that lies in its folder. */
  boolean showsItsCertificate() throws Exception {
    String tls = folder.resolve("tls").toString();
    String line =
        "openssl s_client -connect localhost:%d -cert %s/tls.crt -key %s/tls.key -CAfile %s/ca.crt"
            + " </dev/null";
    Ended ended = run(List.of("sh", "-c", line.formatted(port, tls, tls, tls)));
    String lying = Files.readString(folder.resolve("tls/tls.crt"));
    return ended
        .output()
        .contains(lying.substring(0, lying.indexOf("-----END CERTIFICATE")).strip());
  }

  String password(String secret) throws IOException {
    return Files.readString(folder.resolve("secrets").resolve(secret).resolve("password"));
  }

  RedisClient client(String user, String password) {
    return client(user, password, folder.resolve("client"));
  }

  /** A client that shows the certificate of this folder. */
  RedisClient client(String user, String password, Path shown) {
    RedisURI uri =
        RedisURI.builder()
            .withHost("localhost")
            .withPort(port)
            .withSsl(true)
            .withAuthentication(user, password.toCharArray())
            .withTimeout(Duration.ofSeconds(30))
            .build();
    RedisClient client = RedisClient.create(uri);
    SslOptions ssl =
        SslOptions.builder()
            .jdkSslProvider()
            .keyManager(shown.resolve("tls.crt").toFile(), shown.resolve("tls.key").toFile(), null)
            .trustManager(folder.resolve("tls/ca.crt").toFile())
            .build();
    client.setOptions(ClientOptions.builder().sslOptions(ssl).build());
    return client;
  }

  /** Exit status and output of a program. */
  static Ended run(List<String> command) throws Exception {
    Process started = new ProcessBuilder(command).redirectErrorStream(true).start();
    started.getOutputStream().close();
    String output = new String(started.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!started.waitFor(30, TimeUnit.SECONDS)) {
      started.destroyForcibly();
      throw new IOException(command + " does not end");
    }
    return new Ended(started.exitValue(), output);
  }

  record Ended(int status, String output) {}

  @Override
  public void close() throws Exception {
    if (process != null) {
      process.destroyForcibly();
      process.waitFor();
    }
  }
}
