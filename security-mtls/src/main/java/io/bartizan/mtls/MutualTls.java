package io.bartizan.mtls;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.bartizan.core.Checked;
import io.bartizan.core.Health;
import io.bartizan.core.HealthSource;
import io.bartizan.core.Ticker;
import io.bartizan.core.VerificationException;
import io.bartizan.core.house.Listeners;
import io.bartizan.core.house.Require;
import io.bartizan.mtls.jsse.GuardedContext;
import io.bartizan.mtls.jsse.ManagerFactories;
import io.bartizan.mtls.x509.Platform;
import java.security.Provider;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.BiFunction;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Mutual TLS whose peers are decided by a policy on their subject alternative names, through
 * rotation, resumption and revocation.
 *
 * <p>{@link #sslContext()} is what to hand to a framework: one object for the life of the
 * application, whose engines and sockets always belong to the newest generation of key, anchors,
 * policy and revocation data, insist on the peer's certificate, speak TLS 1.3 or TLS 1.2 with
 * forward secrecy and an AEAD, and decide about the peer of resumed sessions too. Thread-safe.
 *
 * <pre>{@code
 * ServerTls server = ServerTls.builder(
 *         Identity.pem(Path.of("/tls/tls.crt"), Path.of("/tls/tls.key")),
 *         TrustAnchors.pem(Path.of("/tls/ca.crt")),
 *         PeerPolicy.spiffeId("spiffe://prod.example/ns/pay/sa/api"))
 *     .withReload(Duration.ofSeconds(30))
 *     .build();
 * HttpsServer https = HttpsServer.create(address, 0);
 * https.setHttpsConfigurator(new HttpsConfigurator(server.sslContext()));
 * }</pre>
 */
public abstract sealed class MutualTls implements AutoCloseable, HealthSource
    permits ServerTls, ClientTls {

  private final Generations generations;
  private final Current current;
  private final SSLContext context;
  private final X509ExtendedKeyManager keyManager;
  private final X509ExtendedTrustManager trustManager;
  private final @Nullable ReloadLoop loop;

  MutualTls(Settings settings, @Nullable Duration reload) {
    generations = new Generations(settings);
    current = generations.current();
    current.holds(this);
    context = new GuardedContext(current);
    keyManager = new GenerationKeyManager(generations::currentIdentities, generations::identityOf);
    trustManager =
        new PolicyTrustManager(
            current, (connection, decision) -> current.connections().tell(decision, false, null));
    generations.follow();
    loop = reload == null ? null : new ReloadLoop(generations, reload, Ticker.system());
  }

  final Generations generations() {
    return generations;
  }

  /**
   * The context to hand to a framework.
   *
   * @return always the same instance; it follows every reload
   */
  public final SSLContext sslContext() {
    return context;
  }

  /**
   * Parameters for a connection of a context that a framework made itself from {@link
   * #keyManagerFactory()} and {@link #trustManagerFactory()}: protocols, cipher suites, and on
   * servers the required client certificate and a mark of the generation. Set anew on each
   * connection, the mark makes the JDK's own contexts refuse tickets of older generations.
   *
   * @return new parameters
   */
  public final SSLParameters sslParameters() {
    SSLParameters parameters = context.getDefaultSSLParameters();
    if (!current.isClient()) {
      parameters.setEndpointIdentificationAlgorithm(
          "BARTIZAN-" + Identities.alias(current.number()).toUpperCase(Locale.ROOT));
    }
    return parameters;
  }

  /**
   * For frameworks that take no SSLContext. Key and chain never mix and follow every reload.
   *
   * @return a factory that needs no {@code init}
   */
  public final KeyManagerFactory keyManagerFactory() {
    return ManagerFactories.of(keyManager);
  }

  /**
   * For frameworks that take no SSLContext. Every full handshake is decided by the newest
   * generation. What only {@link #sslContext()} holds: the client certificate is required, resumed
   * sessions are decided, tickets end with their generation, the protocol floor.
   *
   * @return a factory that needs no {@code init}
   */
  public final TrustManagerFactory trustManagerFactory() {
    return ManagerFactories.of(trustManager);
  }

  /**
   * The key manager of {@link #keyManagerFactory()}.
   *
   * @return always the same instance
   */
  public final X509ExtendedKeyManager keyManager() {
    return keyManager;
  }

  /**
   * The trust manager of {@link #trustManagerFactory()}; it owns the peer's identity, so that no
   * endpoint identification algorithm is needed or heeded.
   *
   * @return always the same instance
   */
  public final X509ExtendedTrustManager trustManager() {
    return trustManager;
  }

  /**
   * Decides anew about the peer of an open connection, by the newest generation.
   *
   * @param session the connection's session, after its handshake
   * @return who the peer is and by which rule it would be accepted now, or why not; the reason is a
   *     {@link PeerReason}
   * @throws NullPointerException if {@code session} is null
   */
  public final Checked<AcceptedPeer> check(SSLSession session) {
    Objects.requireNonNull(session, "session");
    String host = current.isClient() ? session.getPeerHost() : null;
    return current.decide(decider -> decider.decide(session, host)).outcome();
  }

  /**
   * Decides anew about the peer of an open connection, by the newest generation.
   *
   * @param session the connection's session, after its handshake
   * @return who the peer is and by which rule it would be accepted now
   * @throws NullPointerException if {@code session} is null
   * @throws VerificationException if it would be refused; the reason is a {@link PeerReason}
   */
  public final AcceptedPeer verify(SSLSession session) {
    return check(session).orThrow();
  }

  /**
   * What would be decided about a peer with this chain, for diagnosis.
   *
   * @param chain the certificates, leaf first
   * @param host for clients the host that would be asked for; null on servers
   * @return who the peer would be, or why it would be refused; the reason is a {@link PeerReason}
   * @throws NullPointerException if {@code chain} is null or holds null
   */
  public final Checked<AcceptedPeer> explain(List<X509Certificate> chain, @Nullable String host) {
    X509Certificate[] array = List.copyOf(chain).toArray(X509Certificate[]::new);
    String asked = current.isClient() ? host : null;
    return current.decide(decider -> decider.decide(array, asked, null)).outcome();
  }

  /**
   * Reads all material again, now, and publishes it if it is good and different.
   *
   * @return true if a new generation was published, false if nothing changed
   * @throws TlsMaterialException if the new material can't be used; the old one keeps serving
   * @throws IllegalStateException after {@link #close}
   */
  @CanIgnoreReturnValue
  public final boolean reload() {
    if (generations.isClosed()) {
      throw new IllegalStateException("closed, nothing is reloaded any more");
    }
    return generations.reload(() -> {});
  }

  /**
   * Forgets how far each revocation list has come, until the next generation is published: for an
   * authority that began its lists anew, or one that was published with a wrong date. Otherwise a
   * list that is older than the one that serves is refused by a reload, since it would pardon.
   */
  public final void forgetRevocationLists() {
    generations.forgetLists();
  }

  /**
   * The number of the newest generation.
   *
   * @return 1 before the first change; 0 before the first material
   */
  public final long generation() {
    return current.number();
  }

  /**
   * When this side's own certificate ends.
   *
   * @return the earliest notAfter on the path from its leaf, of all identities; {@link Instant#MAX}
   *     for a client without a certificate; {@link Instant#EPOCH} before the first material
   */
  public final Instant validUntil() {
    Generation newest = current.orNull();
    return newest == null ? Instant.EPOCH : newest.identities().validUntil();
  }

  /**
   * When the newest generation was loaded.
   *
   * @return by the clock of the builder; {@link Instant#EPOCH} before the first material
   */
  public final Instant loadedAt() {
    Generation newest = current.orNull();
    return newest == null ? Instant.EPOCH : newest.created();
  }

  /**
   * How many reloads failed since {@code build()}, its own reading included.
   *
   * @return zero or more
   */
  public final long failedReloads() {
    return generations.failures();
  }

  /**
   * Whether the material serves: down before the first material, and once a certificate of this
   * side's chain expired, no trust anchor is usable (by its time or key) or, where lists are
   * needed, none has one, or {@link #close} was called; degraded when the chain soon ends, the last
   * reload failed or hangs, no anchor of a trust domain is usable, a revocation list is stale, or
   * the source of {@link PushedMaterial} is too old or stalled.
   *
   * @return a state whose detail is safe to log
   */
  @Override
  public final Health health() {
    return MaterialHealth.of(generations, loop);
  }

  /** Ends the reload; contexts that were handed out keep serving the newest generation. */
  @Override
  public final void close() {
    generations.close();
    if (loop != null) {
      loop.close();
    }
  }

  /** Side, sources, policy and what is optional; never a secret. */
  @Override
  public final String toString() {
    return getClass().getSimpleName()
        + "["
        + generations.settings().described()
        + ", "
        + (loop == null ? "no reload" : loop)
        + ", generation "
        + generation()
        + "]";
  }

  /**
   * Options for mutual TLS: certificate reload, revocation, listener, provider. The parts that make
   * it safe were arguments of the factory. Not thread-safe.
   *
   * @param <T> {@link ServerTls} or {@link ClientTls}
   */
  public static final class Builder<T extends MutualTls> {

    private static final Duration MIN_RELOAD = Duration.ofMillis(100);
    private static final Duration MAX_RELOAD = Duration.ofHours(1);

    private final TlsSide side;
    private final Identity identity;
    private final TrustAnchors anchors;
    private final PeerPolicy policy;
    private final BiFunction<Settings, @Nullable Duration, T> maker;
    private @Nullable PeerPolicy dryRun;
    private Revocation revocation = Revocation.none();
    private Listeners<TlsListener> listeners = Listeners.none(TlsListener.class);
    private @Nullable Provider provider;
    private InstantSource clock = Settings.JVM_TIME;
    private @Nullable Duration reload;
    private @Nullable Duration expiryWarning;
    private boolean anchorNamesSent = true;
    private boolean unknownNamesRefused;
    private boolean startsBeforeMaterial;

    Builder(
        TlsSide side,
        Identity identity,
        TrustAnchors anchors,
        PeerPolicy policy,
        BiFunction<Settings, @Nullable Duration, T> maker) {
      this.side = side;
      this.identity = Objects.requireNonNull(identity, "identity");
      if (side == TlsSide.SERVER && identity == Identity.NONE) {
        throw new IllegalArgumentException("identity is none, but a server needs one");
      }
      this.anchors = Objects.requireNonNull(anchors, "anchors");
      this.policy = side.fitting(policy, "policy");
      this.maker = maker;
    }

    /**
     * Reads the material again in threads that all contexts share: at each interval by content, and
     * about 0.3 seconds after a file has another time, size or identity. Listeners and suppliers
     * are called there with the context class loader of who calls {@link #build}. Files that hang
     * hold up this context alone. Without this, {@link MutualTls#reload()} is the only way.
     *
     * @param interval how often the content is compared, 100 milliseconds to one hour
     * @return this builder
     * @throws IllegalArgumentException if {@code interval} is out of range
     */
    public Builder<T> withReload(Duration interval) {
      reload = Require.within("interval", interval, MIN_RELOAD, MAX_RELOAD);
      return this;
    }

    /**
     * Refuses revoked peers.
     *
     * @param data where revocation data comes from
     * @return this builder
     * @throws NullPointerException if {@code data} is null
     */
    public Builder<T> withRevocation(Revocation data) {
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
    public Builder<T> withListener(TlsListener told) {
      listeners = listeners.and(Objects.requireNonNull(told, "told"));
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
    public Builder<T> withDryRun(PeerPolicy candidate) {
      dryRun = side.fitting(candidate, "candidate");
      return this;
    }

    /**
     * Uses another TLS provider as an instance, such as Bouncy Castle's; nothing is registered with
     * the JVM. Decisions about peers stay the same.
     *
     * @param tls Bouncy Castle's BCJSSE or the JDK's SunJSSE; {@code build()} refuses others
     * @return this builder
     * @throws NullPointerException if {@code tls} is null
     */
    public Builder<T> withProvider(Provider tls) {
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
    public Builder<T> withClock(InstantSource source) {
      clock = Objects.requireNonNull(source, "source");
      return this;
    }

    /**
     * How long before the end of this side's certificate {@link MutualTls#health()} is degraded.
     *
     * @param before zero or more; unless set, a quarter of the certificate's life, 4 hours at most:
     *     15 minutes for an SVID of an hour, 4 hours for a certificate of a day and longer
     * @return this builder
     * @throws IllegalArgumentException if {@code before} is negative
     */
    public Builder<T> withExpiryWarning(Duration before) {
      expiryWarning = Require.notNegative("before", before);
      return this;
    }

    /**
     * For servers: asks for a client's certificate without naming the anchors. Their names must fit
     * into one message of the handshake, about 32 000 bytes or 200 to 300 anchors, which is refused
     * when loaded otherwise; the names of pushed anchors are then left out, with a warning. Clients
     * that hold several certificates choose by these names; those of this library do not look at
     * them.
     *
     * @return this builder
     * @throws IllegalStateException on a client's builder, for clients name no anchors
     */
    public Builder<T> withAnchorNamesLeftOut() {
      if (side == TlsSide.CLIENT) {
        throw new IllegalStateException("a client names no anchors, nothing can be left out");
      }
      anchorNamesSent = false;
      return this;
    }

    /**
     * For servers: refuses a client that asks for a server name (SNI) which no identity has, with
     * the alert {@code unrecognized_name}. Otherwise it is shown the first identity, and so is a
     * client that asks for none.
     *
     * @return this builder
     * @throws IllegalStateException on a client's builder, for clients are asked for no name
     */
    public Builder<T> withUnknownServerNamesRefused() {
      if (side == TlsSide.CLIENT) {
        throw new IllegalStateException("a client is asked for no server name");
      }
      unknownNamesRefused = true;
      return this;
    }

    /**
     * Lets {@link #build} succeed where the material is missing or can't be used yet. Until a
     * reload finds good material, {@link MutualTls#health} is down with the cause and every
     * handshake is refused at once as {@link PeerReason#MATERIAL_UNAVAILABLE}. Then new connections
     * are served.
     *
     * @return this builder
     */
    public Builder<T> withStartBeforeMaterial() {
      startsBeforeMaterial = true;
      return this;
    }

    /**
     * Loads and checks everything.
     *
     * @return mutual TLS that serves; close it to end the reload
     * @throws IllegalArgumentException if the provider is not known to work: SunJSSE and BCJSSE are
     * @throws TlsMaterialException if key, chain, anchors or revocation data can't be used
     */
    public T build() {
      Platform.refuseUnknown(provider);
      return maker.apply(
          new Settings(
              side,
              identity,
              anchors,
              policy,
              dryRun,
              revocation,
              listeners,
              provider,
              clock,
              expiryWarning,
              anchorNamesSent,
              unknownNamesRefused,
              startsBeforeMaterial),
          reload);
    }
  }
}
