package io.bartizan.spring;

import io.bartizan.core.HealthSource;
import io.bartizan.integrity.IntegrityListener;
import io.bartizan.mtls.MutualTls;
import io.bartizan.mtls.TlsListener;
import io.bartizan.ratelimit.RateLimitListener;
import java.util.function.Consumer;

/** The application's metrics, if it has any; names no class of Micrometer. */
interface Meters {

  /** A listener for a builder, and what is to see the thing that was built. */
  record Pair<L, S>(L listener, Consumer<S> watch) {}

  /** Of an application that has no registry: counts nothing and watches nothing. */
  Meters NONE =
      new Meters() {
        @Override
        public Pair<RateLimitListener, HealthSource> limit(String name) {
          return new Pair<>((verb, decision) -> {}, limiter -> {});
        }

        @Override
        public Pair<TlsListener, MutualTls> tls(String name) {
          return new Pair<>(new TlsListener() {}, bundle -> {});
        }

        @Override
        public Pair<IntegrityListener, HealthSource> jwt() {
          return new Pair<>(new IntegrityListener() {}, keys -> {});
        }

        @Override
        public Pair<IntegrityListener, HealthSource> webhook(String name) {
          return jwt();
        }
      };

  /** Decisions and health of a limit. */
  Pair<RateLimitListener, HealthSource> limit(String name);

  /** Handshakes and certificates of a bundle. */
  Pair<TlsListener, MutualTls> tls(String name);

  /** Verifications and keys. */
  Pair<IntegrityListener, HealthSource> jwt();

  /** Verifications of a sender's webhooks, and what remembers them. */
  Pair<IntegrityListener, HealthSource> webhook(String name);
}
