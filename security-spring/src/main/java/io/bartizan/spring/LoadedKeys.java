package io.bartizan.spring;

import io.bartizan.core.Health;
import io.bartizan.core.HealthSource;
import io.bartizan.integrity.jwt.RemoteJwks;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;

/**
 * An issuer's keys, which are fetched where their health is asked for: a service that waits for its
 * first request until it is ready would never have any.
 *
 * <p>One fetch at a time, within the budget of {@link RemoteJwks}. The answer waits for it up to
 * half a second, less than a probe of Kubernetes waits.
 */
final class LoadedKeys implements HealthSource {

  private static final long MOST_MILLIS = 500;

  private final RemoteJwks keys;
  private final AtomicReference<CompletableFuture<Boolean>> loading =
      new AtomicReference<>(CompletableFuture.completedFuture(false));

  LoadedKeys(RemoteJwks keys) {
    this.keys = keys;
  }

  @Override
  public Health health() {
    CompletableFuture<Boolean> load =
        loading.updateAndGet(
            last -> last.isDone() ? CompletableFuture.supplyAsync(keys::load) : last);
    try {
      Boolean unused = load.get(MOST_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (TimeoutException | ExecutionException e) {
      // the health says so
    }
    return keys.health();
  }
}
