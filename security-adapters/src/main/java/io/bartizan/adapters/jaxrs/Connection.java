package io.bartizan.adapters.jaxrs;

import java.net.InetAddress;
import java.security.cert.X509Certificate;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The client's IP address and TLS certificate of a JAX-RS request, which JAX-RS itself does not
 * give.
 *
 * <p>In servlet containers {@link Guards#withServletConnection} sets it. In other servers, a
 * pre-matching filter of yours with a priority below {@link Guards#PRIORITY} does:
 *
 * <pre>{@code
 * request.setProperty(Connection.PROPERTY, Connection.of(address, certificate));
 * }</pre>
 *
 * <p>Give what the server knows of its connection, never a header. Immutable, thread-safe.
 */
public final class Connection {

  /** The request's property with the connection. */
  public static final String PROPERTY = "io.bartizan.adapters.connection";

  private final InetAddress address;
  private final @Nullable X509Certificate certificate;

  private Connection(InetAddress address, @Nullable X509Certificate certificate) {
    this.address = Objects.requireNonNull(address, "address");
    this.certificate = certificate;
  }

  /**
   * A connection.
   *
   * @param address its other end, which is a proxy's where one stands in front
   * @param certificate the client's own, as the handshake verified it; null if there is none
   * @return the connection
   * @throws NullPointerException if {@code address} is null
   */
  public static Connection of(InetAddress address, @Nullable X509Certificate certificate) {
    return new Connection(address, certificate);
  }

  InetAddress address() {
    return address;
  }

  Optional<X509Certificate> certificate() {
    return Optional.ofNullable(certificate);
  }

  /** The address, and whether there is a certificate. */
  @Override
  public String toString() {
    return "Connection["
        + address.getHostAddress()
        + (certificate == null ? "" : ", client certificate")
        + "]";
  }
}
