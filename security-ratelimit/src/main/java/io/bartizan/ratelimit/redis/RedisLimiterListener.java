package io.bartizan.ratelimit.redis;

/**
 * Hears when the failure policy takes over from a Redis server and when the server is back.
 *
 * <p>Called on a caller's thread or one of the Lettuce client's: return soon, throw nothing.
 */
public interface RedisLimiterListener {

  /**
   * A server can't be reached; until {@link #onAvailable} the failure policy decides.
   *
   * @param server its name, without credentials
   * @param reason one sentence, safe to log
   */
  default void onUnavailable(String server, String reason) {}

  /**
   * The server answers again.
   *
   * @param server its name, without credentials
   */
  default void onAvailable(String server) {}
}
