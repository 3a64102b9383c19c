package io.bartizan.examples.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.testkit.DevCa;
import io.bartizan.testkit.DevCertificate;
import io.bartizan.testkit.RedisServer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Redis as a deployment has it: TLS alone, client certificates required, a user of one prefix. */
@Tag("deep")
@Timeout(120)
class ServeRedisTlsIT {

  @TempDir Path folder;

  private final DevCa first = DevCa.of("First authority of clients");
  private final DevCa second = DevCa.of("Second authority of clients");
  private Running running;
  private Path own;

  @BeforeEach
  void make() throws Exception {
    running = new Running(folder);
    Files.writeString(folder.resolve("password"), "secret\n");
    own = Files.createDirectory(folder.resolve("redis-tls"));
    Files.writeString(own.resolve("ca.crt"), running.ca.certificatePem());
    show(first);
  }

  @AfterEach
  void stop() {
    running.close();
  }

  @Test
  void redis_withTls_servesTheTableAndItsCertificateRotates() throws Exception {
    DevCertificate server = running.ca.leaf("redis").dns("localhost").forServer().issue();
    Path chain = Files.writeString(folder.resolve("redis.pem"), server.chainPem());
    Path key = Files.writeString(folder.resolve("redis-key.pem"), server.privateKeyPem());
    Path clients =
        Files.writeString(
            folder.resolve("clients.pem"), first.certificatePem() + second.certificatePem());
    try (RedisServer redis =
        RedisServer.builder()
            .withTls(chain, key, clients)
            .withConfig("tls-auth-clients", "yes")
            .withUser(
                "gateway",
                "on >secret ~gateway:* +evalsha +eval +time +get +set +del +getrange +setrange"
                    + " +pexpire +ping")
            .start()) {
      running
          .start(
              new Settings.Redis(
                  redis.tlsUri().replace("127.0.0.1", "localhost"),
                  own,
                  "gateway",
                  folder.resolve("password")))
          .awaitReady();
      assertThat(running.differences()).isEmpty();
      assertThat(redis.command("DBSIZE")).isNotEqualTo("0");

      show(second);
      Path only = Files.writeString(folder.resolve("second.pem"), second.certificatePem());
      redis.command("CONFIG", "SET", "tls-ca-cert-file", only.toString());
      redis.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
      Eventually.within("connected by the new certificate", () -> answer().contains("404 Not"));
      running.awaitReady();
    }
  }

  @Test
  void redis_ownCertificateMissingAtTheStart_isToldAndMended() throws Exception {
    DevCertificate server = running.ca.leaf("redis").dns("localhost").forServer().issue();
    Path chain = Files.writeString(folder.resolve("redis.pem"), server.chainPem());
    Path key = Files.writeString(folder.resolve("redis-key.pem"), server.privateKeyPem());
    Path clients = Files.writeString(folder.resolve("clients.pem"), first.certificatePem());
    Files.delete(own.resolve("tls.key"));
    try (RedisServer redis =
        RedisServer.builder()
            .withTls(chain, key, clients)
            .withConfig("tls-auth-clients", "yes")
            .start()) {
      running
          .start(
              new Settings.Redis(redis.tlsUri().replace("127.0.0.1", "localhost"), own, null, null))
          .awaitUnready("redis: client certificate: ");
      running.awaitUnready("tls.key");
      show(first);
      running.awaitReady();
      assertThat(answer()).startsWith("HTTP/1.1 404");
    }
  }

  @Test
  void redis_thatIsAnother_isNotTalkedTo() throws Exception {
    DevCertificate posing = first.leaf("redis").dns("localhost").forServer().issue();
    Path chain = Files.writeString(folder.resolve("redis.pem"), posing.chainPem());
    Path key = Files.writeString(folder.resolve("redis-key.pem"), posing.privateKeyPem());
    Path clients = Files.writeString(folder.resolve("clients.pem"), first.certificatePem());
    try (RedisServer redis = RedisServer.builder().withTls(chain, key, clients).start()) {
      running
          .start(
              new Settings.Redis(redis.tlsUri().replace("127.0.0.1", "localhost"), own, null, null))
          .awaitUnready("redis: Redis can't be reached");
      running.awaitUnready("chain-untrusted");
    }
  }

  private void show(DevCa authority) throws Exception {
    DevCertificate client = authority.leaf("gateway").dns("gateway").forClient().issue();
    Running.replace(own.resolve("tls.key"), client.privateKeyPem());
    Running.replace(own.resolve("tls.crt"), client.chainPem());
  }

  private String answer() throws Exception {
    try (Caller caller = new Caller(folder, "client")) {
      return caller.send(running.port(), "GET /nothing", "X-Api-Key: key-flood");
    }
  }
}
