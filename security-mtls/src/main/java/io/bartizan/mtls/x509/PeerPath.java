package io.bartizan.mtls.x509;

import java.security.cert.X509Certificate;
import java.util.List;

/**
 * A validated path, leaf first, without the anchor that it leads to.
 *
 * @param judged the same path as the JDK is to judge it, below {@code judgedAnchor}
 */
public record PeerPath(
    List<X509Certificate> certificates,
    X509Certificate anchor,
    List<X509Certificate> judged,
    X509Certificate judgedAnchor) {

  /** A path that is judged as it is. */
  public PeerPath(List<X509Certificate> certificates, X509Certificate anchor) {
    this(certificates, anchor, certificates, anchor);
  }

  /** The issuer of the certificate at an index. */
  public X509Certificate issuerOf(int index) {
    return index + 1 < certificates.size() ? certificates.get(index + 1) : anchor;
  }
}
