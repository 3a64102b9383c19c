package io.bartizan.ratelimit.redis;

import io.bartizan.ratelimit.redis.link.RedisKeys;
import org.jspecify.annotations.Nullable;

/** What one key on Redis is about: limits and a key of theirs. */
record Subject(LimitScript script, RedisKeys keys, String key) {

  static Subject of(Request request) {
    return new Subject(request.script, request.asker.keys(), request.key);
  }

  boolean isOf(Request request) {
    return script == request.script && keys == request.asker.keys() && key.equals(request.key);
  }

  /** Written out: what a record has by itself is linked when it is first needed, by a check. */
  @Override
  public int hashCode() {
    return 31 * System.identityHashCode(script) + key.hashCode();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Subject that
        && script == that.script
        && keys == that.keys
        && key.equals(that.key);
  }

  /** The key's name on Redis. */
  byte[] name() {
    return keys.encode(script.keyHead(), key);
  }
}
