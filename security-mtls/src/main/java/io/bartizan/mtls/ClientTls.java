package io.bartizan.mtls;

import java.time.Duration;
import javax.net.ssl.HostnameVerifier;
import org.jspecify.annotations.Nullable;

/**
 * Mutual TLS for clients: an {@code SSLContext} that shows a client certificate and accepts only
 * servers that a policy names. {@link #anonymous} makes one without a certificate of its own.
 */
public final class ClientTls extends MutualTls {

  ClientTls(Settings settings, @Nullable Duration reload) {
    super(settings, reload);
  }

  /**
   * With all defaults: no reload but by {@link #reload}, no revocation data.
   *
   * @param identity the client's key and chain
   * @param anchors who may vouch for servers
   * @param policy which servers are accepted, mostly {@link PeerPolicy#requestedHost()}
   * @return mutual TLS that serves
   * @throws NullPointerException if an argument is null
   * @throws TlsMaterialException if key, chain or anchors can't be used
   */
  public static ClientTls of(Identity identity, TrustAnchors anchors, PeerPolicy policy) {
    return builder(identity, anchors, policy).build();
  }

  /**
   * A builder for what is optional.
   *
   * @param identity the client's key and chain
   * @param anchors who may vouch for servers
   * @param policy which servers are accepted, mostly {@link PeerPolicy#requestedHost()}
   * @return a builder
   * @throws NullPointerException if an argument is null
   */
  public static Builder<ClientTls> builder(
      Identity identity, TrustAnchors anchors, PeerPolicy policy) {
    return new Builder<>(TlsSide.CLIENT, identity, anchors, policy, ClientTls::new);
  }

  /**
   * TLS of a client that shows no certificate, as where keys are fetched from an internal
   * authority; it is the server alone that is decided about, by the same rules, through rotation,
   * resumption and revocation. A server that asks for a certificate gets none.
   *
   * @param anchors who may vouch for servers
   * @param policy which servers are accepted, mostly {@link PeerPolicy#requestedHost()}
   * @return TLS that serves
   * @throws NullPointerException if an argument is null
   * @throws TlsMaterialException if the anchors can't be used
   */
  public static ClientTls anonymous(TrustAnchors anchors, PeerPolicy policy) {
    return of(Identity.none(), anchors, policy);
  }

  /**
   * For HTTP clients that verify host names themselves after the handshake (OkHttp, Apache): it
   * asks the policy again with their host, so that a server with a SPIFFE ID alone passes where the
   * policy says so, and no other.
   *
   * @return a verifier that follows every reload
   */
  public HostnameVerifier hostnameVerifier() {
    return (host, session) ->
        generations().current().decide(decider -> decider.decide(session, host)).isAccepted();
  }
}
