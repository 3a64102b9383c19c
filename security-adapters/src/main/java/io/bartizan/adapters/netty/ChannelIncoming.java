package io.bartizan.adapters.netty;

import io.bartizan.adapters.IncomingRequest;
import io.bartizan.integrity.jwt.VerifiedJwt;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.ssl.SslHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/** A request on its channel; what was verified is believed from this package's guards alone. */
record ChannelIncoming(Channel channel, HttpRequest request, Verified verified)
    implements IncomingRequest {

  @Override
  public Optional<InetAddress> remoteAddress() {
    return channel.remoteAddress() instanceof InetSocketAddress remote
        ? Optional.ofNullable(remote.getAddress())
        : Optional.empty();
  }

  @Override
  public List<String> headers(String name) {
    return request.headers().getAll(name);
  }

  @Override
  public Optional<String> target() {
    return Optional.of(request.uri());
  }

  @Override
  public Optional<X509Certificate> peerCertificate() {
    @Nullable SslHandler tls = channel.pipeline().get(SslHandler.class);
    if (tls == null) {
      return Optional.empty();
    }
    try {
      Certificate[] chain = tls.engine().getSession().getPeerCertificates();
      return chain.length > 0 && chain[0] instanceof X509Certificate leaf
          ? Optional.of(leaf)
          : Optional.empty();
    } catch (SSLPeerUnverifiedException e) {
      return Optional.empty();
    }
  }

  @Override
  public Optional<VerifiedJwt> token() {
    return Optional.ofNullable(verified.token);
  }

  /** The subject of the verified token: Netty itself authenticates nobody. */
  @Override
  public Optional<String> principal() {
    return token().flatMap(VerifiedJwt::subject);
  }
}
