package io.bartizan.integrity.replay;

import io.bartizan.integrity.replay.redis.RedisReplayGuard;
import io.bartizan.testkit.RedisServer;
import io.lettuce.core.RedisClient;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A guard on a Redis of its own, for a class of tests. */
public final class RedisGuard implements AutoCloseable {

  private final RedisServer redis = RedisServer.start();
  private final RedisClient client = RedisClient.create(redis.uri());
  private final RedisReplayGuard guard = RedisReplayGuard.of(client, Duration.ofSeconds(5));

  public RedisServer redis() {
    return redis;
  }

  public RedisClient client() {
    return client;
  }

  public RedisReplayGuard guard() {
    return guard;
  }

  /** Redis counts a lease by its own clock, so time passes. */
  public static void pass(Duration time) {
    try {
      TimeUnit.NANOSECONDS.sleep(time.toNanos());
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    guard.close();
    client.shutdown();
    redis.close();
  }
}
