package io.bartizan.ratelimit.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.ratelimit.Decision.Source;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.Permit;
import io.bartizan.testkit.DevCa;
import io.bartizan.testkit.DevCertificate;
import io.bartizan.testkit.RedisServer;
import io.bartizan.tests.OptionalTool;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.SslOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Over TLS, as a user who may touch one prefix and run the few commands of the documentation. */
@Tag("deep")
class RedisTlsIT {

  private static final Limit LIMIT = Limit.parse("10 burst, 1/h").named("t");

  private static final String LIMITS =
      " +evalsha +eval +time +get +set +del +getrange +setrange +pexpire +ping";
  private static final String LEASES =
      " +zcount +zrangebyscore +zremrangebyscore +zadd +zscore +zrem +pttl";

  @TempDir Path folder;

  @Test
  void limits_and_leases_work_over_tls_for_a_user_of_one_prefix() throws IOException {
    Path unused = OptionalTool.program("redis-server");
    DevCa ca = DevCa.of("redis test authority");
    DevCertificate server = ca.leaf("redis").ip("127.0.0.1").forServer().issue();
    Path chain = Files.writeString(folder.resolve("chain.pem"), server.chainPem());
    Path key = Files.writeString(folder.resolve("key.pem"), server.privateKeyPem());
    Path anchor = Files.writeString(folder.resolve("ca.pem"), ca.certificatePem());
    try (RedisServer redis =
        RedisServer.builder()
            .withTls(chain, key, anchor)
            .withUser("limiter", "on >secret ~bartizan:*" + LIMITS + LEASES)
            .start()) {
      String uri = redis.tlsUri().replace("rediss://", "rediss://limiter:secret@");
      RedisClient client = RedisClient.create(uri);
      SslOptions trust =
          SslOptions.builder().jdkSslProvider().trustManager(anchor.toFile()).build();
      client.setOptions(ClientOptions.builder().sslOptions(trust).build());
      try (RedisRateLimiter limiter =
              RedisRateLimiter.builder(client, LIMIT).withTimeout(Duration.ofSeconds(10)).build();
          RedisConcurrencyLimiter leases =
              RedisConcurrencyLimiter.builder(client, "jobs", 1, Duration.ofMinutes(1))
                  .withTimeout(Duration.ofSeconds(10))
                  .build();
          RedisRateLimiter foreign =
              RedisRateLimiter.builder(client, LIMIT)
                  .withKeyPrefix("other")
                  .withTimeout(Duration.ofSeconds(10))
                  .build()) {
        assertThat(limiter.blocking().tryAcquire("k", 10).source()).isEqualTo(Source.REMOTE);
        assertThat(limiter.blocking().tryAcquire("k").isAllowed()).isFalse();
        Permit lease = leases.blocking().tryAcquire("k");
        assertThat(lease.isGranted()).isTrue();
        assertThat(lease.renew().toCompletableFuture().join()).isTrue();
        lease.close();
        assertThatThrownBy(() -> foreign.blocking().tryAcquire("k"))
            .isInstanceOf(RedisCommandExecutionException.class)
            .hasMessageContaining("NOPERM");
      } finally {
        RedisFixture.shutDown(client);
      }
    }
  }
}
