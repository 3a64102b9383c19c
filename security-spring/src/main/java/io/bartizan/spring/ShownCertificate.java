package io.bartizan.spring;

import io.bartizan.integrity.jwt.JwtRequest;
import java.security.cert.X509Certificate;
import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.context.request.RequestContextHolder;

/** The client certificate of the request that this thread serves. */
final class ShownCertificate {

  private static final String CHAIN = "jakarta.servlet.request.X509Certificate";

  private ShownCertificate() {}

  /** Without a request, or a certificate, a bound token is refused. */
  static JwtRequest current() {
    RequestAttributes request = RequestContextHolder.getRequestAttributes();
    Object chain =
        request == null ? null : request.getAttribute(CHAIN, RequestAttributes.SCOPE_REQUEST);
    return chain instanceof X509Certificate[] certificates && certificates.length > 0
        ? JwtRequest.bare().withClientCertificate(certificates[0])
        : JwtRequest.bare();
  }
}
