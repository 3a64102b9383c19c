package io.bartizan.mtls;

import java.nio.file.ClosedWatchServiceException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one watcher of all contexts of the process: a thread that knows when each is to be read, a
 * watch service, and a thread that reads. The first context starts it, the last one closed ends it.
 *
 * <p>A reading that takes long, as of a share that hangs or a listener that waits, holds up no
 * other: for each there is one more thread while it lasts.
 */
final class ReloadWatch {

  private static final Logger LOG = LoggerFactory.getLogger("io.bartizan.mtls");

  /** How long a reading may hold up the next before that gets a thread of its own. */
  private static final long SLOW_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private static final long IDLE_SECONDS = 5;

  private static final ReentrantLock SHARING = new ReentrantLock();
  private static @Nullable ReloadWatch shared;

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<ReloadLoop, Turn> turns = new HashMap<>();
  private final WatchedFolders folders = new WatchedFolders();

  @SuppressWarnings("ErroneousThreadPoolConstructorChecker") // its core grows with slow readings
  private final ThreadPoolExecutor readers =
      new ThreadPoolExecutor(
          1,
          Integer.MAX_VALUE,
          IDLE_SECONDS,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(),
          task -> daemon(task, "bartizan-mtls-reload"));

  private final Thread thread = daemon(this::run, "bartizan-mtls-watch");
  private volatile boolean ended;
  private long wakeAt;

  private ReloadWatch() {
    readers.allowCoreThreadTimeOut(true);
    wakeAt = System.nanoTime();
    thread.start();
  }

  /** Inherits nothing of the thread that happened to build the first context. */
  private static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(null, task, name, 0, false);
    thread.setDaemon(true);
    return thread;
  }

  /** From now on this is read when it is due; the first time at once. */
  static ReloadWatch join(ReloadLoop loop) {
    SHARING.lock();
    try {
      ReloadWatch watch = shared;
      if (watch == null) {
        watch = new ReloadWatch();
        shared = watch;
      }
      watch.add(loop);
      return watch;
    } finally {
      SHARING.unlock();
    }
  }

  /** Ends a reading that is under way by an interrupt; there will be no other. */
  void leave(ReloadLoop loop) {
    SHARING.lock();
    try {
      boolean last = remove(loop);
      folders.forget(loop);
      if (last) {
        shared = null;
        ended = true;
        readers.shutdown();
        folders.close();
        thread.interrupt();
      }
    } finally {
      SHARING.unlock();
    }
  }

  WatchedFolders folders() {
    return folders;
  }

  /** When a context is read next, and its reading that waits for a thread or runs. */
  private static final class Turn {
    private long due = System.nanoTime();
    private boolean changed;
    private @Nullable Future<?> reading;
    private long since;
    private boolean started;

    boolean isDue(long now) {
      return reading == null && due - now <= 0;
    }

    boolean isSlow(long now) {
      return reading != null && started && now - since > SLOW_NANOS;
    }
  }

  private void add(ReloadLoop loop) {
    lock.lock();
    try {
      turns.put(loop, new Turn());
      wake(System.nanoTime());
    } finally {
      lock.unlock();
    }
  }

  /** Whether it was the last one. */
  private boolean remove(ReloadLoop loop) {
    lock.lock();
    try {
      Turn turn = turns.remove(loop);
      if (turn != null && turn.reading != null) {
        turn.reading.cancel(true);
      }
      return turn != null && turns.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  private void wake(long due) {
    if (due - wakeAt < 0) {
      wakeAt = due;
      thread.interrupt();
    }
  }

  private void run() {
    while (!ended) {
      try {
        for (ReloadLoop loop : folders.await(untilNext())) {
          changed(loop);
        }
        readThoseDue();
      } catch (ClosedWatchServiceException e) {
        return;
      } catch (RuntimeException | Error e) {
        // Whatever it was, material that changes later must still be seen.
        LOG.error("watching for new material failed, and goes on", e);
      }
    }
  }

  private long untilNext() {
    lock.lock();
    try {
      boolean unused = Thread.interrupted(); // what woke this thread is seen below
      long now = System.nanoTime();
      long wait = ended ? 0 : TimeUnit.HOURS.toNanos(1);
      for (Turn turn : turns.values()) {
        if (turn.reading == null) {
          wait = Math.min(wait, turn.due - now);
        } else if (!turn.started) {
          wait = Math.min(wait, SLOW_NANOS);
        }
      }
      wakeAt = now + Math.max(0, wait);
      return wakeAt - now;
    } finally {
      lock.unlock();
    }
  }

  /** Events come in bursts, and files are not written at once. */
  private void changed(ReloadLoop loop) {
    lock.lock();
    try {
      Turn turn = turns.get(loop);
      if (turn != null && !turn.changed) {
        turn.changed = true;
        if (turn.reading == null) {
          advance(turn, loop.settleNanos());
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private static void advance(Turn turn, long nanos) {
    long soon = System.nanoTime() + nanos;
    if (soon - turn.due < 0) {
      turn.due = soon;
    }
  }

  private void readThoseDue() {
    lock.lock();
    try {
      long now = System.nanoTime();
      int slow = 0;
      for (Map.Entry<ReloadLoop, Turn> entry : turns.entrySet()) {
        Turn turn = entry.getValue();
        if (turn.isDue(now)) {
          boolean changed = turn.changed;
          turn.changed = false;
          turn.due = now + entry.getKey().intervalNanos(); // should there be no thread for it
          turn.reading = readers.submit(() -> read(entry.getKey(), turn, changed));
        } else if (turn.isSlow(now)) {
          slow++;
        }
      }
      readers.setCorePoolSize(slow + 1);
    } finally {
      lock.unlock();
    }
  }

  private void read(ReloadLoop loop, Turn turn, boolean changed) {
    lock.lock();
    try {
      turn.since = System.nanoTime();
      turn.started = true;
    } finally {
      lock.unlock();
    }
    long pause = loop.intervalNanos();
    try {
      pause = loop.read(changed, this);
    } finally {
      lock.lock();
      try {
        turn.reading = null;
        turn.started = false;
        turn.due = System.nanoTime() + pause;
        if (turn.changed) { // while it was read
          advance(turn, loop.settleNanos());
        }
        if (turns.get(loop) == turn) {
          wake(turn.due);
        }
      } finally {
        lock.unlock();
      }
    }
  }
}
