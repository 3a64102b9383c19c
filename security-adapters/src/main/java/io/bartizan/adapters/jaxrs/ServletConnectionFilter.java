package io.bartizan.adapters.jaxrs;

import io.bartizan.adapters.answer.AddressText;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.PreMatching;
import jakarta.ws.rs.core.Context;
import java.security.cert.X509Certificate;
import org.jspecify.annotations.Nullable;

/**
 * Gives {@link Guards} the client's address and certificate in a servlet container; {@link
 * Guards#withServletConnection} registers it.
 *
 * <p>The certificate is the one that the container's handshake has verified; a valve that fills the
 * container's attribute from a header hands on that header's word. Thread-safe.
 */
@PreMatching
public final class ServletConnectionFilter implements ContainerRequestFilter {

  private static final String CHAIN = "jakarta.servlet.request.X509Certificate";

  private final HttpServletRequest asked;

  /**
   * For the JAX-RS implementation, which makes one from the class.
   *
   * @param asked stands for the servlet request of each call
   */
  public ServletConnectionFilter(@Context HttpServletRequest asked) {
    this.asked = asked;
  }

  @Override
  public void filter(ContainerRequestContext request) {
    @Nullable X509Certificate leaf =
        asked.getAttribute(CHAIN) instanceof X509Certificate[] chain && chain.length > 0
            ? chain[0]
            : null;
    AddressText.parse(asked.getRemoteAddr())
        .ifPresent(
            address -> request.setProperty(Connection.PROPERTY, Connection.of(address, leaf)));
  }

  @Override
  public String toString() {
    return "ServletConnectionFilter";
  }
}
