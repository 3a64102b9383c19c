package io.bartizan.examples.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.Health;
import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.Reservation;
import io.bartizan.ratelimit.TokenBucket;
import io.bartizan.ratelimit.redis.RedisRateLimiter;
import io.bartizan.testkit.DevCa;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.ArrayOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.ProtocolKeyword;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A real redis-server with the manifests' users: what the limiter needs goes, nothing else does.
 */
@Timeout(120)
@SuppressWarnings("NullAway.Init") // BeforeAll
class RedisAclIT {

  private static final Duration SOON = Duration.ofSeconds(5);

  /** Each algorithm, and a change of its numbers: together they need every command. */
  private static final List<Limit> LIMITS =
      Stream.of(
              "20 burst, 20/min",
              "20/min sliding",
              "30/min sliding",
              "20/min sliding counter",
              "20/min fixed",
              "20/day in UTC")
          .map(Limit::parse)
          .map(limit -> limit.named(limit.getClass().getSimpleName()))
          .toList();

  private static final String REFUSED =
      """
      FLUSHALL, FLUSHDB, KEYS *, SCAN 0, RANDOMKEY, DBSIZE, INFO, MONITOR, SAVE, SHUTDOWN, PING
      CONFIG GET *, CONFIG SET maxmemory 1, ACL LIST, ACL WHOAMI, CLIENT LIST, SCRIPT FLUSH, SCRIPT KILL
      FUNCTION LIST, MODULE LIST, REPLICAOF NO ONE, PUBLISH gateway:x y, SUBSCRIBE x, INCR gateway:x
      DUMP gateway:x, GET other:x, SET other:x 1, DEL other:x, SET gateways:x 1, GET gateway
      """;

  private static final String RULES = "user limiter ";

  @TempDir private static Path folder;
  private static ManifestRedis redis;

  /** Beside the users of the file one for each command of the limiter's, which lacks it. */
  @BeforeAll
  static void start() throws Exception {
    UnaryOperator<String> more =
        acl ->
            commands(acl).stream()
                .map(
                    each ->
                        limitersLine(acl)
                            .replaceFirst(" [+]" + each + "(?= |$)", "")
                            .replace(RULES, "user " + each + " "))
                .collect(Collectors.joining("\n", acl, "\n"));
    redis = ManifestRedis.start(Programs.required("redis-server"), folder, more);
  }

  @AfterAll
  static void stop() throws Exception {
    if (redis != null) {
      redis.close();
    }
  }

  private static String limitersLine(String acl) {
    return acl.lines().filter(line -> line.startsWith(RULES)).findFirst().orElseThrow();
  }

  private static List<String> commands(String acl) {
    return Pattern.compile(" \\+(\\S+)")
        .matcher(limitersLine(acl))
        .results()
        .map(match -> match.group(1))
        .toList();
  }

  @Test
  void limiter_ofEachAlgorithm_decidesOnRedis() throws Exception {
    assertThat(complaints(redis, "limiter")).isEmpty();
  }

  /** Seen from the other side: without any one of its commands, some limiter fails. */
  @ParameterizedTest
  @ValueSource(
      strings = {"evalsha", "time", "get", "set", "del", "getrange", "setrange", "pexpire"})
  void limiter_withoutACommandOfItsUser_fails(String command) throws Exception {
    assertThat(complaints(redis, command).toString())
        .containsAnyOf("NOPERM", "can't run this command");
  }

  /** EVAL brings a script that Redis does not have, which the others here have brought. */
  @Test
  void user_ofTheFile_hasTheseCommandsAndEval() {
    assertThat(commands(Yaml.text(Manifests.KUBERNETES.resolve("gateway/users.acl"))))
        .containsExactlyInAnyOrder(
            "eval", "evalsha", "time", "get", "set", "del", "getrange", "setrange", "pexpire");
  }

  static List<String> otherServers() {
    String servers = System.getenv().getOrDefault("BARTIZAN_REDIS_SERVERS", "");
    return Arrays.stream(servers.split(File.pathSeparator, -1))
        .filter(each -> !each.isEmpty())
        .toList();
  }

  @ParameterizedTest(allowZeroInvocations = true)
  @MethodSource("otherServers")
  @Tag("deep")
  void limiter_onOtherServers_decidesAndNobodyElseDoes(String program, @TempDir Path place)
      throws Exception {
    try (ManifestRedis other = ManifestRedis.start(program, place, acl -> acl)) {
      assertThat(complaints(other, "limiter")).isEmpty();
      try (Asked asked = new Asked(other)) {
        assertThat(asked.answer("FLUSHALL")).startsWith("NOPERM");
      }
    }
  }

  @Test
  void limitersUser_withWhatIsNotItsOwn_isRefused() throws Exception {
    try (Asked asked = new Asked(redis)) {
      assertThat(REFUSED.lines().flatMap(line -> Arrays.stream(line.split(", "))))
          .hasSizeGreaterThan(25)
          .allSatisfy(line -> assertThat(asked.answer(line.split(" "))).startsWith("NOPERM"));
      assertThat(asked.answer("DEBUG", "SLEEP", "0"))
          .containsAnyOf("DEBUG command not allowed", "NOPERM");
      assertThat(asked.answer("SET", "gateway:x", "1")).isEqualTo("[OK]");
      assertThat(asked.answer("GET", "gateway:x")).isEqualTo("[1]");
    }
  }

