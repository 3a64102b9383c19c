package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.tests.Eventually;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The threads that contexts share: what hangs, throws, leaves or can't be started. */
@Timeout(120)
class ReloadThreadsTest {

  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final long SOON = TimeUnit.MILLISECONDS.toNanos(5);

  private final Queue<Thread> started = new ConcurrentLinkedQueue<>();
  private final AtomicInteger refused = new AtomicInteger();
  private final ReloadThreads threads =
      new ReloadThreads(
          work -> {
            if (refused.getAndDecrement() > 0) {
              throw new OutOfMemoryError("unable to create native thread");
            }
            Thread thread = ReloadThreads.newThread(work);
            started.add(thread);
            return thread;
          });

  private long alive() {
    return started.stream().filter(Thread::isAlive).count();
  }

  private void assertEnds() {
    Eventually.within(LIMIT, "every thread ends", () -> alive() == 0);
  }

  private static LongSupplier counting(AtomicInteger turns) {
    return () -> {
      turns.incrementAndGet();
      return SOON;
    };
  }

  private void assertGoesOn(AtomicInteger turns) {
    int before = turns.get();
    Eventually.within(LIMIT, "ten more turns", () -> turns.get() >= before + 10);
  }

  @Test
  void MT17_tasksThatHang_holdAThreadEachAndNobodyUp() throws Exception {
    CountDownLatch hanging = new CountDownLatch(150);
    CountDownLatch letGo = new CountDownLatch(1);
    AtomicInteger good = new AtomicInteger();
    AtomicInteger late = new AtomicInteger();
    List<ReloadThreads.Task> bad = new ArrayList<>();
    ReloadThreads.Task before = threads.join(counting(good));
    for (int i = 0; i < 150; i++) {
      bad.add(
          threads.join(
              () -> {
                hanging.countDown();
                Eventually.awaitUninterruptibly(letGo);
                return SOON;
              }));
    }
    assertThat(hanging.await(60, TimeUnit.SECONDS)).isTrue();
    ReloadThreads.Task after = threads.join(counting(late));
    assertGoesOn(good);
    assertGoesOn(late);
    Eventually.within(
        LIMIT, "150 that hang, one that works, the clock", () -> alive() == 150 + 1 + 1);

    bad.forEach(threads::leave);
    assertGoesOn(good);
    letGo.countDown();
    Eventually.within(LIMIT, "one that works and the clock", () -> alive() == 2);
    assertGoesOn(late);
    threads.leave(before);
    threads.leave(after);
    assertEnds();
  }

