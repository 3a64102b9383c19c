package io.bartizan.integrity.jwt;

import java.net.URI;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Request data for sender-constrained tokens: the client certificate (RFC 8705) or the DPoP proof
 * (RFC 9449). Immutable.
 *
 * <pre>{@code
 * JwtRequest request = JwtRequest.bare().withDpop("POST", URI.create("https://api/pay"), proof);
 * VerifiedJwt jwt = verifier.verify(token, request);
 * }</pre>
 */
public final class JwtRequest {

  private static final JwtRequest BARE = new JwtRequest(null, null, null, null, List.of());

  final @Nullable X509Certificate certificate;
  final @Nullable String method;
  final @Nullable URI uri;
  final @Nullable String proof;

  /** Empty if none is expected. */
  final List<String> nonces;

  private JwtRequest(
      @Nullable X509Certificate certificate,
      @Nullable String method,
      @Nullable URI uri,
      @Nullable String proof,
      List<String> nonces) {
    this.certificate = certificate;
    this.method = method;
    this.uri = uri;
    this.proof = proof;
    this.nonces = nonces;
  }

  /**
   * A request that shows nothing but the token.
   *
   * @return always the same object
   */
  public static JwtRequest bare() {
    return BARE;
  }

  /**
   * The same request over a TLS connection whose client showed this certificate (RFC 8705).
   *
   * @param clientCertificate the leaf that the TLS handshake itself authenticated; never one that
   *     came in a header which clients can set
   * @return a new request
   */
  public JwtRequest withClientCertificate(X509Certificate clientCertificate) {
    Objects.requireNonNull(clientCertificate, "clientCertificate");
    return new JwtRequest(clientCertificate, method, uri, proof, nonces);
  }

  /**
   * The same request with a DPoP proof (RFC 9449).
   *
   * @param httpMethod the request's method
   * @param httpUri the absolute URI as the client knows it, in front of any proxy; query and
   *     fragment are not compared
   * @param dpopProof the value of the one {@code DPoP} header, null if there is none; refuse a
   *     request that has several
   * @return a new request
   * @throws IllegalArgumentException if the URI is not absolute
   */
  public JwtRequest withDpop(String httpMethod, URI httpUri, @Nullable String dpopProof) {
    if (!httpUri.isAbsolute() || httpUri.getHost() == null) {
      throw new IllegalArgumentException("httpUri is not absolute with a host");
    }
    return new JwtRequest(
        certificate, Objects.requireNonNull(httpMethod, "httpMethod"), httpUri, dpopProof, nonces);
  }

  /**
   * The same request, whose proof must hold a nonce of this server (RFC 9449 section 9). One with
   * another or none is {@link JwtReason#DPOP_NONCE_MISMATCH}: answer 401 with {@link
   * AuthenticationScheme#challenge(io.bartizan.core.Reason)} and a {@code DPoP-Nonce} field, and
   * the client comes back with that nonce.
   *
   * @param expected the nonce that this server gives clients now
   * @param former those that it gave before and still accepts
   * @return a new request
   */
  public JwtRequest withDpopNonce(String expected, String... former) {
    List<String> all = new ArrayList<>();
    all.add(Objects.requireNonNull(expected, "expected"));
    all.addAll(List.of(former));
    return new JwtRequest(certificate, method, uri, proof, List.copyOf(all));
  }

  /** What the request shows, not what it says. */
  @Override
  public String toString() {
    return "JwtRequest["
        + (certificate == null ? "no certificate" : "certificate")
        + (proof == null ? ", no proof]" : ", DPoP proof]");
  }
}
