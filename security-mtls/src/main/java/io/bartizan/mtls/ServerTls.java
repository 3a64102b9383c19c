package io.bartizan.mtls;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Mutual TLS for servers: an {@code SSLContext} that demands client certificates and accepts only
 * clients that a policy names.
 */
public final class ServerTls extends MutualTls {

  ServerTls(Settings settings, @Nullable Duration reload) {
    super(settings, reload);
  }

  /**
   * With all defaults: no reload but by {@link #reload}, no revocation data.
   *
   * @param identity the server's key and chain
   * @param anchors who may vouch for clients
   * @param policy which clients are accepted; {@link PeerPolicy#requestedHost()} means nothing here
   *     and is refused
   * @return mutual TLS that serves
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if the policy asks for the requested host
   * @throws TlsMaterialException if key, chain or anchors can't be used
   */
  public static ServerTls of(Identity identity, TrustAnchors anchors, PeerPolicy policy) {
    return builder(identity, anchors, policy).build();
  }

  /**
   * A builder for what is optional.
   *
   * @param identity the server's key and chain
   * @param anchors who may vouch for clients
   * @param policy which clients are accepted; {@link PeerPolicy#requestedHost()} means nothing here
   *     and is refused
   * @return a builder
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if the policy asks for the requested host
   */
  public static Builder<ServerTls> builder(
      Identity identity, TrustAnchors anchors, PeerPolicy policy) {
    return new Builder<>(TlsSide.SERVER, identity, anchors, policy, ServerTls::new);
  }
}
