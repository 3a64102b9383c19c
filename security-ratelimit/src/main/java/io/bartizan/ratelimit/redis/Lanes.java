package io.bartizan.ratelimit.redis;

import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The lanes of a limiter, one for each link that was needed so far. */
final class Lanes implements AutoCloseable {

  private final Links links;
  private final LaneSettings settings;
  private final Map<RedisLink, Lane> lanes = new ConcurrentHashMap<>();

  Lanes(Links links, LaneSettings settings) {
    this.links = links;
    this.settings = settings;
  }

  /** The lane of a check. */
  Lane of(Check check) {
    RedisLink link = links.of(check.script.keyHead(), check.key);
    Lane lane = lanes.get(link);
    return lane == null ? lanes.computeIfAbsent(link, each -> new Lane(each, settings)) : lane;
  }

  /** Those that exist. */
  Collection<Lane> all() {
    return lanes.values();
  }

  /** How many servers can't be reached; one while there is no connection at all. */
  long serversAway() {
    long away = lanes.values().stream().filter(lane -> lane.breaker().isOpen()).count();
    return away == 0 && !links.isOpen() ? 1 : away;
  }

  /** How many checks wait or are just being let go. */
  long pending() {
    return lanes.values().stream().mapToLong(Lane::pending).sum();
  }

  /** Connects for the first time. */
  void connect() {
    links.connect();
  }

  @Override
  public void close() {
    lanes.values().forEach(Lane::close);
    links.close();
  }
}
