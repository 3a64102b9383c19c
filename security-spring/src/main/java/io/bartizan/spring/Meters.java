package io.bartizan.spring;

import io.bartizan.core.HealthSource;
import io.bartizan.integrity.IntegrityListener;
import io.bartizan.mtls.MutualTls;
import io.bartizan.mtls.TlsListener;
import io.bartizan.ratelimit.RateLimitListener;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The application's metrics, if it has any; names no class of Micrometer. */
interface Meters {

  /** A listener for a builder, and what is to see the thing that was built. */
  record Pair<L, S>(L listener, Consumer<S> watch) {}

  /** Decisions and health of a limit; null if the application has no registry. */
  @Nullable Pair<RateLimitListener, HealthSource> limit(String name);

  /** Handshakes and certificates of a bundle; null if the application has no registry. */
  @Nullable Pair<TlsListener, MutualTls> tls(String name);

  /** Verifications and keys; null if the application has no registry. */
  @Nullable Pair<IntegrityListener, HealthSource> jwt();
}
