package io.bartizan.ratelimit.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.TokenBucket;
import io.bartizan.ratelimit.count.BucketUnits;
import io.lettuce.core.codec.ByteArrayCodec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Four JVMs of eight threads each on one key: what they got together is exact. */
@Tag("deep")
class HotKeyIT {

  private static final String TEXT = "500000 burst, 3000/s";
  private static final TokenBucket LIMIT = (TokenBucket) Limit.parse(TEXT).named("hot");
  private static final BucketUnits UNITS = BucketUnits.of(500_000, 3000, 1_000_000);

  @RegisterExtension final RedisFixture redis = new RedisFixture();

  @Test
  void four_processes_get_exactly_what_the_arithmetic_between_first_and_last_time_gives()
      throws Exception {
    long millis = 1000 * Long.getLong("hot.seconds", 10);
    try (RedisRateLimiter limiter = RedisRateLimiter.of(redis.client(), LIMIT);
        var connection = redis.client().connect(ByteArrayCodec.INSTANCE)) {
      assertThat(limiter.blocking().tryAcquire("key", 500_000).isAllowed()).isTrue();
      byte[] key = "bartizan:hot:B:{key}".getBytes(UTF_8);
      double first = state(connection.sync().get(key)).getDouble(0);

      List<Process> processes = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        processes.add(start(redis.server().uri(), millis));
      }
      long admitted = 500_000;
      for (Process process : processes) {
        String[] words =
            new String(process.getInputStream().readAllBytes(), UTF_8).trim().split(" ", -1);
        assertThat(process.waitFor()).isZero();
        assertThat(words[1]).as("checks without Redis' answer").isEqualTo("0");
        admitted += Long.parseLong(words[0]);
      }

      ByteBuffer state = state(connection.sync().get(key));
      long micros = (long) (state.getDouble(0) - first);
      long passed = micros * UNITS.perMicro();
      long backlogMicros = (long) state.getDouble(8);
      long backlog = backlogMicros * UNITS.perMicro() + (long) state.getDouble(16);
      assertThat(admitted).as("all processes took part").isGreaterThan(500_000 + millis);
      assertThat(admitted * UNITS.perPermit()).isEqualTo(backlog + passed);
      System.getLogger("deep")
          .log(
              System.Logger.Level.INFO,
              "4 JVMs, 8 threads each, {0} ms: {1} admitted, as the arithmetic says",
              millis,
              admitted);
    }
  }

  private static ByteBuffer state(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static Process start(String uri, long millis) throws java.io.IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx128m",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            HotKeyProcess.class.getName(),
            uri,
            TEXT,
            Long.toString(millis))
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }
}
