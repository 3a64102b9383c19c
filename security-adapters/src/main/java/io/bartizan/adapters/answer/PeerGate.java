package io.bartizan.adapters.answer;

import io.bartizan.adapters.AdapterReason;
import io.bartizan.adapters.IncomingRequest;
import io.bartizan.core.Checked;
import io.bartizan.core.Refusal;
import io.bartizan.mtls.PeerIdentity;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;

/** Reads the identity of a request's peer and says what to answer to one without. */
public final class PeerGate {

  private static final Refusal NOT_VERIFIED =
      Refusal.of(
          AdapterReason.PEER_NOT_VERIFIED,
          "the connection has no client certificate with readable names");

  private PeerGate() {}

  /**
   * The names of the connection's client certificate.
   *
   * @param request came over it
   * @return the identity or the refusal
   */
  public static Checked<PeerIdentity> check(IncomingRequest request) {
    Optional<X509Certificate> certificate = request.peerCertificate();
    if (certificate.isPresent()) {
      try {
        return Checked.accepted(PeerIdentity.withoutVerification(certificate.get()));
      } catch (SSLPeerUnverifiedException e) {
        // the same refusal as without a certificate
      }
    }
    return Checked.rejected(NOT_VERIFIED);
  }

  /**
   * What to answer to a request without a peer.
   *
   * @param refusal of {@link #check}
   * @return 403
   */
  public static Answer answer(Refusal refusal) {
    return Answer.of(403, refusal);
  }
}
