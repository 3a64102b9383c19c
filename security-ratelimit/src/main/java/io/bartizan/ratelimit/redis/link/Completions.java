package io.bartizan.ratelimit.redis.link;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs what applications attached to stages that no reply ends, so that the timer never does.
 *
 * <p>One daemon thread works as long as there is work. Where it makes no progress for some
 * milliseconds, for something that it runs blocks, another one helps, at most 256; they end when
 * there is nothing to do. Where no thread can be had, it is tried again. What comes after the end
 * is run too, for somebody may wait for it.
 */
final class Completions implements Executor, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger("io.bartizan.ratelimit.redis");
  private static final int MOST_THREADS = 256;
  private static final long LOOK_MILLIS = 4;

  /** After the end nobody looks which threads make progress, so a few begin at once. */
  private static final int MOST_AFTER_END = 8;

  private final ScheduledExecutorService timer;
  private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicInteger working = new AtomicInteger();
  private final AtomicLong taken = new AtomicLong();
  private final AtomicBoolean watched = new AtomicBoolean();
  private final ThreadPoolExecutor threads;

  Completions(ScheduledExecutorService timer) {
    this(timer, task -> Daemons.thread("bartizan-redis-completion", task));
  }

  Completions(ScheduledExecutorService timer, ThreadFactory factory) {
    this.timer = timer;
    this.threads =
        new ThreadPoolExecutor(
            0, MOST_THREADS, 1, TimeUnit.SECONDS, new SynchronousQueue<>(), factory);
  }

  @Override
  public void execute(Runnable task) {
    waiting.add(task);
    if (working.get() == 0) {
      help();
    }
    if (!watched.get() && watched.compareAndSet(false, true)) {
      watch(taken.get());
    }
  }

  /** Whether this thread is one of these. */
  boolean isMine(Thread thread) {
    return thread.getName().equals("bartizan-redis-completion");
  }

  private void help() {
    working.incrementAndGet();
    try {
      threads.execute(this::work);
    } catch (RejectedExecutionException allAreBusy) {
      working.decrementAndGet();
    } catch (OutOfMemoryError noThreadCanBeHad) {
      working.decrementAndGet();
      LOG.error("completing stages is put off", noThreadCanBeHad);
    }
  }

  private void work() {
    try {
      Runnable task = waiting.poll();
      while (task != null) {
        taken.incrementAndGet();
        run(task);
        task = waiting.poll();
      }
    } finally {
      if (working.decrementAndGet() == 0 && !waiting.isEmpty()) {
        help();
      }
    }
  }

  @SuppressWarnings("CatchThrowable") // the next one is run, whatever this one does
  private static void run(Runnable task) {
    try {
      task.run();
    } catch (Throwable e) {
      LOG.error("completing a stage failed", e);
    }
  }

  private void watch(long before) {
    try {
      var unused = timer.schedule(() -> look(before), LOOK_MILLIS, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException closed) {
      watched.set(false);
      if (working.get() < MOST_AFTER_END) {
        help();
      }
    } catch (OutOfMemoryError noThreadCanBeHad) {
      watched.set(false);
    }
  }

  private void look(long before) {
    if (waiting.isEmpty()) {
      watched.set(false);
      if (!waiting.isEmpty() && watched.compareAndSet(false, true)) {
        watch(taken.get());
      }
      return;
    }
    if (taken.get() == before) {
      help();
    }
    watch(taken.get());
  }

  /** Runs what waits; after the end of the timer, which watches no more. */
  @Override
  public void close() {
    watched.set(false);
    if (!waiting.isEmpty()) {
      help();
    }
  }
}
