package io.bartizan.examples.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.SecretBytes;
import io.bartizan.examples.gateway.demonstration.Material;
import io.bartizan.examples.gateway.demonstration.Tokens;
import io.bartizan.integrity.jwt.JwsAlgorithm;
import io.bartizan.integrity.jwt.JwtClaims;
import io.bartizan.integrity.jwt.JwtSigner;
import io.bartizan.integrity.jwt.SigningKey;
import io.bartizan.testkit.DevCertificate;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Base64;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each secret is rotated while a client calls on a new connection each time and is never refused.
 */
@Timeout(120)
class ServeRotationIT {

  private static final int API_KEYS = 400;

  @TempDir Path folder;

  private final Queue<String> failures = new ConcurrentLinkedQueue<>();
  private final AtomicLong served = new AtomicLong();
  private Running running;
  private Caller caller;
  private Thread client;
  private volatile boolean ends;
  private volatile String apiKeyPrefix = "client-key";
  private volatile String token;
  private volatile String cart;

  @BeforeEach
  void start() throws Exception {
    running = new Running(folder);
    Running.replace(running.material.apiKeys(), apiKeys("client-key"));
    asKubernetesMounts(running.material.tls());
    running.start().awaitReady();
    caller = new Caller(folder, "client");
    token = new Tokens(running.material).good();
    cart = sign("client-key-0");
    client = new Thread(this::callOnAndOn, "client");
    client.start();
    awaitMoreServed();
  }

  @AfterEach
  void stop() throws Exception {
    ends = true;
    client.join();
    caller.close();
    running.close();
  }

