package io.bartizan.ratelimit.redis.link;

import io.lettuce.core.RedisException;
import io.lettuce.core.api.StatefulConnection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Owns the limiter's connection and replaces it when Lettuce's own way back takes too long.
 *
 * <p>Lettuce waits up to 30 s between attempts, and never notices that a host has gone silent; a
 * new connection finds the new master at once. Connecting blocks, so it has a daemon thread of its
 * own, one at a time, which ends with the attempt.
 */
final class Connector<C extends StatefulConnection<byte[], byte[]>> implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger("io.bartizan.ratelimit.redis");

  private final Supplier<C> connect;
  private final AtomicReference<@Nullable C> current = new AtomicReference<>();
  private final AtomicBoolean connecting = new AtomicBoolean();
  private volatile boolean closed;

  Connector(Supplier<C> connect) {
    this.connect = connect;
  }

  /** The connection, or null if none was made yet. */
  @Nullable C connection() {
    return current.get();
  }

  C required() {
    C connection = current.get();
    if (connection == null) {
      throw new RedisException("not connected");
    }
    return connection;
  }

  boolean isOpen() {
    C connection = current.get();
    return connection != null && connection.isOpen();
  }

  /** Connects anew unless that is under way; completes when there is an attempt's outcome. */
  CompletableFuture<Void> connect() {
    CompletableFuture<Void> outcome = new CompletableFuture<>();
    if (closed || !connecting.compareAndSet(false, true)) {
      outcome.completeExceptionally(new RedisException("connecting already"));
      return outcome;
    }
    Thread thread = new Thread(() -> attempt(outcome), "bartizan-redis-connect");
    thread.setDaemon(true);
    thread.start();
    return outcome;
  }

  private void attempt(CompletableFuture<Void> outcome) {
    try {
      C fresh = connect.get();
      C old = current.getAndSet(fresh);
      if (old != null) {
        var unused = old.closeAsync();
      }
      if (closed) {
        var unused = fresh.closeAsync();
      }
      connecting.set(false);
      outcome.complete(null);
    } catch (RuntimeException e) {
      LOG.debug("no connection to Redis: {}", e.toString());
      connecting.set(false);
      outcome.completeExceptionally(e);
    }
  }

  @Override
  public void close() {
    closed = true;
    C connection = current.get();
    if (connection != null) {
      connection.close();
    }
  }
}
