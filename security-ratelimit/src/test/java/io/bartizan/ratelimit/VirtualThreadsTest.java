package io.bartizan.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedStackTrace;
import jdk.jfr.consumer.RecordingStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Waiting virtual threads free their carriers; run where there are virtual threads, JDK 21 up. */
@Timeout(120)
class VirtualThreadsTest {

  private static final int THREADS = 1000;

  @BeforeEach
  void needs_virtual_threads() {
    assumeTrue(Runtime.version().feature() >= 21, "virtual threads came with JDK 21");
  }

  @Test
  void waiting_for_permits_pins_no_carrier() throws Exception {
    RateLimiter one = RateLimiter.of(Limit.paced(Rate.per(2000, Duration.ofSeconds(1))));
    KeyedRateLimiter keyed = KeyedRateLimiter.of(Limit.parse("10 burst, 2000/s"), 10);
    ConcurrencyLimiter held = ConcurrencyLimiter.of(10);
    List<Callable<Boolean>> waits = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      waits.add(() -> one.acquire(1, Duration.ofMinutes(1)).isAllowed());
      waits.add(() -> keyed.acquire("key", 1, Duration.ofMinutes(1)).isAllowed());
      waits.add(
          () -> {
            try (Permit permit = held.acquire(Duration.ofMinutes(1))) {
              LockSupport.parkNanos(10_000);
              return permit.isGranted();
            }
          });
    }
    runAll(waits); // a thread that waits while another initializes a class pins its carrier
    assertThat(pinnedDuring(waits)).isEmpty();
  }

  /** What the other test rests on: a thread that does pin its carrier is seen. */
  @Test
  void thread_that_pins_its_carrier_is_seen() throws Exception {
    assertThat(pinnedDuring(List.of(() -> Pinned.WAITED))).isNotEmpty();
  }

  /**
   * A class initializer is a native frame, under which a virtual thread can't leave its carrier.
   */
  private static final class Pinned {
    static final boolean WAITED = waited();

    private static boolean waited() {
      LockSupport.parkNanos(30_000_000);
      return true;
    }
  }

  private static List<String> pinnedDuring(List<Callable<Boolean>> tasks) throws Exception {
    Queue<String> pinned = new ConcurrentLinkedQueue<>();
    CountDownLatch started = new CountDownLatch(1);
    try (RecordingStream stream = new RecordingStream()) {
      stream.enable("jdk.VirtualThreadPinned").withStackTrace().withThreshold(Duration.ZERO);
      stream.onEvent("jdk.VirtualThreadPinned", event -> keep(event, pinned));
      stream.onFlush(started::countDown);
      stream.startAsync();
      started.await();
      runAll(tasks);
      CountDownLatch flushed = new CountDownLatch(2);
      stream.onFlush(flushed::countDown);
      flushed.await();
    }
    return List.copyOf(pinned);
  }

  private static void keep(RecordedEvent event, Queue<String> pinned) {
    RecordedStackTrace stack = event.getStackTrace();
    if (stack != null) {
      stack.getFrames().stream()
          .map(frame -> frame.getMethod().getType().getName() + "." + frame.getMethod().getName())
          .filter(frame -> frame.startsWith("io.bartizan"))
          .findFirst()
          .ifPresent(pinned::add);
    }
  }

  private static void runAll(List<Callable<Boolean>> tasks)
      throws ReflectiveOperationException, InterruptedException, ExecutionException {
    ExecutorService executor =
        (ExecutorService) Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    try {
      for (Future<Boolean> future : executor.invokeAll(tasks)) {
        assertThat(future.get()).isTrue();
      }
    } finally {
      executor.shutdown();
    }
  }
}
