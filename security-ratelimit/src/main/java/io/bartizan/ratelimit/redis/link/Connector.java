package io.bartizan.ratelimit.redis.link;

import io.bartizan.core.Ticker;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisException;
import io.lettuce.core.api.StatefulConnection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Owns the connection and replaces it when Lettuce's own way back takes too long.
 *
 * <p>Lettuce waits up to 30 s between attempts, never notices that a host has gone silent, and
 * waits for a peer that accepts and says nothing as long as its URI says, by default a minute. So
 * attempts are made beside each other: one that has no outcome after a second is followed by
 * another, and the first that gets through is taken. Connecting blocks, so each attempt has a
 * daemon thread, which ends with it; there are at most forty. No two attempts that get through
 * begin within a second.
 */
final class Connector<C extends StatefulConnection<byte[], byte[]>> implements AutoCloseable {

  private static final long APART = TimeUnit.SECONDS.toNanos(1);
  private static final int MOST_UNDER_WAY = 40;
  private static final String HANGING =
      ": attempts to connect hang, each for as long as the timeout of the client's URI";

  private final Ticker ticker = Ticker.system();
  private final Supplier<C> connect;
  private final ThreadFactory threads;
  private final AtomicReference<@Nullable Made<C>> current = new AtomicReference<>();
  private final AtomicReference<@Nullable Attempt> newest = new AtomicReference<>();
  private final AtomicInteger underWay = new AtomicInteger();
  private volatile @Nullable Throwable trouble;
  private volatile boolean closed;

  /** Whether a connection is to be replaced that seems to be open. */
  private volatile BooleanSupplier replaces = () -> true;

  private volatile Runnable connected = () -> {};

  private record Made<C>(long number, C connection) {}

  Connector(Supplier<C> connect) {
    this(connect, task -> Daemons.thread("bartizan-redis-connect", task));
  }

  Connector(Supplier<C> connect, ThreadFactory threads) {
    this.connect = connect;
    this.threads = threads;
  }

  /** Before the first attempt: whether open connections are useless, and who hears of new ones. */
  void serves(BooleanSupplier useless, Runnable hearer) {
    this.replaces = useless;
    this.connected = hearer;
  }

  /** The connection, or null if none was made yet. */
  @Nullable C connection() {
    Made<C> made = current.get();
    return made == null ? null : made.connection;
  }

  C required() {
    C connection = connection();
    if (connection == null) {
      throw new RedisException("not connected");
    }
    return connection;
  }

  boolean isOpen() {
    C connection = connection();
    return connection != null && connection.isOpen();
  }

  /** Why the last attempt failed, or that some have no outcome; after a colon, or empty. */
  String trouble() {
    Throwable cause = trouble;
    if (cause == null) { // each further attempt began when the one before had hung for a second
      return underWay.get() > 1 ? HANGING : "";
    }
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return ": " + cause.getMessage();
  }

  /** Connects anew unless that is under way; gives the newest attempt's outcome. */
  CompletableFuture<Void> connect() {
    if (closed) {
      return CompletableFuture.failedFuture(new RedisException("closed"));
    }
    Attempt latest = newest.get();
    if (latest != null && !latest.mayBeFollowed()) {
      return latest.outcome;
    }
    Attempt next = new Attempt(latest == null ? 0 : latest.number + 1);
    if (!newest.compareAndSet(latest, next)) {
      return connect();
    }
    underWay.incrementAndGet();
    try {
      threads.newThread(next).start();
    } catch (OutOfMemoryError noThreadCanBeHad) {
      next.failed(new RedisException("no thread can be had to connect", noThreadCanBeHad));
    }
    return next.outcome;
  }

  private boolean install(Made<C> fresh) {
    Made<C> old = current.get();
    boolean kept = old != null && old.connection.isOpen() && !replaces.getAsBoolean();
    if (closed || kept || (old != null && old.number > fresh.number)) {
      return false;
    }
    if (!current.compareAndSet(old, fresh)) {
      return install(fresh);
    }
    if (old != null) {
      var unused = old.connection.closeAsync();
    }
    return !closed;
  }

  @Override
  public void close() {
    closed = true;
    C connection = connection();
    if (connection != null && !isClosed(connection)) {
      connection.close();
    }
  }

  /** By its client, which was shut down first; Lettuce warns of a second time. */
  private static boolean isClosed(StatefulConnection<?, ?> connection) {
    return connection instanceof RedisChannelHandler<?, ?> handler && handler.isClosed();
  }

  private final class Attempt implements Runnable {

    private final long number;
    private final long started = ticker.nanos();
    private final CompletableFuture<Void> outcome = new CompletableFuture<>();

    Attempt(long number) {
      this.number = number;
    }

    boolean mayBeFollowed() {
      if (outcome.isCompletedExceptionally()) {
        return true;
      }
      return ticker.nanos() - started >= APART && underWay.get() < MOST_UNDER_WAY;
    }

    @Override
    public void run() {
      try {
        C fresh = connect.get();
        if (!install(new Made<>(number, fresh))) {
          var unused = fresh.closeAsync();
        }
        trouble = null;
        outcome.complete(null);
        connected.run();
        underWay.decrementAndGet();
      } catch (RuntimeException e) {
        failed(e);
      } catch (Error e) { // such as a class that Lettuce lacks: Redis is away, and health says why
        failed(new RedisException("connecting failed", e));
      }
    }

    private void failed(RuntimeException cause) {
      trouble = cause;
      underWay.decrementAndGet();
      outcome.completeExceptionally(cause);
    }
  }
}
