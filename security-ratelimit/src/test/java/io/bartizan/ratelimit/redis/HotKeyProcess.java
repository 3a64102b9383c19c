package io.bartizan.ratelimit.redis;

import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.Limit;
import io.lettuce.core.RedisClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** One of several JVMs that take permits of one key for some seconds; prints how many it got. */
final class HotKeyProcess {

  private HotKeyProcess() {}

  public static void main(String[] args) throws InterruptedException {
    RedisClient client = RedisClient.create(args[0]);
    Limit limit = Limit.parse(args[1]).named("hot");
    AtomicLong admitted = new AtomicLong();
    AtomicLong unknown = new AtomicLong();
    try (RedisRateLimiter limiter =
        RedisRateLimiter.builder(client, limit)
            .withTimeout(Duration.ofSeconds(10))
            .withDenyCache(Duration.ZERO)
            .build()) {
      while (limiter.blocking().peek("key", 1).source() != Decision.Source.REMOTE) {
        LockSupport.parkNanos(1_000_000);
      }
      long end = System.nanoTime() + Duration.ofMillis(Long.parseLong(args[2])).toNanos();
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        Thread thread =
            new Thread(
                () -> {
                  while (System.nanoTime() - end < 0) {
                    Decision decision = limiter.blocking().tryAcquire("key");
                    if (decision.source() != Decision.Source.REMOTE) {
                      unknown.incrementAndGet();
                    } else if (decision.isAllowed()) {
                      admitted.incrementAndGet();
                    }
                  }
                });
        thread.start();
        threads.add(thread);
      }
      for (Thread thread : threads) {
        thread.join();
      }
    }
    client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    System.out.println(admitted + " " + unknown);
  }
}