  /** No ACL tells scripts apart, but each can do only what its user can. */
  @Test
  void script_ofSomebodyElse_reachesNoMoreThanItsUser() throws Exception {
    try (Asked asked = new Asked(redis)) {
      String own = "return redis.call('SET', KEYS[1], 'x')";
      assertThat(asked.answer("EVAL", own, "1", "gateway:y")).isEqualTo("[OK]");
      assertThat(asked.answer("EVAL", own, "1", "other:y")).startsWith("NOPERM");
      String hidden = "return redis.call('SET', 'other:x', 'x')";
      assertThat(asked.answer("EVAL", hidden, "0"))
          .contains("can't access at least one of the keys");
      for (String call :
          List.of("'FLUSHALL'", "'KEYS','*'", "'CONFIG','GET','*'", "'INCR','gateway:x'")) {
        assertThat(asked.answer("EVAL", "return redis.call(" + call + ")", "0"))
            .containsAnyOf("can't run this command", "not allowed from script");
      }
    }
  }

  @Test
  void client_withoutUserOrCertificate_isRefused(@TempDir Path other) throws Exception {
    String password = redis.password("gateway-redis-password");
    assertThat(connection(redis.client("limiter", password))).isEqualTo("open");
    assertThat(connection(redis.client("limiter", "wrong"))).contains("WRONGPASS");
    assertThat(connection(redis.client("default", password))).contains("WRONGPASS");
    ManifestRedis.write(DevCa.of("gateway-ca").leaf("shop").forClient().issue(), other);
    assertThat(connection(redis.client("limiter", password, other))).isNotEqualTo("open");
  }

  @Test
  void ping_withoutTlsOrCertificate_isRefused() throws Exception {
    List<String> ping = new ArrayList<>(redis.probe());
    assertThat(ManifestRedis.run(ping)).isEqualTo(new ManifestRedis.Ended(0, "PONG\n"));
    ping.subList(ping.indexOf("--cert"), ping.indexOf("--cacert")).clear();
    assertThat(ManifestRedis.run(ping).status()).isNotZero();
    ping.removeAll(List.of("--tls", "--cacert", redis.placed("/run/secrets/redis/tls/ca.crt")));
    assertThat(ManifestRedis.run(ping).status()).isNotZero();
  }

  private static String connection(RedisClient client) {
    try (StatefulRedisConnection<String, String> opened = client.connect()) {
      return opened.isOpen() ? "open" : "closed";
    } catch (RedisException e) {
      return String.valueOf(e.getCause());
    } finally {
      shutDown(client);
    }
  }

  private static void shutDown(RedisClient client) {
    client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
  }

  private static List<String> complaints(ManifestRedis server, String user) throws Exception {
    List<String> complaints = new ArrayList<>();
    RedisClient client = server.client(user, server.password("gateway-redis-password"));
    try {
      for (Limit limit : LIMITS) {
        try (RedisRateLimiter limiter =
            RedisRateLimiter.builder(client, limit)
                .withKeyPrefix("gateway")
                .withConnectTimeout(Duration.ofSeconds(30))
                .withTimeout(Duration.ofSeconds(10))
                .build()) {
          use(limiter.blocking(), limit, user);
          assertThat(limiter.health().status()).isEqualTo(Health.Status.UP);
        } catch (RedisException | AssertionError e) {
          complaints.add(limit + ": " + e.getMessage());
        }
      }
    } finally {
      shutDown(client);
    }
    return complaints;
  }

  private static void use(KeyedRateLimiter limiter, Limit limit, String user) throws Exception {
    assertThat(
            List.of(
                limiter.tryAcquire(user + "-a"),
                limiter.tryAcquire(user + "-a", 3),
                limiter.charge(user + "-a", 2),
                limiter.peek(user + "-a", 1),
                limiter.tryAcquire(user + "-b", 15)))
        .extracting(Decision::source)
        .containsOnly(Decision.Source.REMOTE);
    limiter.refund(user + "-b", 15);
    if (limit instanceof TokenBucket) {
      Reservation unused = limiter.reserve(user + "-c", 1, SOON);
      assertThat(limiter.acquire(user + "-c", SOON).isAllowed()).isTrue();
    }
  }

  /** What Redis says to commands of the limiter's user. */
  private static final class Asked implements AutoCloseable {

    private final RedisClient client;
    private final StatefulRedisConnection<String, String> connection;

    Asked(ManifestRedis server) throws Exception {
      client = server.client("limiter", server.password("gateway-redis-password"));
      connection = client.connect();
    }

    String answer(String... words) {
      CommandArgs<String, String> arguments = new CommandArgs<>(StringCodec.UTF8);
      Arrays.stream(words).skip(1).forEach(arguments::add);
      ProtocolKeyword command = () -> words[0].getBytes(StandardCharsets.US_ASCII);
      try {
        return connection
            .sync()
            .dispatch(command, new ArrayOutput<>(StringCodec.UTF8), arguments)
            .toString();
      } catch (RedisException e) {
        return String.valueOf(e.getMessage());
      }
    }

    @Override
    public void close() {
      shutDown(client);
    }
  }
}
