package io.bartizan.spring;

import io.bartizan.integrity.jwt.JwtRequest;
import jakarta.servlet.ServletRequest;
import java.security.cert.X509Certificate;
import org.jspecify.annotations.Nullable;
import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.context.request.RequestContextHolder;

/** The client certificate of the request that this thread serves. */
final class ShownCertificate {

  private static final String CHAIN = "jakarta.servlet.request.X509Certificate";

  /** Spring's own holder may be filled behind Spring Security. */
  private static final ThreadLocal<@Nullable ServletRequest> SERVED = new ThreadLocal<>();

  private ShownCertificate() {}

  /** What a thread serves from now on; gives what it served before, or null. */
  static @Nullable ServletRequest serving(@Nullable ServletRequest request) {
    ServletRequest before = SERVED.get();
    if (request == null) {
      SERVED.remove();
    } else {
      SERVED.set(request);
    }
    return before;
  }

  /** Without a request, or a certificate, a bound token is refused. */
  static JwtRequest current() {
    RequestAttributes request = RequestContextHolder.getRequestAttributes();
    ServletRequest served = SERVED.get();
    Object chain =
        request != null
            ? request.getAttribute(CHAIN, RequestAttributes.SCOPE_REQUEST)
            : served == null ? null : served.getAttribute(CHAIN);
    return chain instanceof X509Certificate[] certificates && certificates.length > 0
        ? JwtRequest.bare().withClientCertificate(certificates[0])
        : JwtRequest.bare();
  }
}
