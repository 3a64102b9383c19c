package io.bartizan.ratelimit.redis;

import io.bartizan.ratelimit.redis.link.RedisKeys;

/** What one key on Redis is about: limits and a key of theirs. */
record Subject(LimitScript script, RedisKeys keys, String key) {

  static Subject of(Request request) {
    return new Subject(request.script, request.asker.keys(), request.key);
  }

  boolean isOf(Request request) {
    return script == request.script && keys == request.asker.keys() && key.equals(request.key);
  }

  /** The key's name on Redis. */
  byte[] name() {
    return keys.encode(script.keyHead(), key);
  }
}
