package io.bartizan.mtls;

import io.bartizan.core.Refusal;
import io.bartizan.mtls.jsse.HandshakeView;
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

  private static final Refusal UNKNOWN =
      Refusal.of(
          PeerReason.CONNECTION_UNKNOWN,
          "a trust manager was asked without the connection, so host and session are unknown");

  private final Current current;
  private final BiConsumer<Object, PeerDecision> decided;

  /** {@code decided} learns each decision with the engine or socket that it is about. */
  PolicyTrustManager(Current current, BiConsumer<Object, PeerDecision> decided) {
    this.current = current;
    this.decided = decided;
  }

  private void decide(
      TlsSide peer, X509Certificate @Nullable [] chain, @Nullable HandshakeView view)
      throws PeerRejectedException {
    if (view == null) {
      throw new PeerRejectedException(UNKNOWN);
    }
    TlsSide side = current.side();
    if (peer == side) {
      throw new PeerRejectedException(
          PeerReason.CONNECTION_UNKNOWN, "made for a " + side + ", asked about a " + peer);
    }
    String host = side == TlsSide.CLIENT ? view.host() : null;
    PeerDecision decision = current.decide(decider -> decider.decide(chain, host, view));
    decided.accept(view.connection(), decision);
    Refusal refusal = decision.refusal();
    if (refusal != null) {
      throw new PeerRejectedException(refusal);
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
    throw new PeerRejectedException(UNKNOWN);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw new PeerRejectedException(UNKNOWN);
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    Generation generation = current.orNull();
    return generation != null && current.anchorNamesSent() && generation.anchors().isNameable()
        ? generation.anchors().certificates().toArray(X509Certificate[]::new)
        : new X509Certificate[0];
  }
}
