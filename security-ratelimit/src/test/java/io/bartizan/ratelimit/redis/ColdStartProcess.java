package io.bartizan.ratelimit.redis;

import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.Limits;
import io.lettuce.core.RedisClient;
import java.time.Duration;

/**
 * A JVM that starts a limiter and asks at once; prints how many checks Redis did not decide, the
 * milliseconds that building took, and those of processor time of all.
 */
final class ColdStartProcess {

  private static final int CHECKS = 300;

  private ColdStartProcess() {}

  public static void main(String[] args) {
    RedisClient client = RedisClient.create(args[0]);
    Limits limits = Limits.parse("x: 1000 burst, 1000/s");
    long start = System.nanoTime();
    try (RedisRateLimiter limiter =
        RedisRateLimiter.builder(client, limits)
            .withConnectTimeout(Duration.ofSeconds(Long.parseLong(args[1])))
            .build()) {
      long built = System.nanoTime() - start;
      int undecided = 0;
      for (int i = 0; i < CHECKS; i++) {
        Decision decision = limiter.blocking().tryAcquire("k");
        undecided += decision.source() == Decision.Source.REMOTE ? 0 : 1;
      }
      Duration cpu = ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
      System.out.println(
          undecided + " " + Duration.ofNanos(built).toMillis() + " " + cpu.toMillis());
    }
    client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
  }
}
