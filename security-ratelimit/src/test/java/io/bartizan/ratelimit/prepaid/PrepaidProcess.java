package io.bartizan.ratelimit.prepaid;

import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.redis.RedisRateLimiter;
import io.lettuce.core.RedisClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * One of several JVMs that ask for one key; prints what was admitted, how much from lots, and when.
 */
final class PrepaidProcess {

  private PrepaidProcess() {}

  public static void main(String[] args) throws InterruptedException {
    RedisClient client = RedisClient.create(args[0]);
    Limit limit = Limit.parse(args[1]).named("hot");
    AtomicLong admitted = new AtomicLong();
    AtomicLong fromLots = new AtomicLong();
    try (RedisRateLimiter plain =
            RedisRateLimiter.builder(client, limit).withTimeout(Duration.ofSeconds(10)).build();
        PrepaidRateLimiter limiter = PrepaidRateLimiter.of(plain)) {
      long from = System.currentTimeMillis();
      long end = System.nanoTime() + Duration.ofMillis(Long.parseLong(args[2])).toNanos();
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        Thread thread =
            new Thread(
                () -> {
                  while (System.nanoTime() - end < 0) {
                    for (int j = 0; j < 4; j++) {
                      Decision decision = limiter.blocking().tryAcquire("key");
                      if (decision.isAllowed()) {
                        admitted.incrementAndGet();
                        boolean lot = decision.source() == Decision.Source.PREPAID;
                        fromLots.addAndGet(lot ? 1 : 0);
                      }
                    }
                    LockSupport.parkNanos(500_000);
                  }
                });
        thread.start();
        threads.add(thread);
      }
      for (Thread thread : threads) {
        thread.join();
      }
      long to = System.currentTimeMillis();
      System.out.println(admitted + " " + fromLots + " " + from + " " + to);
    }
    client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
  }
}
