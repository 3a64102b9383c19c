package io.bartizan.mtls;

import io.bartizan.core.SafeText;
import io.bartizan.mtls.x509.Certificates;
import io.bartizan.mtls.x509.MalformedNamesException;
import io.bartizan.mtls.x509.SpiffeId;
import io.bartizan.mtls.x509.SubjectNames;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * The names of a verified TLS peer: the subject alternative names of its own certificate.
 *
 * <p>Nothing is read from the distinguished name, and nothing from any other certificate of the
 * chain (CVE-2023-2422). Where anchors of several trust domains are bound, an authority of a
 * foreign one vouches for {@link #spiffeId()} alone: decide by that, not by the other names, which
 * a partner may have chosen to be yours. Immutable, thread-safe.
 *
 * <pre>{@code
 * PeerIdentity caller = PeerIdentity.of(exchange.getSSLSession());
 * String who = caller.spiffeId().orElseThrow();
 * }</pre>
 */
public final class PeerIdentity {

  private final SubjectNames names;

  private PeerIdentity(SubjectNames names) {
    this.names = names;
  }

  static PeerIdentity of(X509Certificate leaf) throws PeerRejectedException {
    try {
      return new PeerIdentity(SubjectNames.of(leaf));
    } catch (MalformedNamesException e) {
      throw new PeerRejectedException(PeerReason.NAMES_MALFORMED, e.what());
    }
  }

  /**
   * The identity of the peer of a session whose handshake went through a context of this library.
   *
   * <p>It is derived anew at each call, since values put into a session don't survive resumption. A
   * session of another context was checked by that context's rules only; {@link MutualTls#check}
   * tells whether the peer would be accepted now.
   *
   * @param session a session after its handshake
   * @return the peer's identity
   * @throws NullPointerException if {@code session} is null
   * @throws SSLPeerUnverifiedException if the peer presented no certificate, or one whose names
   *     can't be read
   */
  public static PeerIdentity of(SSLSession session) throws SSLPeerUnverifiedException {
    Certificate[] chain = Objects.requireNonNull(session, "session").getPeerCertificates();
    if (chain.length == 0 || !(chain[0] instanceof X509Certificate leaf)) {
      throw new SSLPeerUnverifiedException("the peer presented no X.509 certificate");
    }
    try {
      return of(Certificates.ofJdk(new X509Certificate[] {leaf})[0]);
    } catch (CertificateException e) {
      throw new SSLPeerUnverifiedException(e.getMessage());
    }
  }

  /**
   * The identity in a certificate that TLS has already verified: the first of the request attribute
   * {@code jakarta.servlet.request.X509Certificate}, where a container gives no {@link SSLSession}.
   *
   * <p>Danger: nothing is verified here. A certificate that arrived by another way, such as in a
   * header that a client can write, names whoever its author wanted it to name. On a connection of
   * this library the policy has accepted the peer before the first request is read.
   *
   * @param leaf the peer's own certificate, verified by the handshake of this connection
   * @return the peer's identity
   * @throws NullPointerException if {@code leaf} is null
   * @throws SSLPeerUnverifiedException if its names can't be read
   */
  public static PeerIdentity withoutVerification(X509Certificate leaf)
      throws SSLPeerUnverifiedException {
    Objects.requireNonNull(leaf, "leaf");
    try {
      return of(leaf);
    } catch (PeerRejectedException e) {
      throw new SSLPeerUnverifiedException(e.getMessage());
    }
  }

  /**
   * The dNSName entries as presented, wildcards included.
   *
   * @return an immutable list
   */
  public List<String> dnsNames() {
    return names.dns();
  }

  /**
   * The uniformResourceIdentifier entries as presented.
   *
   * @return an immutable list
   */
  public List<String> uris() {
    return names.uris();
  }

  /**
   * The iPAddress entries in the spelling of {@link java.net.InetAddress#getHostAddress()}.
   *
   * @return an immutable list
   */
  public List<String> ipAddresses() {
    return names.ips();
  }

  /**
   * The rfc822Name entries as presented.
   *
   * @return an immutable list
   */
  public List<String> emails() {
    return names.emails();
  }

  /**
   * The SPIFFE ID, if the certificate is a valid X.509-SVID: exactly one URI name, which keeps the
   * standard's rules, on a leaf that can sign no certificate.
   *
   * @return such as {@code spiffe://prod.example/ns/pay/sa/api}
   */
  public Optional<String> spiffeId() {
    return Optional.ofNullable(names.spiffeId()).map(SpiffeId::toString);
  }

  /**
   * The trust domain of the SPIFFE ID.
   *
   * @return such as {@code prod.example}
   */
  public Optional<String> trustDomain() {
    return Optional.ofNullable(names.spiffeId()).map(SpiffeId::trustDomain);
  }

  SubjectNames names() {
    return names;
  }

  PeerIdentity spiffeIdAlone() {
    return new PeerIdentity(names.spiffeIdAlone());
  }

  /**
   * The pin of the certificate's public key (RFC 7469 section 2.4): it stays the same when the
   * certificate is renewed with the same key.
   *
   * @return {@code sha256/} and 44 characters of base64
   */
  public String spkiPin() {
    return SubjectNames.spkiPin(names.certificate());
  }

  /**
   * When the peer's certificate ends; a connection must not be used past it, and a server should
   * drain it before.
   *
   * @return the certificate's notAfter
   */
  public Instant validUntil() {
    return names.certificate().getNotAfter().toInstant();
  }

  /**
   * The peer's own certificate, for audit; decide by the names above, never by its subject's text.
   *
   * @return the first certificate of the chain
   */
  public X509Certificate certificate() {
    return names.certificate();
  }

  /** Every name with its kind, such as {@code dns:a.example}, each safe to log. */
  List<String> labelled() {
    List<String> all = new ArrayList<>();
    names.dns().forEach(name -> all.add("dns:" + SafeText.of(name)));
    names.uris().forEach(name -> all.add("uri:" + SafeText.of(name)));
    names.ips().forEach(name -> all.add("ip:" + SafeText.of(name)));
    names.emails().forEach(name -> all.add("email:" + SafeText.of(name)));
    return List.copyOf(all);
  }

  /** The names with their kinds, safe to log. */
  @Override
  public String toString() {
    return "PeerIdentity" + shortened(labelled());
  }

  /** The first eight of some names. */
  static String shortened(List<String> all) {
    return all.size() > 8 ? all.subList(0, 8) + "…" : all.toString();
  }
}
