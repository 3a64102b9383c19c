package io.bartizan.mtls;

import java.security.AccessController;
import java.security.PrivilegedAction;
import java.util.HashSet;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The threads on which all contexts of the process look at their files. Thread-safe.
 *
 * <p>One thread, the clock, only waits and starts workers. It touches no file and calls no code of
 * an application, so that nothing can hang or end it. A worker runs one task after another, and
 * waits for the next that is due. While a task that is due waits longer than 20 ms, because every
 * worker is busy or hangs, the number of workers is doubled, at most up to one for each task. Where
 * several workers have nothing to do, all but one wait for the clock to need them, and end after a
 * second. So a task that hangs holds one thread, and any number of them that begin to hang delay
 * the others by some tenths of a second.
 *
 * <p>When a task leaves, every worker ends as soon as it is done with its task, and with it what
 * the code of that task left in thread locals. The clock ends with the last task. The lock is never
 * held while a file is touched or foreign code runs.
 */
final class ReloadThreads {

  static final ReloadThreads SHARED = new ReloadThreads(ReloadThreads::newThread);

  static final String WORKER = "bartizan-mtls-reload";
  static final String CLOCK = "bartizan-mtls-reload-clock";

  /** How long a task that is due waits for the workers that are there. */
  private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** The pause after what should not happen: a task that throws, a thread that can't be started. */
  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final ThreadFactory factory;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Condition needed = lock.newCondition();
  private final PriorityQueue<Task> waiting =
      new PriorityQueue<>((one, other) -> Long.signum(one.due - other.due));
  private final Set<Worker> workers = new HashSet<>();
  private int members;
  private int spare;
  private @Nullable Worker next;
  private long grown = System.nanoTime();
  private @Nullable Thread clock;

  /** {@code factory} makes threads that keep nothing of the thread which asks for them. */
  ReloadThreads(ThreadFactory factory) {
    this.factory = factory;
  }

  /** What is run again and again, by one thread at a time; guarded by the lock. */
  static final class Task {
    private final LongSupplier turn;
    private final @Nullable ClassLoader loader;
    private long due = System.nanoTime();
    private boolean left;
    private @Nullable Thread thread;

    Task(LongSupplier turn, @Nullable ClassLoader loader) {
      this.turn = turn;
      this.loader = loader;
    }
  }

  private final class Worker implements Runnable {
    private boolean busy;

    @Override
    public void run() {
      try {
        for (Task task = take(this); task != null; task = take(this)) {
          perform(task);
        }
      } finally {
        end(this);
      }
    }
  }

