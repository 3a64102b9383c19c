package io.bartizan.ratelimit.redis;

import io.bartizan.core.SecretBytes;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What every limiter on Redis can be told, checked here. Not thread-safe. */
final class ConnectionOptions {

  private static final Duration MIN_TIMEOUT = Duration.ofMillis(1);
  private static final Duration MAX_TIMEOUT = Duration.ofSeconds(10);

  Duration timeout = Duration.ofMillis(100);
  String prefix = "bartizan";
  boolean hasOwnPrefix;
  FailurePolicy failurePolicy = FailurePolicy.failClosed();
  RedisLimiterListener listener = new RedisLimiterListener() {};
  @Nullable SecretBytes hashKey;
  int maxPending = 100_000;

  void timeout(Duration newTimeout) {
    if (newTimeout.compareTo(MIN_TIMEOUT) < 0 || newTimeout.compareTo(MAX_TIMEOUT) > 0) {
      throw new IllegalArgumentException("timeout is " + newTimeout + ", 1 ms to 10 s is accepted");
    }
    timeout = newTimeout;
  }

  void prefix(String newPrefix) {
    if (!newPrefix.matches("[A-Za-z0-9._:-]{1,64}")) {
      throw new IllegalArgumentException("prefix must be 1 to 64 of A-Za-z0-9._:-");
    }
    prefix = newPrefix;
    hasOwnPrefix = true;
  }

  void failurePolicy(FailurePolicy policy) {
    failurePolicy = Objects.requireNonNull(policy, "policy");
  }

  void maxPending(int most) {
    if (most < 1 || most > 10_000_000) {
      throw new IllegalArgumentException("maxPending is " + most + ", 1 to 10000000 is accepted");
    }
    maxPending = most;
  }

  void listener(RedisLimiterListener newListener) {
    listener = Objects.requireNonNull(newListener, "listener");
  }

  void hashKey(SecretBytes secret) {
    hashKey = Objects.requireNonNull(secret, "secret");
  }

  /** How keys are named, as told. */
  RedisKeys keys() {
    return new RedisKeys(hashKey);
  }

  /** The options that matter for safety. */
  @Override
  public String toString() {
    return String.format(
        "time-out %s, at most %d pending, %s, prefix %s, keys %s",
        timeout, maxPending, failurePolicy, prefix, hashKey == null ? "in the clear" : "hashed");
  }
}
