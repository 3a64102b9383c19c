package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.testkit.BadCertificate;
import io.bartizan.testkit.BadCertificates;
import io.bartizan.testkit.DevCa;
import io.bartizan.testkit.DevCertificate;
import io.bartizan.testkit.RedisServer;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SslOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real Redis that asks for client certificates, reached through Lettuce by the factories. */
@Tag("deep")
class PeerRedisIT {

  private final DevCa ca = DevCa.of("Redis Root");
  private final BadCertificates servers =
      BadCertificates.ofServer(ca, PeerCast.DNS, PeerCast.SPIFFE);
  private final DevCertificate client =
      ca.leaf("client").forClient().dns("client.internal").issue();
  @TempDir Path folder;

  @Test
  void redis_withClientCertificates_answersTheClientItKnows() throws Exception {
    assertThat(ping(servers.good(), client)).isEqualTo("PONG");
    DevCertificate stranger = DevCa.of("Other Root").leaf("client").forClient().issue();
    assertThatThrownBy(() -> ping(servers.good(), stranger))
        .isInstanceOf(RedisConnectionException.class);
  }

  @Test
  void redis_thatIsAnotherThanExpected_isNotTalkedTo() {
    for (BadCertificate kind :
        List.of(
            BadCertificate.EXPIRED,
            BadCertificate.COMMON_NAME_ONLY,
            BadCertificate.OTHER_SPIFFE_PATH,
            BadCertificate.OTHER_ROOT)) {
      assertThatThrownBy(() -> ping(servers.of(kind), client))
          .as("%s", kind)
          .isInstanceOf(RedisConnectionException.class)
          .hasRootCauseInstanceOf(PeerRejectedException.class);
    }
  }

  private String ping(DevCertificate shown, DevCertificate own) throws Exception {
    shown.writeTo(folder);
    ca.writeCertificate(folder.resolve("root.pem"));
    try (RedisServer redis =
            RedisServer.builder()
                .withTls(
                    folder.resolve("cert.pem"),
                    folder.resolve("key.pem"),
                    folder.resolve("root.pem"))
                .withConfig("tls-auth-clients", "yes")
                .start();
        ClientTls tls =
            ClientTls.builder(
                    Identity.of(own.privateKey(), own.chain()),
                    TrustAnchors.of(List.of(ca.certificate())),
                    PeerPolicy.anyOf(
                        PeerPolicy.dns(PeerCast.DNS), PeerPolicy.spiffeId(PeerCast.SPIFFE)))
                .build()) {
      RedisClient redisClient =
          RedisClient.create(
              RedisURI.builder(RedisURI.create(redis.tlsUri()))
                  .withTimeout(Duration.ofSeconds(10))
                  .build());
      try {
        redisClient.setOptions(
            ClientOptions.builder()
                .autoReconnect(false)
                .sslOptions(
                    SslOptions.builder()
                        .keyManager(tls.keyManagerFactory())
                        .trustManager(tls.trustManagerFactory())
                        .build())
                .build());
        try (StatefulRedisConnection<String, String> connection = redisClient.connect()) {
          return connection.sync().ping();
        }
      } finally {
        redisClient.shutdown(Duration.ZERO, Duration.ofSeconds(5));
      }
    }
  }
}