  /**
   * Runs {@code turn} at once, and after each turn as many nanoseconds later as it returned, with
   * the caller's context class loader. If a turn throws, the next is after a second.
   */
  Task join(LongSupplier turn) {
    Task task = new Task(turn, Thread.currentThread().getContextClassLoader());
    lock.lock();
    try {
      if (clock == null) {
        clock = start(CLOCK, this::keepTime);
      }
      waiting.add(task);
      members++;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    return task;
  }

  /** Waits for nothing: a turn that runs is interrupted and goes on to its end by itself. */
  void leave(Task task) {
    Thread running;
    lock.lock();
    try {
      if (task.left) {
        return;
      }
      task.left = true;
      members--;
      waiting.remove(task);
      running = task.thread;
      workers.clear();
      next = null;
      changed.signalAll();
      needed.signalAll();
    } finally {
      lock.unlock();
    }
    if (running != null && running != Thread.currentThread()) {
      interrupt(running);
    }
  }

  /** In a thread: an interrupt closes a channel on which the other waits, which may hang too. */
  private void interrupt(Thread running) {
    try {
      Thread unused = start("bartizan-mtls-reload-stop", running::interrupt);
    } catch (RuntimeException | Error e) {
      // No thread can be started; close() has done its work, the turn ends uninterrupted.
    }
  }

  private void keepTime() {
    boolean goesOn = true;
    while (goesOn) {
      try {
        goesOn = startWorkersAndWait();
      } catch (InterruptedException e) {
        // nobody has a reason to; it ends with the last task
      } catch (RuntimeException | Error e) {
        LockSupport.parkNanos(RETRY_NANOS); // no thread can be started for the moment
      }
    }
  }

  /** False once no task is left. */
  @SuppressWarnings("WaitNotInLoop") // keepTime is the loop
  private boolean startWorkersAndWait() throws InterruptedException {
    lock.lock();
    try {
      if (members == 0) {
        clock = null;
        return false;
      }
      long unused = changed.awaitNanos(startWorkers());
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** How many nanoseconds may pass until more are needed. */
  private long startWorkers() {
    Task first = waiting.peek();
    if (first == null) {
      return Long.MAX_VALUE;
    }
    long now = System.nanoTime();
    long wait =
        workers.isEmpty()
            ? first.due - now
            : Math.max(first.due - now, grown - now) + PATIENCE_NANOS;
    if (wait > 0) {
      return wait;
    }
    grown = now;
    long due = waiting.stream().filter(task -> task.due - now <= 0).count();
    long wanted = Math.min(due, Math.max(1, workers.size()));
    long free = workers.stream().filter(worker -> !worker.busy).count();
    for (int i = 0; i < Math.min(wanted, spare); i++) {
      needed.signal();
    }
    for (long more = wanted - free; more > 0; more--) {
      Worker worker = new Worker();
      Thread unused = start(WORKER, worker); // it waits for the lock
      workers.add(worker);
    }
    return PATIENCE_NANOS;
  }

  /** Waits for a task that is due; null if the worker is to end. */
  private @Nullable Task take(Worker worker) {
    lock.lock();
    try {
      worker.busy = false;
      long end = System.nanoTime() + IDLE_NANOS;
      while (workers.contains(worker)) {
        long now = System.nanoTime();
        Task first = waiting.peek();
        if (first != null && first.due - now <= 0) {
          waiting.remove();
          first.thread = Thread.currentThread();
          worker.busy = true;
          return first;
        }
        if (end - now <= 0) {
          workers.remove(worker);
          return null;
        }
        if (next == null || next == worker) {
          next = worker;
          await(changed, first == null ? end - now : Math.min(end - now, first.due - now));
        } else {
          spare++;
          try {
            await(needed, end - now);
          } finally {
            spare--;
          }
        }
      }
      return null;
    } finally {
      if (next == worker) {
        next = null;
      }
      lock.unlock();
    }
  }

  @SuppressWarnings("WaitNotInLoop") // take is the loop
  private static void await(Condition condition, long nanos) {
    try {
      long unused = condition.awaitNanos(nanos);
    } catch (InterruptedException e) {
      // meant for a task that has ended
    }
  }

  /** Without {@code catch}: a worker ends by what is thrown, and the clock starts another. */
  private void perform(Task task) {
    Thread thread = Thread.currentThread();
    long pause = RETRY_NANOS;
    try {
      thread.setContextClassLoader(task.loader);
      pause = task.turn.getAsLong();
    } finally {
      thread.setContextClassLoader(null);
      boolean unused = Thread.interrupted();
      putBack(task, pause);
    }
  }

  private void putBack(Task task, long pause) {
    lock.lock();
    try {
      task.thread = null;
      if (!task.left) {
        task.due = System.nanoTime() + pause;
        waiting.add(task);
        if (waiting.peek() == task) {
          changed.signalAll();
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private void end(Worker worker) {
    lock.lock();
    try {
      workers.remove(worker);
    } finally {
      lock.unlock();
    }
  }

  private Thread start(String name, Runnable work) {
    Thread thread = factory.newThread(work);
    thread.setName(name);
    thread.start();
    return thread;
  }

  /**
   * A daemon that keeps neither thread locals, context class loader, thread group nor, by the JDK's
   * access control, the classes that are on the stack of who builds a context.
   */
  // A thread holds its maker's protection domains until JDK 24, and has its priority.
  @SuppressWarnings({"removal", "ThreadPriorityCheck"})
  static Thread newThread(Runnable work) {
    return AccessController.doPrivileged(
        (PrivilegedAction<Thread>)
            () -> {
              ThreadGroup group = Thread.currentThread().getThreadGroup();
              while (group.getParent() != null) {
                group = group.getParent();
              }
              Thread thread = new Thread(group, work, WORKER, 0, false);
              thread.setDaemon(true);
              thread.setPriority(Thread.NORM_PRIORITY);
              thread.setContextClassLoader(null);
              return thread;
            });
  }
}
