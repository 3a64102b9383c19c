package io.bartizan.ratelimit.redis;

import io.bartizan.ratelimit.redis.link.Server;
import io.bartizan.ratelimit.redis.link.Servers;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The queues to the servers of one client, one for each that was needed so far. */
final class ServerQueues implements AutoCloseable {

  private final Servers servers;
  private final Map<Server, ServerQueue> queues = new ConcurrentHashMap<>();

  ServerQueues(Servers servers) {
    this.servers = servers;
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

  /** Connects for the first time. */
  void connect() {
    servers.connect();
  }

  @Override
  public void close() {
    queues.values().forEach(ServerQueue::close);
    servers.close();
  }
}
