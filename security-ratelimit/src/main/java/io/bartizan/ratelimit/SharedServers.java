package io.bartizan.ratelimit;

import io.bartizan.core.HealthSource;

/**
 * The servers that a limiter on a shared place asks, in numbers for gauges and dashboards; {@link
 * RateLimitMetrics#watch(SharedServers)} shows them. Limiters that share a connection tell the
 * same. Thread-safe; nothing here waits for a server.
 */
public interface SharedServers extends HealthSource {

  /**
   * How many servers are not asked at present, because they do not answer or refuse to serve.
   *
   * @return zero or more; 1 while there was no connection at all so far
   */
  int serversAway();

  /**
   * How many calls wait for a server's answer.
   *
   * @return zero or more
   */
  long pendingCalls();
}
