package io.bartizan.ratelimit.redis;

import io.bartizan.core.Ticker;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.Limits;
import io.bartizan.ratelimit.redis.link.ClusterServers;
import io.bartizan.ratelimit.redis.link.RedisKeys;
import io.bartizan.ratelimit.redis.link.Server;
import io.bartizan.ratelimit.redis.link.Servers;
import io.bartizan.ratelimit.redis.link.StandaloneServers;
import io.lettuce.core.RedisClient;
import io.lettuce.core.cluster.RedisClusterClient;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What all limiters of this process on one client share: the connection, the queues to its servers,
 * the scripts and what is remembered of refusals. It is made for the first limiter of a client and
 * closed with the last.
 */
final class ServerQueues {

  /** A client, and how its servers are made. */
  record Source(Object client, Supplier<Servers> servers) {

    static Source of(RedisClient client) {
      return new Source(client, () -> StandaloneServers.of(client));
    }

    static Source of(RedisClusterClient client) {
      return new Source(client, () -> ClusterServers.of(client));
    }
  }

  private record Named(Limits limits, String prefix) {}

  private static final int MOST_SCRIPTS = 10_000;
  private static final Map<Object, ServerQueues> SHARED = new ConcurrentHashMap<>();

  private final Object client;
  private final Servers servers;
  private final Map<Server, ServerQueue> queues = new ConcurrentHashMap<>();
  private final Map<Named, LimitScript> scripts = new ConcurrentHashMap<>();
  private final Map<List<? extends Limit>, Definitions> definitions = new ConcurrentHashMap<>();
  private final ServerClock clock = new ServerClock(Ticker.system(), InstantSource.system(), null);
  private final DenyCache denials = new DenyCache();

  private final Set<Class<?>> warm = ConcurrentHashMap.newKeySet();

  /** How many limiters use it; changed while the map holds the client's place. */
  private int users;

  private ServerQueues(Object client, Servers servers) {
    this.client = client;
    this.servers = servers;
  }

  /** Those of a client, for one more limiter, which must {@link #release} them once. */
  static ServerQueues retain(Source source) {
    return SHARED.compute(
        source.client,
        (client, known) -> {
          ServerQueues shared =
              known == null ? new ServerQueues(client, source.servers.get()) : known;
          shared.users++;
          return shared;
        });
  }

  /** One limiter less; the last one closes the connection. */
  void release() {
    ServerQueues left =
        SHARED.computeIfPresent(client, (key, known) -> --known.users == 0 ? null : known);
    if (left == null) {
      servers.close();
    }
  }

  Servers servers() {
    return servers;
  }

  DenyCache denials() {
    return denials;
  }

  /** Forgets refusals of a key, by whatever client of this process they came. */
  static void forgetDenials(String keyHead, String key, long now) {
    SHARED.values().forEach(each -> each.denials.forget(keyHead, key, now));
  }

  /**
   * Connects, or throws what makes it useless to wait for that.
   *
   * @return whether this was the first limiter of its kind to get there
   */
  boolean connect(Duration most, Class<?> kind) {
    servers.connect(most);
    return servers.isConnected() && warm.add(kind);
  }

  /** The script of these limits: one for all limiters that agree on them. */
  LimitScript script(Limits limits, String prefix, @Nullable LongSupplier injected) {
    if (injected != null) {
      ServerClock told = new ServerClock(Ticker.system(), InstantSource.system(), injected);
      return new LimitScript(limits, prefix, new Definitions(limits.list(), told));
    }
    if (scripts.size() >= MOST_SCRIPTS) {
      scripts.clear();
      definitions.clear();
    }
    return scripts.computeIfAbsent(
        new Named(limits, prefix), named -> new LimitScript(limits, prefix, definitions(limits)));
  }

  /** One for all limits that differ in their names alone: their keys are told of as one group. */
  private Definitions definitions(Limits limits) {
    List<? extends Limit> alike =
        limits.list().stream().map(each -> each.named(Limit.DEFAULT_NAME)).toList();
    return definitions.computeIfAbsent(alike, each -> new Definitions(each, clock));
  }

  /** Keys made of a word, one for each server that owns some, as far as they are found soon. */
  List<String> keysOfEach(RedisKeys keys, String head, String word) {
    int owners = servers.owners();
    Set<Server> met = new HashSet<>();
    List<String> found = new ArrayList<>();
    for (int i = 0; i < 50 * owners && met.size() < owners; i++) {
      if (met.add(servers.of(keys, head, word + i))) {
        found.add(word + i);
      }
    }
    return found;
  }

  /** Deletes a key, wherever it belongs now. */
  CompletableFuture<Void> delete(RedisKeys keys, String head, String key) {
    Deletion deletion = new Deletion(servers.of(keys, head, key), keys.encode(head, key));
    deletion.send();
    return deletion;
  }

  /** The queue of a request. */
  ServerQueue of(Request request) {
    Server server = servers.of(request.asker.keys(), request.script.keyHead(), request.key);
    ServerQueue queue = queues.get(server);
    if (queue == null) {
      queue = queues.computeIfAbsent(server, ServerQueue::to);
      queues.keySet().removeIf(each -> each != server && !servers.all().contains(each));
    }
    return queue;
  }

  /** Ends the waiting of those who asked through one limiter. */
  void leave(Request.Asker asker) {
    queues.values().forEach(queue -> queue.leave(asker));
  }
}
