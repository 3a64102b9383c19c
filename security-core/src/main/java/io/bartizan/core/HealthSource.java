package io.bartizan.core;

import java.util.Map;

/** A part of the library that reports its {@link Health}; thread-safe, never blocks. */
@FunctionalInterface
public interface HealthSource {

  /**
   * Whether it does its work now.
   *
   * @return the state, with one sentence for people
   */
  Health health();

  /**
   * Several parts as one, for a readiness probe. The status is the worst of theirs; the detail
   * names the parts that are not up, the worst first and otherwise in the map's order: {@code
   * redis: can't be reached; tls: the last good one stays}.
   *
   * <p>A part whose {@code health()} throws or returns null is down, with the exception's class in
   * place of a sentence. Where several parts speak, each keeps an equal share of {@value
   * Health#MAX_DETAIL_CHARS} characters, but at least 200; what is beyond the bound of a {@link
   * Health} is cut, and never changes the status. Each call asks every part.
   *
   * <pre>{@code
   * HealthSource parts = HealthSource.all(Map.of("redis", limiter, "cart keys", keys));
   * boolean isReady = parts.health().status() != Health.Status.DOWN;
   * }</pre>
   *
   * @param parts the parts by the names that people know; copied, in its order
   * @return a source that is as thread-safe as its parts
   * @throws NullPointerException if the map is or holds null
   * @throws IllegalArgumentException if there is no part, or a name is blank
   */
  static HealthSource all(Map<String, ? extends HealthSource> parts) {
    return new HealthOfAll(parts);
  }
}
