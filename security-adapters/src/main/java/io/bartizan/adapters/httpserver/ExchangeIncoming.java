package io.bartizan.adapters.httpserver;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpPrincipal;
import com.sun.net.httpserver.HttpsExchange;
import io.bartizan.adapters.IncomingRequest;
import io.bartizan.integrity.jwt.VerifiedJwt;
import java.net.InetAddress;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/** An exchange; what was verified is believed from this package's filters alone. */
record ExchangeIncoming(HttpExchange exchange, Verified verified) implements IncomingRequest {

  @Override
  public Optional<InetAddress> remoteAddress() {
    return Optional.ofNullable(exchange.getRemoteAddress().getAddress());
  }

  @Override
  public List<String> headers(String name) {
    @Nullable List<String> values = exchange.getRequestHeaders().get(name);
    return values == null ? List.of() : values;
  }

  /** The text that was parsed, for of a path such as {@code //a/b} the parts of a URI differ. */
  @Override
  public Optional<String> target() {
    return Optional.of(exchange.getRequestURI().toString());
  }

  @Override
  public Optional<X509Certificate> peerCertificate() {
    if (exchange instanceof HttpsExchange https) {
      try {
        Certificate[] chain = https.getSSLSession().getPeerCertificates();
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
    return verified.attribute(BearerTokenFilter.TOKEN) instanceof VerifiedJwt jwt
        ? Optional.of(jwt)
        : Optional.empty();
  }

  @Override
  public Optional<String> principal() {
    return Optional.ofNullable(exchange.getPrincipal()).map(HttpPrincipal::getUsername);
  }
}
