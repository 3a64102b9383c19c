package io.bartizan.examples.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.SecretBytes;
import io.bartizan.examples.gateway.demonstration.Material;
import io.bartizan.examples.gateway.demonstration.Tokens;
import io.bartizan.integrity.jwt.JwsAlgorithm;
import io.bartizan.integrity.jwt.JwtClaims;
import io.bartizan.integrity.jwt.JwtSigner;
import io.bartizan.integrity.jwt.SigningKey;
import io.bartizan.mtls.ClientTls;
import io.bartizan.mtls.Identity;
import io.bartizan.mtls.PeerPolicy;
import io.bartizan.mtls.TrustAnchors;
import io.bartizan.testkit.DevCa;
import io.bartizan.testkit.DevCertificate;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The process {@code serve} and a Redis under load, while everything is rotated or stopped. */
@Tag("deep")
@Timeout(300)
class RotationIT {

  private static final String CLIENT = "spiffe://gateway.example/client/shop";

  @TempDir private Path folder;

  private final DevCa ca = DevCa.of("callers");
  private final List<Load.Step> steps = new ArrayList<>();
  private Material material;
  private ManifestRedis redis;
  private Process gateway;
  private int port;
  private Load load;
  private Load.Held held;
  private long began;

  @Test
  void everything_rotatedUnderLoad_failsNoRequest() throws Exception {
    material = Material.make(Files.createDirectory(folder.resolve("material")), ca);
    replace(material.apiKeys(), apiKeys("client-key"));
    Path place = Files.createDirectory(folder.resolve("redis"));
    String program = Programs.required("redis-server");
    redis = ManifestRedis.start(program, place, acl -> acl);
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    gateway = serve(place);
    ClientTls tls = client(material.file("client.pem"), material.file("client-key.pem"));
    held = new Load.Held(tls, new Tokens(material).good(), List.of(), "client-key");
    within("served", () -> account(held).startsWith("HTTP/1.1 200"));
    held = withCarts(held);
    load = new Load(port, held, step("before", false, false));
    try {
      settle();
      serverCertificate();
      callersAuthority();
      cartKey();
      tokenKey();
      apiKey();
      redisStops(program);
      sigterm();
    } finally {
      load.close();
      gateway.destroyForcibly();
      redis.close();
      report();
    }
    assertThat(steps)
        .allSatisfy(each -> assertThat(each.failures).as(each.name).isEmpty())
        .allSatisfy(each -> assertThat(each.answered).as(each.name).isNotEmpty());
  }

  private void serverCertificate() throws Exception {
    BigInteger before = Load.serial(port, held.tls());
    Load.Step step = begin("server's certificate renewed", false, false);
    DevCertificate next = ca.leaf("gateway").dns("localhost").forServer().issue();
    replace(material.tls().resolve("tls.key"), next.privateKeyPem());
    replace(material.tls().resolve("tls.crt"), next.chainPem());
    within("new certificate", () -> !Load.serial(port, held.tls()).equals(before));
    step.seen = Load.seconds(began);
    settle();
  }

  private void callersAuthority() throws Exception {
    Load.Step step = begin("callers' authority replaced", false, false);
    DevCa next = DevCa.of("callers, next");
    DevCertificate issued = next.leaf("shop").uri(CLIENT).forClient().issue();
    Path crt = Files.writeString(folder.resolve("next.pem"), issued.chainPem());
    Path key = Files.writeString(folder.resolve("next-key.pem"), issued.privateKeyPem());
    ClientTls moved = client(crt, key);
    replace(material.tls().resolve("ca.crt"), ca.certificatePem() + next.certificatePem());
    Load.Held old = held;
    Load.Held with = new Load.Held(moved, old.token(), old.carts(), old.apiKeyPrefix());
    within("new authority", () -> account(with).startsWith("HTTP/1.1 200"));
    step.seen = Load.seconds(began);
    move(with);
    replace(material.tls().resolve("ca.crt"), next.certificatePem());
    within("old authority is refused", () -> !account(old).startsWith("HTTP/1.1 200"));
    settle();
  }

