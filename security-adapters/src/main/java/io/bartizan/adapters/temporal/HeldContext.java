package io.bartizan.adapters.temporal;

import io.bartizan.core.Ticker;
import io.bartizan.ratelimit.Permit;
import io.temporal.activity.ActivityExecutionContext;
import io.temporal.common.interceptors.ActivityExecutionContextBase;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * An activity's context whose heartbeats renew the lease of its permit, at most once a second and
 * without waiting for the answer. A heartbeat that Temporal refuses renews nothing.
 */
final class HeldContext extends ActivityExecutionContextBase {

  private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Ticker ticker;
  private final AtomicLong renewed;
  private volatile @Nullable Permit permit;

  HeldContext(ActivityExecutionContext context, Ticker ticker) {
    super(context);
    this.ticker = ticker;
    this.renewed = new AtomicLong(ticker.nanos());
  }

  void hold(Permit granted) {
    renewed.set(ticker.nanos());
    permit = granted;
  }

  @Override
  public <V> void heartbeat(V details) {
    super.heartbeat(details);
    Permit held = permit;
    long last = renewed.get();
    long now = ticker.nanos();
    if (held != null && now - last >= PAUSE_NANOS && renewed.compareAndSet(last, now)) {
      CompletionStage<Boolean> unused = held.renew();
    }
  }
}
