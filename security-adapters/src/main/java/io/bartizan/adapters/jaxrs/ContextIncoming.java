package io.bartizan.adapters.jaxrs;

import io.bartizan.adapters.IncomingRequest;
import io.bartizan.adapters.answer.TargetText;
import io.bartizan.integrity.jwt.VerifiedJwt;
import jakarta.ws.rs.container.ContainerRequestContext;
import java.net.InetAddress;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A JAX-RS request; properties are believed by their type, which no client can give. */
record ContextIncoming(ContainerRequestContext request) implements IncomingRequest {

  @Override
  public Optional<InetAddress> remoteAddress() {
    return connection().map(Connection::address);
  }

  @Override
  public List<String> headers(String name) {
    @Nullable List<String> values = request.getHeaders().get(name);
    return values == null ? List.of() : List.copyOf(values);
  }

  /** As JAX-RS gives it: Jersey leaves out an empty query and encodes a second question mark. */
  @Override
  public Optional<String> target() {
    URI uri = request.getUriInfo().getRequestUri();
    return TargetText.of(uri.getRawPath(), uri.getRawQuery());
  }

  @Override
  public Optional<X509Certificate> peerCertificate() {
    return connection().flatMap(Connection::certificate);
  }

  @Override
  public Optional<VerifiedJwt> token() {
    return request.getProperty(BearerTokenFilter.TOKEN) instanceof VerifiedJwt jwt
        ? Optional.of(jwt)
        : Optional.empty();
  }

  @Override
  public Optional<String> principal() {
    return Optional.ofNullable(request.getSecurityContext().getUserPrincipal())
        .map(caller -> Objects.requireNonNullElse(caller.getName(), ""));
  }

  private Optional<Connection> connection() {
    return request.getProperty(Connection.PROPERTY) instanceof Connection connection
        ? Optional.of(connection)
        : Optional.empty();
  }
}
