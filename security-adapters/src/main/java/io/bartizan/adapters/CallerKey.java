package io.bartizan.adapters;

import io.bartizan.core.Checked;
import io.bartizan.core.Refusal;
import io.bartizan.integrity.jwt.VerifiedJwt;
import io.bartizan.mtls.PeerIdentity;
import io.bartizan.ratelimit.ClientAddress;
import io.bartizan.ratelimit.Key;
import java.security.cert.X509Certificate;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * The key by which a rate limit counts the callers of a service: client address, certificate, token
 * subject, token claim or principal.
 *
 * <p>{@link #address} and {@link #peer} need the connection alone and belong before authentication,
 * where they keep floods from it. {@link #subject}, {@link #claim} and {@link #principal} need what
 * was verified, and a limit by them belongs behind the filter that verifies it; in front of it each
 * request is refused with a sentence that says so. There is no key by a header such as an API key:
 * a stranger could spend its owner's permits, or change it and get a full bucket each time.
 *
 * <pre>{@code
 * CallerKey before = CallerKey.address(ClientAddress.direct());
 * CallerKey after = CallerKey.claim("tenant");
 * }</pre>
 *
 * <p>Immutable, thread-safe.
 */
public final class CallerKey {

  private final String description;
  private final Function<IncomingRequest, Checked<String>> reader;

  private CallerKey(String description, Function<IncomingRequest, Checked<String>> reader) {
    this.description = description;
    this.reader = reader;
  }

  /**
   * The client's IP address, or its network for IPv6; read from {@code X-Forwarded-For} only where
   * the connection comes from a proxy that the rule trusts.
   *
   * @param clients which proxies are trusted; {@link ClientAddress#direct()} also where the
   *     framework itself puts the client's address in the place of the proxy's
   * @return a key for a limit before authentication
   * @throws NullPointerException if {@code clients} is null
   */
  public static CallerKey address(ClientAddress clients) {
    Objects.requireNonNull(clients, "clients");
    return new CallerKey(
        "client address",
        request ->
            request
                .remoteAddress()
                .map(peer -> clients.xForwardedFor(peer, request.headers("X-Forwarded-For")))
                .<Checked<String>>map(client -> Checked.accepted(Key.of("address", client)))
                .orElseGet(
                    () ->
                        refused(
                            AdapterReason.ADDRESS_UNKNOWN,
                            "the limit counts by client address, and the connection has none")));
  }

  /**
   * The name in the client's TLS certificate: its SPIFFE ID, else its first DNS, URI, IP or e-mail
   * name, else the pin of its key.
   *
   * @return a key for a limit before authentication by token, on connections that ask for client
   *     certificates
   */
  public static CallerKey peer() {
    return new CallerKey("client certificate", request -> peerName(request.peerCertificate()));
  }

  /**
   * Issuer and subject of the verified token.
   *
   * @return a key for a limit behind the token filter
   */
  public static CallerKey subject() {
    return new CallerKey(
        "token subject",
        request ->
            ofToken(
                request,
                jwt -> jwt.subject().map(who -> Key.of("issuer", jwt.issuer(), "subject", who))));
  }

  /**
   * Issuer and a text claim of the verified token, such as its tenant.
   *
   * @param name the claim's name
   * @return a key for a limit behind the token filter
   * @throws NullPointerException if {@code name} is null
   */
  public static CallerKey claim(String name) {
    Objects.requireNonNull(name, "name");
    return new CallerKey(
        "token claim",
        request ->
            ofToken(
                request,
                jwt -> jwt.string(name).map(text -> Key.of("issuer", jwt.issuer(), name, text))));
  }

  /**
   * The name of the principal whom the framework has authenticated, by whatever means.
   *
   * @return a key for a limit behind the framework's authentication
   */
  public static CallerKey principal() {
    return new CallerKey(
        "principal",
        request ->
            request
                .principal()
                .or(() -> request.token().map(jwt -> "")) // one without a subject
                .map(CallerKey::named)
                .orElseGet(
                    () ->
                        refused(
                            AdapterReason.PRINCIPAL_NOT_VERIFIED,
                            "the limit counts by principal, and nobody was authenticated before it;"
                                + " put the limit behind authentication, or count anonymous callers"
                                + " by otherwise(address)")));
  }

  /**
   * This key, and another one for requests that don't have it: {@code
   * principal().otherwise(address(…))} counts anonymous callers by address.
   *
   * @param other the key of the rest
   * @return a key that is refused only where both are
   * @throws NullPointerException if {@code other} is null
   */
  public CallerKey otherwise(CallerKey other) {
    Objects.requireNonNull(other, "other");
    return new CallerKey(
        description + ", otherwise " + other.description,
        request -> {
          Checked<String> own = check(request);
          return own.isAccepted() ? own : other.check(request);
        });
  }

  /**
   * The key of a request.
   *
   * @param request its connection and what was verified
   * @return the key for a limiter, or the refusal with an {@link AdapterReason} and a sentence that
   *     holds nothing of the request
   */
  public Checked<String> check(IncomingRequest request) {
    return reader.apply(request);
  }

  /** All callers without a name would be counted as one. */
  private static Checked<String> named(String principal) {
    return principal.isBlank()
        ? refused(
            AdapterReason.CLAIM_MISSING,
            "the limit counts by principal, and the authenticated caller has no name, as of a token"
                + " without a subject or without the claim that is counted by")
        : Checked.accepted(Key.of("principal", principal));
  }

  private static Checked<String> peerName(Optional<X509Certificate> certificate) {
    if (certificate.isPresent()) {
      try {
        PeerIdentity peer = PeerIdentity.withoutVerification(certificate.get());
        String name =
            Stream.of(
                    peer.spiffeId().stream(),
                    peer.dnsNames().stream().map(dns -> "dns:" + dns),
                    peer.uris().stream().map(uri -> "uri:" + uri),
                    peer.ipAddresses().stream().map(ip -> "ip:" + ip),
                    peer.emails().stream().map(email -> "email:" + email))
                .flatMap(names -> names)
                .findFirst()
                .orElseGet(peer::spkiPin);
        return Checked.accepted(Key.of("peer", name));
      } catch (SSLPeerUnverifiedException e) {
        // the same refusal as without a certificate
      }
    }
    return refused(
        AdapterReason.PEER_NOT_VERIFIED,
        "the limit counts by client certificate, and the connection has none with readable names");
  }

  private static Checked<String> ofToken(
      IncomingRequest request, Function<VerifiedJwt, Optional<String>> key) {
    Optional<VerifiedJwt> token = request.token();
    if (token.isEmpty()) {
      return refused(
          AdapterReason.TOKEN_NOT_VERIFIED,
          "the limit counts by token, and no token was verified before it; put the token filter"
              + " in front of the limit");
    }
    return key.apply(token.get())
        .<Checked<String>>map(Checked::accepted)
        .orElseGet(
            () ->
                refused(
                    AdapterReason.CLAIM_MISSING,
                    "the limit counts by a claim that the token lacks"));
  }

  private static Checked<String> refused(AdapterReason reason, String sentence) {
    return Checked.rejected(Refusal.of(reason, sentence));
  }

  /** What is counted by. */
  @Override
  public String toString() {
    return "CallerKey[" + description + "]";
  }
}
