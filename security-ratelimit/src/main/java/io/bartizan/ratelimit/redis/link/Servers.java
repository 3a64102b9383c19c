package io.bartizan.ratelimit.redis.link;

import io.bartizan.core.Ticker;
import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.codec.ByteArrayCodec;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * The servers of one client: one, or on a Cluster one for each master. It has a connection of its
 * own, a timer thread, and threads that complete what no reply ends. Thread-safe.
 */
public abstract class Servers implements AutoCloseable {

  private static final int ATTEMPTS = 3;

  private final AbstractRedisClient client;
  private final Connector<?> connector;
  private final Addresses addresses;
  private final ScheduledThreadPoolExecutor timer;
  private final Completions completions;
  private final ClientThreads threads = new ClientThreads();
  private final List<Availability> hearers = new CopyOnWriteArrayList<>();
  private final CompletableFuture<Void> ready = new CompletableFuture<>();
  private final Availability everyone = new Everyone();

  Servers(AbstractRedisClient client, Connector<?> connector, Addresses addresses) {
    this.client = client;
    this.connector = connector;
    this.addresses = addresses;
    this.timer =
        new ScheduledThreadPoolExecutor(1, task -> Daemons.thread("bartizan-redis-timer", task));
    timer.setRemoveOnCancelPolicy(true);
    timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    timer.setKeepAliveTime(10, TimeUnit.SECONDS);
    timer.allowCoreThreadTimeOut(true);
    this.completions = new Completions(timer);
    client.addListener(addresses);
    connector.serves(this::isAnyAway, this::connected);
  }

  /** The server of a key, whose name these make with this head. */
  public abstract Server of(RedisKeys keys, String head, String key);

  /** Those that were asked for a key and own keys now. */
  public abstract Collection<Server> all();

  /** Names of keys, and where the next step begins; empty at the end. */
  public record Names(List<String> names, String next) {}

  /** One step through the names that fit a pattern, about so many looked at. */
  public abstract CompletableFuture<Names> names(String from, String pattern, int count);

  /** How many own keys now, asked or not. */
  public abstract int owners();

  private boolean isAnyAway() {
    return all().stream().anyMatch(Server::isAway);
  }

  private void connected() {
    ready.complete(null);
    all().forEach(Server::connected);
  }

  /**
   * Which of them do not serve, and why; empty if none. Those that were not heard of for some
   * seconds are asked, which shows the next time.
   */
  public final String away() {
    Collection<Server> present = all();
    present.forEach(Server::look);
    String away =
        present.stream()
            .filter(Server::isAway)
            .map(Server::report)
            .collect(Collectors.joining(", "));
    return away.isEmpty() && connector.connection() == null
        ? "no server was reached so far" + connector.trouble()
        : away;
  }

  /** How many of them do not serve; one while there was no connection so far. */
  public final int awayCount() {
    int away = (int) all().stream().filter(Server::isAway).count();
    return away == 0 && connector.connection() == null ? 1 : away;
  }

  /** How long ago that of them answered which did not for longest. */
  public final Duration lastAnswer() {
    return Duration.ofNanos(all().stream().mapToLong(Server::idleNanos).max().orElse(0));
  }

  /** How many calls wait for any of them. */
  public final long pending() {
    return all().stream().mapToLong(Server::pending).sum();
  }

  /** A timer that runs nothing of an application. */
  public final ScheduledExecutorService timer() {
    return timer;
  }

  /** Completes what no reply ends. */
  public final Executor completions() {
    return completions;
  }

  /** Completes when there was a connection for the first time. */
  public final CompletionStage<Void> ready() {
    return ready.minimalCompletionStage();
  }

  /**
   * Refuses to wait on a thread that brings answers.
   *
   * @throws IllegalStateException if this is one
   */
  public final void checkMayWait() {
    Thread current = Thread.currentThread();
    if (threads.isOneOfThem(current) || completions.isMine(current)) {
      throw new IllegalStateException(
          "blocking() can't wait on thread "
              + current.getName()
              + ", which brings the answers of Redis: compose the stages instead, or give"
              + " withCompletionExecutor threads that may wait");
    }
  }

