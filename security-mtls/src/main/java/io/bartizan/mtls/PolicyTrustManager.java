package io.bartizan.mtls;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.function.BiConsumer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Hands every question to the newest generation. The overloads without a connection refuse: they
 * can't know the host, and a caller that uses them would skip half the checks.
 */
final class PolicyTrustManager extends X509ExtendedTrustManager {

  private final Generations generations;
  private final BiConsumer<Object, PeerDecision> decided;

  /** {@code decided} learns each decision with the engine or socket that it is about. */
  PolicyTrustManager(Generations generations, BiConsumer<Object, PeerDecision> decided) {
    this.generations = generations;
    this.decided = decided;
  }

  private void decide(TlsSide peer, X509Certificate @Nullable [] chain, HandshakeView view)
      throws CertificateException {
    TlsSide side = generations.settings().side();
    if (peer == side) {
      throw new PeerRejectedException(
          TlsReason.CONNECTION_UNKNOWN, "made for a " + side + ", asked about a " + peer);
    }
    PeerDecision decision =
        generations
            .current()
            .decider()
            .decide(chain, side == TlsSide.CLIENT ? view.host() : null, view);
    decided.accept(view.connection(), decision);
    if (decision instanceof PeerDecision.Rejected rejected) {
      throw rejected.exception();
    }
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    decide(TlsSide.CLIENT, chain, HandshakeView.of(socket));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    decide(TlsSide.SERVER, chain, HandshakeView.of(socket));
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    decide(TlsSide.CLIENT, chain, HandshakeView.of(engine));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    decide(TlsSide.SERVER, chain, HandshakeView.of(engine));
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw HandshakeView.unknown();
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw HandshakeView.unknown();
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return generations.current().anchors().toArray(X509Certificate[]::new);
  }
}
