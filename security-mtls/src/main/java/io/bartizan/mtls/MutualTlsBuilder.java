package io.bartizan.mtls;

import io.bartizan.core.Ticker;
import java.security.Provider;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * What is optional about mutual TLS; the parts that make it safe were arguments of {@link
 * MutualTls#server} and {@link MutualTls#client}. Not thread-safe.
 *
 * @param <T> {@link ServerTls} or {@link ClientTls}
 */
public final class MutualTlsBuilder<T extends MutualTls> {

  private static final Duration MIN_RELOAD = Duration.ofMillis(100);
  private static final Duration MAX_RELOAD = Duration.ofHours(1);

  private final TlsSide side;
  private final Identity identity;
  private final TrustAnchors anchors;
  private final PeerPolicy policy;
  private final BiFunction<Settings, @Nullable Duration, T> maker;
  private @Nullable PeerPolicy dryRun;
  private Revocation revocation = Revocation.none();
  private Listeners listener = Listeners.none();
  private @Nullable Provider provider;
  private @Nullable InstantSource clock;
  private @Nullable Duration reload;
  private Duration expiryWarning = Duration.ofHours(4);

  MutualTlsBuilder(
      TlsSide side,
      Identity identity,
      TrustAnchors anchors,
      PeerPolicy policy,
      BiFunction<Settings, @Nullable Duration, T> maker) {
    this.side = side;
    this.identity = Objects.requireNonNull(identity, "identity");
    this.anchors = Objects.requireNonNull(anchors, "anchors");
    this.policy = fitting(policy, "policy");
    this.maker = maker;
  }

  private PeerPolicy fitting(PeerPolicy asked, String name) {
    Objects.requireNonNull(asked, name);
    if (side == TlsSide.SERVER && ((Rule) asked).needsRequestedHost()) {
      throw new IllegalArgumentException(
          name
              + " is "
              + asked
              + ", but a server's peers are clients, which nobody asked for by host; name them by"
              + " dns, uri or spiffeId");
    }
    return asked;
  }

  /**
   * Reads the material again in a thread of its own: at each interval by content, and at once when
   * a folder of the files reports a change. Without this, {@link MutualTls#reload()} is the only
   * way.
   *
   * @param interval how often the content is compared, 100 milliseconds to one hour
   * @return this builder
   * @throws IllegalArgumentException if {@code interval} is out of range
   */
  public MutualTlsBuilder<T> withReload(Duration interval) {
    if (interval.compareTo(MIN_RELOAD) < 0 || interval.compareTo(MAX_RELOAD) > 0) {
      throw new IllegalArgumentException(
          "interval is " + interval + ", " + MIN_RELOAD + " to " + MAX_RELOAD + " are accepted");
    }
    reload = interval;
    return this;
  }

  /**
   * Refuses revoked peers.
   *
   * @param data where revocation data comes from
   * @return this builder
   * @throws NullPointerException if {@code data} is null
   */
  public MutualTlsBuilder<T> withRevocation(Revocation data) {
    revocation = Objects.requireNonNull(data, "data");
    return this;
  }

  /**
   * Tells decisions and generations; called again, each listener is told.
   *
   * @param told the listener, such as {@link TlsMetrics}
   * @return this builder
   * @throws NullPointerException if {@code told} is null
   */
  public MutualTlsBuilder<T> withListener(TlsListener told) {
    listener = listener.and(Objects.requireNonNull(told, "told"), Ticker.system());
    return this;
  }

  /**
   * Reports what a policy would refuse, and refuses nothing by it.
   *
   * @param candidate the policy to try on accepted peers; see {@link HandshakeEvent#dryRun()}
   * @return this builder
   * @throws NullPointerException if {@code candidate} is null
   * @throws IllegalArgumentException if it does not fit this side
   */
  public MutualTlsBuilder<T> withDryRun(PeerPolicy candidate) {
    dryRun = fitting(candidate, "candidate");
    return this;
  }

  /**
   * Uses another TLS provider as an instance, such as Bouncy Castle's; nothing is registered with
   * the JVM. Decisions about peers stay the same.
   *
   * @param tls a provider with an SSLContext named TLS
   * @return this builder
   * @throws NullPointerException if {@code tls} is null
   */
  public MutualTlsBuilder<T> withProvider(Provider tls) {
    provider = Objects.requireNonNull(tls, "tls");
    return this;
  }

  /**
   * Takes the wall time from elsewhere, for tests; slower, since the JDK's own trust manager must
   * then be made for each decision.
   *
   * @param source the clock
   * @return this builder
   * @throws NullPointerException if {@code source} is null
   */
  public MutualTlsBuilder<T> withClock(InstantSource source) {
    clock = Objects.requireNonNull(source, "source");
    return this;
  }

  /**
   * How long before the end of this side's certificate {@link MutualTls#health()} is degraded.
   *
   * @param before zero or more; 4 hours unless set, which suits certificates of a day
   * @return this builder
   * @throws IllegalArgumentException if {@code before} is negative
   */
  public MutualTlsBuilder<T> withExpiryWarning(Duration before) {
    if (before.isNegative()) {
      throw new IllegalArgumentException("before is " + before + ", zero or more is accepted");
    }
    expiryWarning = before;
    return this;
  }

  /**
   * Loads and checks everything.
   *
   * @return mutual TLS that serves; close it to end the reload
   * @throws TlsMaterialException if key, chain, anchors or revocation data can't be used
   */
  public T build() {
    return maker.apply(
        new Settings(
            side,
            identity,
            anchors,
            policy,
            dryRun,
            revocation,
            listener,
            provider,
            clock,
            expiryWarning),
        reload);
  }
}
