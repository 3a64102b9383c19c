package io.bartizan.adapters;

import io.bartizan.integrity.jwt.VerifiedJwt;
import java.net.InetAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/**
 * An HTTP request as a {@link CallerKey} reads it: its connection, and what was verified about its
 * sender.
 *
 * <p>The packages of this module implement it for their frameworks. Whoever implements it for
 * another one gives what that framework or a filter has verified, and never the content of a header
 * that clients can set.
 */
public interface IncomingRequest {

  /**
   * The other end of the connection, which is a proxy's address where one stands in front.
   *
   * @return the address; empty for a UNIX domain socket
   */
  Optional<InetAddress> remoteAddress();

  /**
   * The values of all header fields of a name.
   *
   * @param name in any case
   * @return one value for each line, in their order; empty if there is none
   */
  List<String> headers(String name);

  /**
   * The path and query of the request as they came, neither decoded nor rewritten, and never read
   * from a forwarding header: what a webhook's sender may have signed.
   *
   * @return such as {@code /hooks/calls?lang=de}; empty unless whoever implements this gives it,
   *     and webhooks whose address is signed are refused then
   */
  default Optional<String> target() {
    return Optional.empty();
  }

  /**
   * The client's own certificate, as the TLS handshake of this connection verified it.
   *
   * @return the first certificate of the chain
   */
  Optional<X509Certificate> peerCertificate();

  /**
   * The token that a filter before this one has verified.
   *
   * @return the claims; empty if no filter did
   */
  Optional<VerifiedJwt> token();

  /**
   * The name of the caller whom the framework has authenticated.
   *
   * @return the principal's name; blank for one that has none, such as of a token without a
   *     subject; empty if nobody was authenticated
   */
  Optional<String> principal();
}
