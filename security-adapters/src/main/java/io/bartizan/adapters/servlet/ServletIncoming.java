package io.bartizan.adapters.servlet;

import io.bartizan.adapters.IncomingRequest;
import io.bartizan.adapters.answer.AddressText;
import io.bartizan.adapters.answer.TargetText;
import io.bartizan.integrity.jwt.VerifiedJwt;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import jakarta.servlet.http.HttpServletRequest;
import java.net.InetAddress;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A servlet request; attributes are believed by their type, which no client can give. */
record ServletIncoming(HttpServletRequest request) implements IncomingRequest {

  private static final String CHAIN = "jakarta.servlet.request.X509Certificate";

  @Override
  public Optional<InetAddress> remoteAddress() {
    return AddressText.parse(request.getRemoteAddr());
  }

  @Override
  public List<String> headers(String name) {
    @Nullable Enumeration<String> values = request.getHeaders(name);
    return values == null ? List.of() : Collections.list(values);
  }

  /** Of the container's own request: a filter's or a forward's may have another path. */
  @Override
  public Optional<String> target() {
    ServletRequest first = request;
    while (first instanceof ServletRequestWrapper wrapper) {
      first = wrapper.getRequest();
    }
    HttpServletRequest received = first instanceof HttpServletRequest http ? http : request;
    return TargetText.of(received.getRequestURI(), received.getQueryString());
  }

  @Override
  public Optional<X509Certificate> peerCertificate() {
    return request.getAttribute(CHAIN) instanceof X509Certificate[] chain && chain.length > 0
        ? Optional.of(chain[0])
        : Optional.empty();
  }

  @Override
  public Optional<VerifiedJwt> token() {
    return request.getAttribute(BearerTokenFilter.TOKEN) instanceof VerifiedJwt jwt
        ? Optional.of(jwt)
        : Optional.empty();
  }

  @Override
  public Optional<String> principal() {
    return Optional.ofNullable(request.getUserPrincipal())
        .map(caller -> Objects.requireNonNullElse(caller.getName(), ""));
  }
}
