package io.bartizan.mtls;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.bartizan.core.Health;
import io.bartizan.core.Ticker;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
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
 * ServerTls server = MutualTls.server(
 *         Identity.pem(Path.of("/tls/tls.crt"), Path.of("/tls/tls.key")),
 *         TrustAnchors.pem(Path.of("/tls/ca.crt")),
 *         PeerPolicy.spiffeId("spiffe://prod.example/ns/pay/sa/api"))
 *     .withReload(Duration.ofSeconds(30))
 *     .build();
 * HttpsServer https = HttpsServer.create(address, 0);
 * https.setHttpsConfigurator(new HttpsConfigurator(server.sslContext()));
 * }</pre>
 */
public abstract sealed class MutualTls implements AutoCloseable permits ServerTls, ClientTls {

  private final Generations generations;
  private final SSLContext context;
  private final X509ExtendedKeyManager keyManager;
  private final X509ExtendedTrustManager trustManager;
  private final @Nullable ReloadLoop loop;
  private volatile boolean closed;

  MutualTls(Settings settings, @Nullable Duration reload) {
    generations = new Generations(settings);
    context = new GuardedContext(generations);
    keyManager = new GenerationKeyManager(generations::currentKey, generations::keyOf);
    trustManager =
        new PolicyTrustManager(
            generations,
            (connection, decision) -> generations.connections().tell(decision, false, null));
    loop = reload == null ? null : new ReloadLoop(generations, reload, Ticker.system());
  }

  /**
   * For a process that accepts connections.
   *
   * @param identity the server's key and chain
   * @param anchors who may vouch for clients
   * @param policy which clients are accepted; {@link PeerPolicy#requestedHost()} means nothing here
   *     and is refused
   * @return a builder for what is optional
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if the policy asks for the requested host
   */
  public static MutualTlsBuilder<ServerTls> server(
      Identity identity, TrustAnchors anchors, PeerPolicy policy) {
    return new MutualTlsBuilder<>(TlsSide.SERVER, identity, anchors, policy, ServerTls::new);
  }

  /**
   * For a process that opens connections.
   *
   * @param identity the client's key and chain
   * @param anchors who may vouch for servers
   * @param policy which servers are accepted, mostly {@link PeerPolicy#requestedHost()}
   * @return a builder for what is optional
   * @throws NullPointerException if an argument is null
   */
  public static MutualTlsBuilder<ClientTls> client(
      Identity identity, TrustAnchors anchors, PeerPolicy policy) {
    return new MutualTlsBuilder<>(TlsSide.CLIENT, identity, anchors, policy, ClientTls::new);
  }

  final Generations generations() {
    return generations;
  }

  final Instant now() {
    return generations.settings().now();
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
    if (generations.settings().side() == TlsSide.SERVER) {
      parameters.setEndpointIdentificationAlgorithm(
          "BARTIZAN-" + generations.current().alias().toUpperCase(java.util.Locale.ROOT));
    }
    return parameters;
  }

  /**
   * For frameworks that take no SSLContext. Key and chain never mix and follow every reload.
   *
   * @return a factory that needs no {@code init}
   */
  public final KeyManagerFactory keyManagerFactory() {
    return Factories.of(keyManager);
  }

  /**
   * For frameworks that take no SSLContext. Every full handshake is decided by the newest
   * generation. What only {@link #sslContext()} holds: the client certificate is required, resumed
   * sessions are decided, tickets end with their generation, the protocol floor.
   *
   * @return a factory that needs no {@code init}
   */
  public final TrustManagerFactory trustManagerFactory() {
    return Factories.of(trustManager);
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
   * @return whether the peer would be accepted now
   * @throws NullPointerException if {@code session} is null
   */
  public final PeerDecision check(SSLSession session) {
    Objects.requireNonNull(session, "session");
    TlsSide side = generations.settings().side();
    return Connections.decide(
        generations.current(), session, side == TlsSide.CLIENT ? session.getPeerHost() : null);
  }

  /**
   * What would be decided about a peer with this chain, for diagnosis.
   *
   * @param chain the certificates, leaf first
   * @param host for clients the host that would be asked for; null on servers
   * @return the decision
   * @throws NullPointerException if {@code chain} is null or holds null
   */
  public final PeerDecision explain(List<X509Certificate> chain, @Nullable String host) {
    X509Certificate[] array = List.copyOf(chain).toArray(X509Certificate[]::new);
    TlsSide side = generations.settings().side();
    return generations
        .current()
        .decider()
        .decide(array, side == TlsSide.CLIENT ? host : null, null);
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
    if (closed) {
      throw new IllegalStateException("closed, nothing is reloaded any more");
    }
    return generations.reload(() -> {});
  }

  /**
   * The number of the newest generation.
   *
   * @return 1 before the first change
   */
  public final long generation() {
    return generations.current().number();
  }

  /**
   * When this side's own certificate ends.
   *
   * @return the earliest notAfter of the newest generation's own chain
   */
  public final Instant validUntil() {
    return generations.current().identity().validUntil();
  }

  /**
   * When the newest generation was loaded.
   *
   * @return by the clock of the builder
   */
  public final Instant loadedAt() {
    return generations.current().created();
  }

  /**
   * How many reloads failed since {@code build()}.
   *
   * @return zero or more
   */
  public final long failedReloads() {
    return generations.failures();
  }

  /**
   * Whether the material serves: down once a certificate of this side's chain expired or {@link
   * #close} was called; degraded when one soon will, the last reload failed or hangs, or a
   * revocation list is stale.
   *
   * @return a state whose detail is safe to log
   */
  public final Health health() {
    Settings settings = generations.settings();
    Instant now = settings.now();
    Generation newest = generations.current();
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
    if (closed) {
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

  /** Ends the reload; contexts that were handed out keep serving the newest generation. */
  @Override
  public final void close() {
    closed = true;
    generations.close();
    if (loop != null) {
      loop.close();
    }
  }

  /** Side, sources, policy and what is optional; never a secret. */
  @Override
  public final String toString() {
    Settings s = generations.settings();
    return getClass().getSimpleName()
        + "["
        + s.identity()
        + ", "
        + s.anchors()
        + ", "
        + s.policy()
        + ", "
        + s.revocation()
        + ", "
        + (loop == null ? "no reload" : loop)
        + ", generation "
        + generation()
        + "]";
  }
}
