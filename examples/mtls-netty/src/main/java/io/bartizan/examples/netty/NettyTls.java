package io.bartizan.examples.netty;

import io.bartizan.mtls.ClientTls;
import io.bartizan.mtls.ServerTls;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;

/**
 * The handler that Netty needs for each connection.
 *
 * <p>Take the engine from {@code sslContext()} for every channel, rather than build one Netty
 * {@code SslContext} at the start: so a connection belongs to the newest generation of key, anchors
 * and revocation data. For frameworks on Netty that want its own type there is {@code
 * JdkSslContext(tls.sslContext(), ...)}, which does the same.
 */
public final class NettyTls {

  private NettyTls() {}

  /** For the first place in the pipeline of an accepted channel. */
  public static SslHandler server(ServerTls tls) {
    return new SslHandler(tls.sslContext().createSSLEngine());
  }

  /** For the first place in the pipeline of a connection to this host. */
  public static SslHandler client(ClientTls tls, String host, int port) {
    SSLEngine engine = tls.sslContext().createSSLEngine(host, port);
    return new SslHandler(engine);
  }

  /** The session of a channel, for {@code PeerIdentity.of}. */
  public static SSLSession session(Channel channel) {
    return channel.pipeline().get(SslHandler.class).engine().getSession();
  }
}
