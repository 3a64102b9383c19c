package io.bartizan.mtls;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.bartizan.core.Refusal;
import io.bartizan.core.SafeText;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSession;

/**
 * Counts handshakes in Micrometer (an optional dependency), and shows when certificates end.
 *
 * <p>{@code bartizan.mtls.handshakes} has the tags {@code name}, {@code side}, {@code resumed} and
 * {@code reason}, which is {@code accepted} or the code of a {@link PeerReason}; {@code
 * bartizan.mtls.dry.run.refusals} counts what a dry-run policy would refuse, {@code
 * bartizan.mtls.no.longer.accepted} open connections whose peer is refused since. No tag holds a
 * subject, a name of a peer or a host. Thread-safe; a count is a lookup and an addition.
 *
 * <pre>{@code
 * TlsMetrics metrics = TlsMetrics.of(registry, "api");
 * ServerTls server = ServerTls.builder(identity, anchors, policy).withListener(metrics).build();
 * metrics.watch(server);
 * }</pre>
 */
public final class TlsMetrics implements TlsListener {

  private static final String ACCEPTED = "accepted";

  private final MeterRegistry registry;
  private final String name;
  private final ConcurrentHashMap<Series, Counter> handshakes = new ConcurrentHashMap<>();

  /** The tags of one counter; as many as reasons, twice for each side. */
  private record Series(TlsSide side, boolean resumed, String reason) {}

  private TlsMetrics(MeterRegistry registry, String name) {
    this.registry = Objects.requireNonNull(registry, "registry");
    if (!name.matches("[A-Za-z0-9._-]{1,64}")) {
      throw new IllegalArgumentException(
          "name is \"" + SafeText.of(name) + "\", 1 to 64 characters of A-Za-z0-9._- are accepted");
    }
    this.name = name;
  }

  /**
   * A listener that counts.
   *
   * @param registry where the meters live
   * @param name the tag {@code name}: 1 to 64 characters of {@code A-Za-z0-9._-}
   * @return a listener
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if {@code name} is outside its form
   */
  public static TlsMetrics of(MeterRegistry registry, String name) {
    return new TlsMetrics(registry, name);
  }

  /**
   * Shows {@code bartizan.mtls.certificate.expiry}, the seconds until this side's certificate ends
   * (negative once it did), {@code bartizan.mtls.certificate.life}, the seconds from its begin to
   * its end, {@code bartizan.mtls.generation.age}, the seconds since the newest material was
   * loaded, and {@code bartizan.mtls.reload.failures}. All but the last are not a number before the
   * first material.
   *
   * @param tls whose material is shown; it is not kept alive by the meters
   * @return this
   * @throws NullPointerException if {@code tls} is null
   */
  @CanIgnoreReturnValue
  public TlsMetrics watch(MutualTls tls) {
    String side = Objects.requireNonNull(tls, "tls").generations().settings().side().tag();
    TimeGauge unusedExpiry =
        TimeGauge.builder(
                "bartizan.mtls.certificate.expiry",
                tls,
                TimeUnit.SECONDS,
                one ->
                    seconds(
                        one,
                        Duration.between(one.generations().settings().now(), one.validUntil())))
            .description("Until this side's certificate ends")
            .tag("name", name)
            .tag("side", side)
            .register(registry);
    TimeGauge unusedLife =
        TimeGauge.builder(
                "bartizan.mtls.certificate.life",
                tls,
                TimeUnit.SECONDS,
                one -> seconds(one, life(one)))
            .description("From begin to end of this side's certificate")
            .tag("name", name)
            .tag("side", side)
            .register(registry);
    TimeGauge unusedAge =
        TimeGauge.builder(
                "bartizan.mtls.generation.age",
                tls,
                TimeUnit.SECONDS,
                one ->
                    seconds(
                        one, Duration.between(one.loadedAt(), one.generations().settings().now())))
            .description("Since the newest key, anchors, policy and revocation data were loaded")
            .tag("name", name)
            .tag("side", side)
            .register(registry);
    FunctionCounter unusedFailures =
        FunctionCounter.builder(
                "bartizan.mtls.reload.failures", tls, one -> (double) one.failedReloads())
            .description("Reloads that failed; the material before keeps serving")
            .tag("name", name)
            .tag("side", side)
            .register(registry);
    return this;
  }

  private static Duration life(MutualTls tls) {
    Identities identities = tls.generations().currentIdentities();
    return identities == null
        ? Duration.ZERO
        : Duration.between(identities.validFrom(), identities.validUntil());
  }

  /** No number before the first material, which no alert should take for one. */
  private static double seconds(MutualTls tls, Duration duration) {
    return tls.generation() == 0 ? Double.NaN : duration.toSeconds();
  }

  @Override
  public void decided(HandshakeEvent event) {
    String reason = event.outcome().fold(accepted -> ACCEPTED, refusal -> refusal.reason().code());
    handshakes
        .computeIfAbsent(new Series(event.side(), event.resumed(), reason), this::counter)
        .increment();
    if (event.dryRun() != null) {
      registry
          .counter("bartizan.mtls.dry.run.refusals", "name", name, "side", event.side().tag())
          .increment();
    }
  }

  @Override
  public void noLongerAccepted(SSLSession session, Refusal refusal) {
    registry
        .counter(
            "bartizan.mtls.no.longer.accepted", "name", name, "reason", refusal.reason().code())
        .increment();
  }

  private Counter counter(Series series) {
    return Counter.builder("bartizan.mtls.handshakes")
        .description("Handshakes by what was decided about the peer")
        .tag("name", name)
        .tag("side", series.side().tag())
        .tag("resumed", Boolean.toString(series.resumed()))
        .tag("reason", series.reason())
        .register(registry);
  }

  @Override
  public String toString() {
    return "TlsMetrics[" + name + "]";
  }
}