  private void cartKey() throws Exception {
    Load.Step step = begin("key of carts replaced", false, false);
    String old = held.carts().get(0);
    List<Path> before;
    try (Stream<Path> files = Files.list(material.cartKeys())) {
      before = files.toList();
    }
    try (SecretBytes key = SecretBytes.random(32)) {
      replace(
          material.cartKeys().resolve(LocalDate.now(ZoneOffset.UTC) + "-second"),
          Base64.getEncoder().encodeToString(key.exposedCopy()));
    }
    within("new key", () -> !cart(held, Load.API_KEYS - 1).startsWith(old.substring(0, 6)));
    step.seen = Load.seconds(began);
    settle();
    move(withCarts(held));
    for (Path file : before) {
      Files.delete(file);
    }
    String key = "X-Api-Key: " + held.apiKeyPrefix() + "-" + 0;
    within(
        "old key is refused",
        () ->
            Load.send(port, held.tls(), "GET /cart", key, "X-Cart: " + old)
                .startsWith("HTTP/1.1 400"));
    settle();
  }

  private void tokenKey() throws Exception {
    Load.Step step = begin("issuer's key replaced", false, false);
    KeyPairGenerator p256 = KeyPairGenerator.getInstance("EC");
    p256.initialize(new ECGenParameterSpec("secp256r1"));
    KeyPair pair = p256.generateKeyPair();
    SigningKey key =
        SigningKey.of(JwsAlgorithm.ES256, pair.getPrivate())
            .withPublicKey(pair.getPublic())
            .withKeyId("next");
    String first = Files.readString(material.tokenKeys());
    replace(material.tokenKeys(), first.replace("[", "[" + key.publicJwk() + ","));
    String token =
        JwtSigner.of(Material.ISSUER, Duration.ofMinutes(5), key)
            .sign(JwtClaims.forAudience(Material.AUDIENCE).withSubject("user-8"));
    Load.Held old = held;
    Load.Held with = new Load.Held(old.tls(), token, old.carts(), old.apiKeyPrefix());
    within("new key", () -> account(with).startsWith("HTTP/1.1 200"));
    step.seen = Load.seconds(began);
    move(with);
    replace(material.tokenKeys(), "{\"keys\":[" + key.publicJwk() + "]}");
    within("old key is refused", () -> account(old).contains("key-unknown"));
    settle();
  }

  private void apiKey() throws Exception {
    Load.Step step = begin("API keys replaced", false, false);
    replace(material.apiKeys(), apiKeys("client-key") + apiKeys("next-key"));
    Load.Held old = held;
    Load.Held keys = new Load.Held(old.tls(), old.token(), List.of(), "next-key");
    within("new keys", () -> account(keys).startsWith("HTTP/1.1 200"));
    step.seen = Load.seconds(began);
    move(withCarts(keys));
    replace(material.apiKeys(), apiKeys("next-key"));
    within("old keys are refused", () -> !account(old).startsWith("HTTP/1.1 200"));
    settle();
  }

  private void redisStops(String program) throws Exception {
    Load.Step step = begin("Redis stopped and started", true, false);
    within("only requests of this step are open", () -> step.answered.size() > 20);
    redis.close();
    within("503", () -> step.refused.get() > 50);
    redis.launch(program);
    long started = System.nanoTime();
    within("recovered", () -> account(held).startsWith("HTTP/1.1 200"));
    step.recovered = Load.seconds(started);
    settle();
    begin("after Redis returned", false, false);
    settle();
  }

  private void sigterm() throws Exception {
    Load.Step step = begin("SIGTERM", false, true);
    within("served in this step", () -> step.answered.size() > 20);
    long told = System.nanoTime();
    gateway.destroy();
    assertThat(gateway.waitFor(30, TimeUnit.SECONDS)).isTrue();
    step.recovered = "ended after " + Load.seconds(told);
    assertThat(gateway.exitValue()).isZero();
  }

