package io.bartizan.ratelimit.redis;

import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.Limits;
import io.lettuce.core.RedisClient;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.time.Duration;

/**
 * A JVM that goes on asking a server which refuses writes, through a client with the time-out that
 * Lettuce has by default. Prints "ready" once Redis decides, then how many kilobytes of heap are in
 * use when the state has begun and after some seconds of it. Closes when a line is read.
 */
final class RefusedWritesProcess {

  private static final MemoryMXBean MEMORY = ManagementFactory.getMemoryMXBean();

  private RefusedWritesProcess() {}

  public static void main(String[] args) throws Exception {
    RedisClient client = RedisClient.create(args[0]);
    long seconds = Long.parseLong(args[1]);
    try (RedisRateLimiter limiter =
            RedisRateLimiter.of(client, Limits.parse("x: 1000000 burst, 1000000/s"));
        RedisRateLimiter other = RedisRateLimiter.of(client, Limits.parse("y: 9 burst, 9/h"))) {
      askUntil(limiter, Decision.Source.REMOTE);
      System.out.println("ready");
      askUntil(limiter, Decision.Source.FAILED_CLOSED);
      long unused = ask(limiter, other, 1);
      long before = used();
      long asked = ask(limiter, other, seconds);
      System.out.println(before + " " + used() + " " + asked);
      int unusedEnd = System.in.read();
    }
    client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
  }

  private static void askUntil(RedisRateLimiter limiter, Decision.Source wanted) {
    while (limiter.blocking().tryAcquire("k").source() != wanted) {
      Thread.onSpinWait();
    }
  }

  private static long ask(RedisRateLimiter limiter, RedisRateLimiter other, long seconds) {
    long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
    long asked = 0;
    while (System.nanoTime() - end < 0) {
      Decision unused = limiter.blocking().tryAcquire("k");
      unused = other.blocking().tryAcquire("k" + asked % 1000);
      asked += 2;
    }
    return asked;
  }

  private static long used() {
    for (int i = 0; i < 3; i++) {
      MEMORY.gc();
    }
    return MEMORY.getHeapMemoryUsage().getUsed() / 1024;
  }
}
