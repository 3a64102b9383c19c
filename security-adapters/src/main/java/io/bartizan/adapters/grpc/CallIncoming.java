package io.bartizan.adapters.grpc;

import io.bartizan.adapters.IncomingRequest;
import io.bartizan.integrity.jwt.VerifiedJwt;
import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.Metadata;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** A call; what was verified is believed from this package's interceptors alone. */
record CallIncoming(Attributes transport, Metadata metadata) implements IncomingRequest {

  @Override
  public Optional<InetAddress> remoteAddress() {
    return transport.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR) instanceof InetSocketAddress remote
        ? Optional.ofNullable(remote.getAddress())
        : Optional.empty();
  }

  @Override
  public List<String> headers(String name) {
    List<String> values = new ArrayList<>();
    @Nullable Iterable<String> all =
        metadata.getAll(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
    if (all != null) {
      all.forEach(values::add);
    }
    return values;
  }

  @Override
  public Optional<X509Certificate> peerCertificate() {
    @Nullable SSLSession session = transport.get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
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
    return Optional.ofNullable(BearerTokenInterceptor.TOKEN.get());
  }

  /** The subject of the verified token; gRPC itself authenticates nobody by name. */
  @Override
  public Optional<String> principal() {
    return token().flatMap(VerifiedJwt::subject);
  }
}
