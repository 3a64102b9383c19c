package io.bartizan.ratelimit.redis;

import io.bartizan.core.SecretBytes;
import io.bartizan.core.house.Listeners;
import io.bartizan.core.house.Require;
import io.bartizan.core.house.Span;
import io.bartizan.ratelimit.RateLimitListener;
import io.bartizan.ratelimit.redis.link.Availability;
import io.bartizan.ratelimit.redis.link.RedisKeys;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** What every limiter on Redis can be told, checked here. Not thread-safe. */
final class ConnectionOptions {

  private static final Duration MIN_TIMEOUT = Duration.ofMillis(1);
  private static final Duration MAX_TIMEOUT = Duration.ofSeconds(10);

  Duration timeout = Duration.ofMillis(100);
  String prefix = "bartizan";
  boolean hasOwnPrefix;
  FailurePolicy failurePolicy = FailurePolicy.failClosed();
  Listeners<RateLimitListener> listeners = Listeners.none(RateLimitListener.class);
  @Nullable SecretBytes hashKey;
  int maxPending = 100_000;
  Duration connectTimeout = Duration.ofSeconds(10);
  @Nullable Executor completionExecutor;

  void timeout(Duration newTimeout) {
    timeout = Require.within("timeout", newTimeout, MIN_TIMEOUT, MAX_TIMEOUT);
  }

  void connectTimeout(Duration most) {
    connectTimeout = Require.within("connectTimeout", most, Duration.ZERO, Duration.ofMinutes(5));
  }

  void completionExecutor(Executor executor) {
    completionExecutor = Objects.requireNonNull(executor, "executor");
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
    maxPending = Require.within("maxPending", most, 1, 10_000_000);
  }

  void listener(RateLimitListener newListener) {
    listeners = listeners.and(newListener);
  }

  void hashKey(SecretBytes secret) {
    hashKey = Objects.requireNonNull(secret, "secret");
  }

  /** How keys are named, as told. */
  RedisKeys keys() {
    return RedisKeys.of(hashKey);
  }

  /** Tells the listeners of servers. */
  Availability hearer() {
    Listeners<RateLimitListener> all = listeners;
    return new Availability() {
      @Override
      public void lost(String server, String reason) {
        all.tell(listener -> listener.serverLost(server, reason));
      }

      @Override
      public void found(String server) {
        all.tell(listener -> listener.serverFound(server));
      }

      @Override
      public void answered(long nanos) {
        if (!all.isEmpty()) {
          all.tell(listener -> listener.serverAnswered(nanos));
        }
      }
    };
  }

  /** The options that matter for safety. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "time-out %s, %s to connect, at most %d pending, %s, prefix %s, keys %s",
        Span.exact(timeout),
        Span.exact(connectTimeout),
        maxPending,
        failurePolicy,
        prefix,
        hashKey == null ? "in the clear" : "hashed");
  }
}
