package io.bartizan.mtls;

import io.bartizan.core.Health;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** Whether the material serves, in one sentence. */
final class MaterialHealth {

  private MaterialHealth() {}

  /** {@code loop} is null where nothing is reloaded by itself. */
  static Health of(Generations generations, @Nullable ReloadLoop loop) {
    Settings settings = generations.settings();
    Instant now = settings.now();
    Generation newest = generations.newest();
    Instant end = newest.identity().validUntil();
    Duration age = Duration.between(newest.created(), now).truncatedTo(ChronoUnit.SECONDS);
    String state =
        settings.side()
            + " generation "
            + newest.number()
            + " of age "
            + age
            + ", certificate valid until "
            + end;
    if (generations.isClosed()) {
      return Health.down("closed, nothing is reloaded any more; " + state);
    }
    if (now.isAfter(end)) {
      return Health.down(state + ", which is past");
    }
    TlsMaterialException fault = generations.lastFault();
    if (fault != null) {
      return Health.degraded(state + "; the last reload failed: " + fault.getMessage());
    }
    if (loop != null && loop.isOverdue()) {
      return Health.degraded(state + "; the reload hangs, perhaps its files can't be reached");
    }
    String stale = newest.revocation().stale(now);
    if (stale != null) {
      return Health.degraded(state + "; " + stale);
    }
    return Duration.between(now, end).compareTo(settings.expiryWarning()) < 0
        ? Health.degraded(state + ", which is soon")
        : Health.up(state);
  }
}