  @Test
  void MT17_manyTasks_shareTwoThreads() {
    List<ReloadThreads.Task> tasks = new ArrayList<>();
    AtomicInteger turns = new AtomicInteger();
    for (int i = 0; i < 200; i++) {
      tasks.add(
          threads.join(
              () -> {
                turns.incrementAndGet();
                return TimeUnit.MILLISECONDS.toNanos(100);
              }));
    }
    CountDownLatch letGo = new CountDownLatch(1);
    List<ReloadThreads.Task> slow = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      slow.add(
          threads.join(
              () -> {
                Eventually.awaitUninterruptibly(letGo);
                return TimeUnit.HOURS.toNanos(1);
              }));
    }
    Eventually.within(LIMIT, "20 that hang, one that works, the clock", () -> alive() == 22);
    letGo.countDown();
    int before = turns.get();
    Eventually.within(LIMIT, "each had some turns", () -> turns.get() >= before + 1000);
    Eventually.within(LIMIT, "one that works and the clock", () -> alive() == 2);
    tasks.forEach(threads::leave);
    slow.forEach(threads::leave);
    assertEnds();
  }

  @Test
  void MT17_taskThatThrows_isRunAgain() {
    AtomicInteger turns = new AtomicInteger();
    AtomicInteger others = new AtomicInteger();
    ReloadThreads.Task other = threads.join(counting(others));
    ReloadThreads.Task task =
        threads.join(
            () -> {
              if (turns.incrementAndGet() < 3) {
                throw new NoClassDefFoundError("a logger of another version, thrown by a test");
              }
              return SOON;
            });
    Eventually.within(LIMIT, "it is run again", () -> turns.get() >= 6);
    assertGoesOn(others);
    threads.leave(task);
    threads.leave(other);
    assertEnds();
  }

  @Test
  void MT17_threadThatCannotBeStarted_isStartedLater() {
    AtomicInteger turns = new AtomicInteger();
    refused.set(1);
    assertThatThrownBy(() -> threads.join(counting(turns))).isInstanceOf(OutOfMemoryError.class);

    CountDownLatch letGo = new CountDownLatch(1);
    ReloadThreads.Task first =
        threads.join(
            () -> {
              Eventually.awaitUninterruptibly(letGo);
              return SOON;
            });
    Eventually.within(LIMIT, "the clock and a worker", () -> alive() == 2);
    refused.set(2);
    ReloadThreads.Task task = threads.join(counting(turns));
    assertGoesOn(turns);
    assertThat(refused.get()).isNegative();
    refused.set(Integer.MAX_VALUE);
    assertThatCode(() -> threads.leave(first)).doesNotThrowAnyException();
    refused.set(0);
    letGo.countDown();
    threads.leave(task);
    assertEnds();
  }

  @Test
  void MT17_leave_interruptsItsOwnTurnAlone() throws Exception {
    AtomicInteger others = new AtomicInteger();
    AtomicBoolean disturbed = new AtomicBoolean();
    CountDownLatch waiting = new CountDownLatch(1);
    CountDownLatch freed = new CountDownLatch(1);
    ReloadThreads.Task other =
        threads.join(
            () -> {
              disturbed.compareAndSet(false, Thread.currentThread().isInterrupted());
              others.incrementAndGet();
              return SOON;
            });
    ReloadThreads.Task task =
        threads.join(
            () -> {
              waiting.countDown();
              try {
                new CountDownLatch(1).await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                freed.countDown();
              }
              return SOON;
            });
    ReloadThreads.Task careless =
        threads.join(
            () -> {
              Thread.currentThread().interrupt();
              return SOON;
            });
    assertThat(waiting.await(60, TimeUnit.SECONDS)).isTrue();
    threads.leave(task);
    threads.leave(task);
    assertThat(freed.await(60, TimeUnit.SECONDS)).isTrue();
    assertGoesOn(others);
    assertThat(disturbed.get()).isFalse();
    threads.leave(careless);
    threads.leave(other);
    assertEnds();
  }

  @Test
  void MT17_leaveInItsOwnTurn_endsIt() {
    AtomicInteger turns = new AtomicInteger();
    Queue<ReloadThreads.Task> self = new ConcurrentLinkedQueue<>();
    self.add(
        threads.join(
            () -> {
              ReloadThreads.Task task = self.poll();
              if (task != null) {
                threads.leave(task);
                turns.set(1000);
              }
              turns.incrementAndGet();
              return 0;
            }));
    assertEnds();
    assertThat(turns.get()).isEqualTo(1001);
  }

  /** Joins from a class of another loader, and leaves in thread locals what it can. */
  static final class Foreign
      implements BiFunction<BiFunction<LongSupplier, Runnable, Runnable>, Runnable, Runnable> {

    private static final ThreadLocal<Foreign> LEFT = new InheritableThreadLocal<>();

    @Override
    public Runnable apply(BiFunction<LongSupplier, Runnable, Runnable> join, Runnable ran) {
      LEFT.set(this);
      try {
        return join.apply(
            () -> {
              LEFT.set(this);
              if (Thread.currentThread().getContextClassLoader()
                  == Foreign.class.getClassLoader()) {
                ran.run();
              }
              return TimeUnit.MILLISECONDS.toNanos(5);
            },
            ran);
      } finally {
        LEFT.remove();
      }
    }
  }

  /** The clock is started by a foreign class, whose task leaves while another goes on. */
  @Test
  void MT17_classLoaderOfATaskThatLeft_isCollected() throws Exception {
    AtomicInteger turns = new AtomicInteger();
    WeakReference<ClassLoader> gone = joinAndLeave(turns);
    ForeignLoader.assertCollected(gone);
    assertGoesOn(turns);
    assertThat(alive()).isPositive();
    threads.leave(remaining.remove());
    assertEnds();
  }

  private final Queue<ReloadThreads.Task> remaining = new ConcurrentLinkedQueue<>();

  @SuppressWarnings("unchecked")
  private WeakReference<ClassLoader> joinAndLeave(AtomicInteger turns) throws Exception {
    ForeignLoader child = new ForeignLoader();
    Thread caller = Thread.currentThread();
    ClassLoader before = caller.getContextClassLoader();
    CountDownLatch ran = new CountDownLatch(3);
    caller.setContextClassLoader(child);
    try {
      var foreign =
          (BiFunction<BiFunction<LongSupplier, Runnable, Runnable>, Runnable, Runnable>)
              child.make(Foreign.class);
      Runnable leave =
          foreign.apply(
              (turn, unused) -> {
                ReloadThreads.Task task = threads.join(turn);
                return () -> threads.leave(task);
              },
              ran::countDown);
      assertThat(ran.await(60, TimeUnit.SECONDS)).isTrue();
      caller.setContextClassLoader(before);
      remaining.add(threads.join(counting(turns)));
      assertGoesOn(turns);
      leave.run();
    } finally {
      caller.setContextClassLoader(before);
    }
    return new WeakReference<>(child);
  }
}