  @Test
  void tls_swappedAsKubernetesDoes_isShownToNewConnections() throws Exception {
    BigInteger before = caller.server(running.port()).getSerialNumber();
    DevCertificate next = running.ca.leaf("gateway").dns("localhost").forServer().issue();
    Path tls = running.material.tls();
    Path version = Files.createDirectory(tls.resolve("..2026_11_30"));
    Files.writeString(version.resolve("tls.crt"), next.chainPem());
    Files.writeString(version.resolve("tls.key"), next.privateKeyPem());
    Files.writeString(version.resolve("ca.crt"), running.ca.certificatePem());
    Path link = Files.createSymbolicLink(tls.resolve("..data_tmp"), version.getFileName());
    Files.move(link, tls.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
    Eventually.within(
        "the new certificate",
        () -> !caller.server(running.port()).getSerialNumber().equals(before));
    noneFailed();
  }

  @Test
  void peers_oneAdded_isHeardAndTheOthersStay() throws Exception {
    DevCertificate other =
        running.ca.leaf("shop").uri("spiffe://gateway.example/client/other").forClient().issue();
    Files.writeString(folder.resolve("other.pem"), other.chainPem());
    Files.writeString(folder.resolve("other-key.pem"), other.privateKeyPem());
    try (Caller added = new Caller(folder, "other")) {
      assertThat(isHeard(added)).isFalse();
      String shop = Files.readString(running.material.peers()).strip();
      Running.replace(
          running.material.peers(),
          "anyOf(" + shop + ", spiffeId(spiffe://gateway.example/client/other))\n");
      Eventually.within("the new peer is heard", () -> isHeard(added));
      noneFailed();
      Running.replace(running.material.peers(), shop);
      Eventually.within("the peer is refused again", () -> !isHeard(added));
      noneFailed();
    }
  }

  @Test
  void peers_malformedWhileServing_keepTheLastGoodOnesAndAreToldByTheProbe() throws Exception {
    String good = Files.readString(running.material.peers());
    Running.replace(running.material.peers(), "nonsense");
    Eventually.within("told", () -> running.probe("/readyz").body().contains("degraded, tls: "));
    assertThat(running.probe("/readyz").status()).isEqualTo(200);
    noneFailed();
    Running.replace(running.material.peers(), good);
    Eventually.within("mended", () -> running.probe("/readyz").body().equals("ready\n"));
  }

  @Test
  void tokenKeys_nextAddedThenFirstRemoved_onlyTheRemovedOneIsRefused() throws Exception {
    String old = token;
    KeyPairGenerator p256 = KeyPairGenerator.getInstance("EC");
    p256.initialize(new ECGenParameterSpec("secp256r1"));
    KeyPair pair = p256.generateKeyPair();
    SigningKey key =
        SigningKey.of(JwsAlgorithm.ES256, pair.getPrivate())
            .withPublicKey(pair.getPublic())
            .withKeyId("next");
    String first = Files.readString(running.material.tokenKeys());
    String next = key.publicJwk();
    Running.replace(
        running.material.tokenKeys(),
        first.replaceFirst("\\[", "[" + next.replace("\\", "\\\\") + ","));
    String signed =
        JwtSigner.of(Material.ISSUER, Duration.ofMinutes(5), key)
            .sign(JwtClaims.forAudience(Material.AUDIENCE).withSubject("user-8"));
    Eventually.within("the new key is known", () -> account(signed).startsWith("HTTP/1.1 200"));
    noneFailed();
    token = signed;
    awaitMoreServed();
    Running.replace(running.material.tokenKeys(), "{\"keys\":[" + next + "]}");
    Eventually.within("the old key is gone", () -> account(old).contains("key-unknown"));
    noneFailed();
  }

  @Test
  void cartKeys_newOneWrittenThenOldRemoved_onlyCartsOfTheOldAreRefused() throws Exception {
    String old = cart;
    byte[] oldId = keyId(old);
    String today = LocalDate.now(ZoneOffset.UTC).toString();
    writeCartKey("2999-01-01");
    writeCartKey(today + "-second");
    Eventually.within(
        "the new key signs", () -> !Arrays.equals(oldId, keyId(sign("client-key-0"))));
    assertThat(show(old)).startsWith("HTTP/1.1 200");
    noneFailed();
    cart = sign("client-key-0");
    awaitMoreServed();
    Files.delete(running.material.cartKeys().resolve("2026-11-29"));
    Eventually.within("the old key is gone", () -> show(old).contains("key-unknown"));
    noneFailed();
  }

  @Test
  void apiKeys_newOnesAddedThenOldRemoved_onlyTheOldAreRefused() throws Exception {
    Running.replace(
        running.material.apiKeys(),
        apiKeys("client-key") + "# the next ones\n" + apiKeys("next-key"));
    Eventually.within("the new keys are known", () -> isKnown("next-key-7"));
    noneFailed();
    cart = sign("next-key-0");
    apiKeyPrefix = "next-key";
    awaitMoreServed();
    Running.replace(running.material.apiKeys(), apiKeys("next-key"));
    Eventually.within("the old keys are gone", () -> !isKnown("client-key-7"));
    noneFailed();
  }

  private void noneFailed() throws Exception {
    awaitMoreServed();
    assertThat(failures).isEmpty();
  }

  /** Requests that began after now. */
  private void awaitMoreServed() throws Exception {
    long enough = served.get() + 8;
    Eventually.within("served", () -> served.get() >= enough || !failures.isEmpty());
  }

  private void callOnAndOn() {
    for (int i = 0; !ends; i++) {
      String prefix = apiKeyPrefix;
      try {
        String answer =
            caller.send(
                running.port(),
                "GET /account",
                "X-Api-Key: " + prefix + "-" + (1 + i % (API_KEYS - 1)),
                "Authorization: Bearer " + token);
        String shown = i % 8 == 0 ? show(cart, apiKeyPrefix) : "HTTP/1.1 200";
        if (answer.startsWith("HTTP/1.1 200") && shown.startsWith("HTTP/1.1 200")) {
          served.incrementAndGet();
        } else {
          failures.add(answer + shown);
        }
      } catch (IOException e) {
        failures.add(e.toString());
      }
      LockSupport.parkNanos(5_000_000); // the processor is the other tests' too
    }
  }

  private boolean isHeard(Caller who) {
    try {
      return who.send(running.port(), "GET /nothing", "X-Api-Key: client-key-9")
          .startsWith("HTTP/1.1 404");
    } catch (IOException refused) {
      return false;
    }
  }

  private boolean isKnown(String apiKey) throws IOException {
    return caller
        .send(running.port(), "GET /nothing", "X-Api-Key: " + apiKey)
        .startsWith("HTTP/1.1 404");
  }

  private String account(String bearer) throws IOException {
    return caller.send(
        running.port(),
        "GET /account",
        "X-Api-Key: " + apiKeyPrefix + "-5",
        "Authorization: Bearer " + bearer);
  }

  private String sign(String apiKey) throws IOException {
    String answer =
        caller.send(running.port(), "POST /cart", "X-Api-Key: " + apiKey, "Content-Length: 0");
    assertThat(answer).startsWith("HTTP/1.1 200");
    return answer.substring(answer.indexOf("\r\n\r\n") + 4);
  }

  private String show(String signed) throws IOException {
    return show(signed, "client-key");
  }

  private String show(String signed, String prefix) throws IOException {
    return caller.send(
        running.port(), "GET /cart", "X-Api-Key: " + prefix + "-0", "X-Cart: " + signed);
  }

  /** By the documented format: a byte of version, four of the key's id. */
  private static byte[] keyId(String signed) {
    return Arrays.copyOfRange(Base64.getUrlDecoder().decode(signed), 1, 5);
  }

  private void writeCartKey(String name) throws Exception {
    try (SecretBytes key = SecretBytes.random(32)) {
      Running.replace(
          running.material.cartKeys().resolve(name),
          Base64.getEncoder().encodeToString(key.exposedCopy()));
    }
  }

  private static String apiKeys(String prefix) {
    StringBuilder keys = new StringBuilder();
    for (int i = 0; i < API_KEYS; i++) {
      keys.append(prefix).append('-').append(i).append('\n');
    }
    return keys.toString();
  }

  /** Names that lead to ..data, which leads to the folder of a version. */
  private static void asKubernetesMounts(Path tls) throws IOException {
    Path version = Files.createDirectory(tls.resolve("..2026_11_29"));
    for (String name : new String[] {"tls.crt", "tls.key", "ca.crt"}) {
      Files.move(tls.resolve(name), version.resolve(name));
      Files.createSymbolicLink(tls.resolve(name), Path.of("..data", name));
    }
    Files.createSymbolicLink(tls.resolve("..data"), version.getFileName());
  }
}