  private Process serve(Path place) throws IOException {
    Path java = Path.of(System.getProperty("java.home"), "bin/java");
    Path password = place.resolve("secrets/gateway-redis-password/password");
    return new ProcessBuilder(
            java.toString(),
            "-cp",
            System.getProperty("java.class.path"),
            "io.bartizan.examples.gateway.Main",
            "serve",
            "--port=" + port,
            "--probe-port=0",
            "--tls=" + material.tls(),
            "--peers=" + material.peers(),
            "--issuer=" + Material.ISSUER,
            "--audience=" + Material.AUDIENCE,
            "--token-keys=" + material.tokenKeys(),
            "--cart-keys=" + material.cartKeys(),
            "--api-keys=" + material.apiKeys(),
            "--redis=rediss://localhost:" + redis.port(),
            "--redis-tls=" + place.resolve("client"),
            "--redis-user=limiter",
            "--redis-password=" + password,
            "--drain-delay=0s",
            "--drain-time=20s")
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("gateway.log").toFile())
        .start();
  }

  private ClientTls client(Path certificate, Path key) {
    return ClientTls.of(
        Identity.pem(certificate, key),
        TrustAnchors.pem(material.file("ca.pem")),
        PeerPolicy.requestedHost());
  }

  private String account(Load.Held with) {
    try {
      String key = "X-Api-Key: " + with.apiKeyPrefix() + "-" + (System.nanoTime() >>> 10) % 400;
      String bearer = "Authorization: Bearer " + with.token();
      return Load.send(port, with.tls(), "GET /account", key, bearer);
    } catch (IOException e) {
      return e.toString();
    }
  }

  private Load.Held withCarts(Load.Held with) throws IOException {
    List<String> carts = new ArrayList<>();
    for (int i = 0; i < Load.CARTS; i++) {
      carts.add(cart(with, i));
    }
    return new Load.Held(with.tls(), with.token(), carts, with.apiKeyPrefix());
  }

  private String cart(Load.Held with, int apiKey) throws IOException {
    String key = "X-Api-Key: " + with.apiKeyPrefix() + "-" + apiKey;
    String answer = Load.send(port, with.tls(), "POST /cart", key, "Content-Length: 0");
    assertThat(answer).startsWith("HTTP/1.1 200");
    return answer.substring(answer.indexOf("\r\n\r\n") + 4);
  }

  /** Nobody uses what was held before, once requests of a second are answered. */
  private void move(Load.Held next) throws Exception {
    held = next;
    load.hold(next);
    TimeUnit.SECONDS.sleep(1);
  }

  private static void settle() throws Exception {
    TimeUnit.SECONDS.sleep(3);
  }

  private Load.Step step(String name, boolean isRedisAway, boolean mayNotConnect) {
    Load.Step next = new Load.Step(name, isRedisAway, mayNotConnect);
    steps.add(next);
    return next;
  }

  private Load.Step begin(String name, boolean isRedisAway, boolean mayNotConnect) {
    Load.Step next = step(name, isRedisAway, mayNotConnect);
    load.begin(next);
    began = System.nanoTime();
    return next;
  }

  private void within(String what, Callable<Boolean> condition) throws Exception {
    Waiting.within(
        Duration.ofSeconds(30),
        what,
        condition,
        () -> Files.readString(folder.resolve("gateway.log")));
  }

  private void report() throws IOException {
    StringBuilder table = new StringBuilder(Load.HEAD).append('\n');
    for (Load.Step each : steps) {
      table.append(each.row()).append('\n');
    }
    Files.writeString(Manifests.HOME.resolve("target/rotation.md"), table);
  }

  private static String apiKeys(String prefix) {
    StringBuilder keys = new StringBuilder();
    for (int i = 0; i < Load.API_KEYS; i++) {
      keys.append(prefix).append('-').append(i).append('\n');
    }
    return keys.toString();
  }

  private static void replace(Path file, String text) throws IOException {
    Path beside = file.resolveSibling("." + file.getFileName() + ".new");
    Files.writeString(beside, text);
    Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
  }
}
