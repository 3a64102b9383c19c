package io.bartizan.adapters.vertx;

import io.bartizan.adapters.IncomingRequest;
import io.bartizan.adapters.answer.AddressText;
import io.bartizan.integrity.jwt.VerifiedJwt;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.auth.User;
import io.vertx.ext.web.RoutingContext;
import java.net.InetAddress;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** A request; what was verified is believed by its type, which no client can give. */
record RoutingIncoming(RoutingContext context) implements IncomingRequest {

  /** Of the connection itself, so that no setting of the router reads it from a header. */
  @Override
  public Optional<InetAddress> remoteAddress() {
    @Nullable SocketAddress remote = context.request().connection().remoteAddress();
    return remote == null || !remote.isInetSocket()
        ? Optional.empty()
        : AddressText.parse(remote.hostAddress());
  }

  @Override
  public List<String> headers(String name) {
    return context.request().headers().getAll(name);
  }

  @Override
  public Optional<String> target() {
    return Optional.ofNullable(context.request().uri());
  }

  @Override
  public Optional<X509Certificate> peerCertificate() {
    @Nullable SSLSession session = context.request().sslSession();
    if (session != null) {
      try {
        Certificate[] chain = session.getPeerCertificates();
        return chain.length > 0 && chain[0] instanceof X509Certificate leaf
            ? Optional.of(leaf)
            : Optional.empty();
      } catch (SSLPeerUnverifiedException e) {
        return Optional.empty();
      }
    }
    return Optional.empty();
  }

  @Override
  public Optional<VerifiedJwt> token() {
    Object token = context.get(BearerTokenHandler.TOKEN);
    return token instanceof VerifiedJwt jwt ? Optional.of(jwt) : Optional.empty();
  }

  /** Whom an authentication handler of Vert.x knows, else the subject of the verified token. */
  @Override
  public Optional<String> principal() {
    @Nullable User user = context.user();
    return user != null && user.subject() != null
        ? Optional.of(user.subject())
        : token().flatMap(VerifiedJwt::subject);
  }
}
