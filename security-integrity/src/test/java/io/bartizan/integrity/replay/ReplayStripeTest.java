package io.bartizan.integrity.replay;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.integrity.replay.DeliveryGuard.Begin;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ReplayStripeTest {

  @Test
  void begin_heldIdWhileOthersWantItsPlace_keepsIt() throws Exception {
    AtomicInteger count = new AtomicInteger();
    ReplayStripe mine = new ReplayStripe(count, 1);
    ReplayStripe others = new ReplayStripe(count, 1);
    assertThat(mine.begin(id(1, "h"), 0, 0)).isEqualTo(Begin.BEGUN);
    AtomicBoolean stop = new AtomicBoolean();
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try {
      Future<Boolean> taken =
          thread.submit(
              () -> {
                boolean any = false;
                while (!stop.get()) {
                  any |= others.use(id(2, null), 0, 0) != ReplayGuard.Use.UNDECIDED;
                }
                return any;
              });
      for (int i = 0; i < 300_000 && !taken.isDone(); i++) {
        assertThat(mine.begin(id(1, "h"), 0, 0) == Begin.BEGUN).as("begun anew").isTrue();
      }
      assertThat(mine.complete(id(1, null))).isTrue();
      stop.set(true);
      assertThat(taken.get()).as("another got the place").isFalse();
      assertThat(count.get()).isEqualTo(1);
    } finally {
      stop.set(true);
      thread.shutdownNow();
    }
  }

  private static RememberedId id(long number, @Nullable String holder) {
    return new RememberedId(number, number, 1_000, 0, holder, 0);
  }
}
