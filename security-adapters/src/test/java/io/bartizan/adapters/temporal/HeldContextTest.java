package io.bartizan.adapters.temporal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.ratelimit.Decision.Source;
import io.bartizan.ratelimit.Permit;
import io.bartizan.testkit.ManualTicker;
import io.temporal.activity.ActivityExecutionContext;
import io.temporal.client.ActivityCanceledException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class HeldContextTest {

  private final ManualTicker ticker = new ManualTicker();
  private final AtomicInteger heartbeats = new AtomicInteger();
  private final AtomicInteger renewed = new AtomicInteger();
  private boolean known = true;

  private final HeldContext context =
      new HeldContext(
          (ActivityExecutionContext)
              Proxy.newProxyInstance(
                  getClass().getClassLoader(),
                  new Class<?>[] {ActivityExecutionContext.class},
                  (proxy, method, arguments) -> {
                    assertThat(method.getName()).isEqualTo("heartbeat");
                    heartbeats.incrementAndGet();
                    if (!known) {
                      throw new ActivityCanceledException();
                    }
                    return null;
                  }),
          ticker);

  private final Permit permit =
      Permit.granted(
          1,
          0,
          Source.REMOTE,
          new Permit.Hold() {
            @Override
            public void release(Permit closed) {}

            @Override
            public CompletionStage<Boolean> renew(Permit held) {
              renewed.incrementAndGet();
              return new CompletableFuture<>();
            }
          });

  @Test
  void heartbeats_renewOnceASecond() {
    context.hold(permit);
    for (int tenths = 1; tenths <= 25; tenths++) {
      ticker.advance(Duration.ofMillis(100));
      context.heartbeat("still here");
    }
    assertThat(renewed).hasValue(2);
    assertThat(heartbeats).hasValue(25);
  }

  @Test
  void heartbeat_thatTemporalRefuses_renewsNothing() {
    context.hold(permit);
    ticker.advance(Duration.ofSeconds(5));
    known = false;
    assertThatThrownBy(() -> context.heartbeat("still here"))
        .isInstanceOf(ActivityCanceledException.class);
    assertThat(renewed).hasValue(0);
    known = true;
    context.heartbeat("still here");
    assertThat(renewed).hasValue(1);
  }

  @Test
  void heartbeat_withoutAPermit_isHandedOn() {
    ticker.advance(Duration.ofSeconds(5));
    context.heartbeat("still here");
    assertThat(heartbeats).hasValue(1);
  }
}