  /** Adds someone who hears of servers that are lost and found. */
  public final void hear(Availability hearer) {
    hearers.add(hearer);
    all().forEach(server -> server.tell(hearer));
  }

  /** Removes who was added. */
  public final void unhear(Availability hearer) {
    hearers.remove(hearer);
  }

  /**
   * Connects unless there is a connection, or leaves it to a timer if that takes longer. A refused
   * client sometimes sees a closed connection and no reason, hence more than one attempt.
   *
   * @throws RuntimeException if Redis refuses the client, or the client can never connect
   */
  public final void connect(Duration most) {
    long end = System.nanoTime() + most.toNanos();
    for (int attempt = 0; attempt < ATTEMPTS && !connector.isOpen(); attempt++) {
      try {
        connector.connect().get(end - System.nanoTime(), TimeUnit.NANOSECONDS);
      } catch (ExecutionException e) {
        refuse(e);
      } catch (TimeoutException stillTrying) {
        break;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        break;
      }
    }
    if (connector.isOpen()) {
      await(reached(), end);
    } else {
      keepConnecting();
    }
  }

  /** Whatever becomes of it shows when it is used. */
  private static void await(CompletableFuture<?> reached, long end) {
    try {
      Object unused = reached.get(end - System.nanoTime(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException | TimeoutException notAll) {
      // breakers tell
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Makes the connections that would be made when they are first needed. */
  abstract CompletableFuture<?> reached();

  /** Whether there is a connection. */
  public final boolean isConnected() {
    return connector.isOpen();
  }

  private static void refuse(ExecutionException failed) {
    Throwable cause = failed.getCause() == null ? failed : failed.getCause();
    if (cause instanceof RedisException failure) {
      if (Unreachable.isMistake(failure)) {
        throw failure;
      }
    } else if (!Unreachable.because(cause) || Unreachable.isClosed(cause)) {
      throw new IllegalStateException(
          "the Redis client can never connect, for it was made without a URI or was shut down: "
              + cause.getMessage(),
          cause);
    }
  }

  /** Without traffic nobody would ask for a connection. */
  private void keepConnecting() {
    if (connector.connection() == null && !timer.isShutdown()) {
      var unused = connector.connect();
      var unusedTurn = timer.schedule(this::keepConnecting, 1, TimeUnit.SECONDS);
    }
  }

  /** Closes the connection; the client stays the application's. */
  @Override
  public final void close() {
    all().forEach(Server::close);
    client.removeListener(addresses);
    timer.shutdown();
    completions.close();
    connector.close();
  }

  final Server server(RedisLink link) {
    return new Server(link, Ticker.system(), timer, everyone, threads);
  }

  static final ByteArrayCodec CODEC = ByteArrayCodec.INSTANCE;

  /** Tells all who hear, one after the other and never on the timer's thread. */
  private final class Everyone implements Availability {

    private final Queue<Consumer<Availability>> news = new ConcurrentLinkedQueue<>();
    private final AtomicInteger untold = new AtomicInteger();

    private void tell(Consumer<Availability> what) {
      news.add(what);
      if (untold.getAndIncrement() == 0) {
        completions.execute(this::tellAll);
      }
    }

    private void tellAll() {
      do {
        Consumer<Availability> next = news.remove();
        hearers.forEach(next);
      } while (untold.decrementAndGet() > 0);
    }

    @Override
    public void lost(String server, String reason) {
      tell(hearer -> hearer.lost(server, reason));
    }

    @Override
    public void found(String server) {
      tell(hearer -> hearer.found(server));
    }

    @Override
    public void answered(long nanos) {
      for (Availability hearer : hearers) {
        hearer.answered(nanos);
      }
    }
  }
}
