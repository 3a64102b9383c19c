package io.bartizan.ratelimit.prepaid;

import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.redis.RedisRateLimiter;
import io.lettuce.core.RedisClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;

/**
 * One of several JVMs that ask for one key. Prints a line for each admitted check: between which
 * microseconds of the machine's monotonic clock it was decided, and whether from a lot.
 */
final class PrepaidProcess {

  private PrepaidProcess() {}

  public static void main(String[] args) throws InterruptedException {
    RedisClient client = RedisClient.create(args[0]);
    Limit limit = Limit.parse(args[1]).named("hot");
    Queue<String> admitted = new ConcurrentLinkedQueue<>();
    try (RedisRateLimiter plain =
            RedisRateLimiter.builder(client, limit).withTimeout(Duration.ofSeconds(10)).build();
        PrepaidRateLimiter limiter = PrepaidRateLimiter.of(plain)) {
      long end = System.nanoTime() + Duration.ofMillis(Long.parseLong(args[2])).toNanos();
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        Thread thread =
            new Thread(
                () -> {
                  while (System.nanoTime() - end < 0) {
                    for (int j = 0; j < 4; j++) {
                      long before = System.nanoTime() / 1000;
                      Decision decision = limiter.blocking().tryAcquire("key");
                      if (decision.isAllowed()) {
                        long after = System.nanoTime() / 1000 + 1;
                        boolean lot = decision.source() == Decision.Source.PREPAID;
                        admitted.add(before + " " + after + " " + lot);
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
      System.out.println(String.join("\n", admitted));
    }
    client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
  }
}
