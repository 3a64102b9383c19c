package io.bartizan.ratelimit.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;

/** Threads that take one turn after the other until they are stopped, how long calls waited. */
final class LoadThreads implements AutoCloseable {

  private static final int STEP_MICROS = 100;
  private static final int STEPS = 200_000;

  private final List<Thread> threads = new ArrayList<>();
  private final Queue<Throwable> thrown = new ConcurrentLinkedQueue<>();
  private final AtomicIntegerArray waits = new AtomicIntegerArray(STEPS);
  private volatile boolean stopped;

  /** What a thread does each time. */
  interface Turn {
    void take(int thread, int number);
  }

  /** Starts them. */
  void start(String name, int count, Turn turn) {
    for (int i = 0; i < count; i++) {
      int number = i;
      Thread thread = new Thread(() -> run(number, turn), name + "-" + i);
      threads.add(thread);
      thread.start();
    }
  }

  private void run(int thread, Turn turn) {
    for (int number = 0; !stopped; number++) {
      try {
        turn.take(thread, number);
      } catch (RuntimeException e) {
        thrown.add(e);
      }
      LockSupport.parkNanos(500_000);
    }
  }

  /** Notes how long a call took that began then. */
  void waitedSince(long startNanos) {
    long micros = (System.nanoTime() - startNanos) / 1000;
    waits.incrementAndGet((int) Math.min(STEPS - 1, micros / STEP_MICROS));
  }

  List<Throwable> thrown() {
    return List.copyOf(thrown);
  }

  /** The longest wait of this share of the calls in milliseconds. */
  double waited(double share) {
    long all = 0;
    for (int i = 0; i < STEPS; i++) {
      all += waits.get(i);
    }
    long seen = 0;
    for (int i = 0; i < STEPS; i++) {
      seen += waits.get(i);
      if (seen >= share * all) {
        return (i + 1) * STEP_MICROS / 1000.0;
      }
    }
    return STEPS * STEP_MICROS / 1000.0;
  }

  @Override
  public void close() throws InterruptedException {
    stopped = true;
    for (Thread thread : threads) {
      thread.join();
    }
  }
}
