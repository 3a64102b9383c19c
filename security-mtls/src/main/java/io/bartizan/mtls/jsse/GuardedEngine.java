package io.bartizan.mtls.jsse;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.BiFunction;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.NullUnmarked;

/**
 * An engine that keeps its role, its floor and its demand for a client certificate whatever a
 * framework sets, and decides about the peer before the first application data passes.
 */
@NullUnmarked
final class GuardedEngine extends DelegatingEngine {

  private final boolean client;
  private final Authority.Watch watch;
  private final SSLSession nullSession;
  private final AskedName asked;
  private volatile boolean neverBegins;

  GuardedEngine(SSLEngine inner, boolean client, Authority.Serving born) {
    super(inner);
    this.client = client;
    this.watch = born.watch(inner, inner.getPeerHost(), inner::getSession);
    this.nullSession = inner.getSession();
    this.asked = AskedName.of(born.serverNames());
    inner.setUseClientMode(client);
    hearName();
    raise();
  }

  private void hearName() {
    if (asked != null) {
      inner.setSSLParameters(asked.over(inner.getSSLParameters()));
    }
  }

  private void raise() {
    inner.setEnabledProtocols(TlsMinimum.protocols(inner.getEnabledProtocols()));
    inner.setEnabledCipherSuites(TlsMinimum.suites(inner.getEnabledCipherSuites()));
    if (!client) {
      inner.setNeedClientAuth(true);
    }
  }

  @Override
  public SSLEngineResult wrap(ByteBuffer[] srcs, int offset, int length, ByteBuffer dst)
      throws SSLException {
    if (neverBegins) {
      return inner.wrap(new ByteBuffer[0], 0, 0, dst);
    }
    begin();
    if (watch.isRefused() && !inner.isOutboundDone()) {
      inner.closeOutbound();
      return inner.wrap(new ByteBuffer[0], 0, 0, dst);
    }
    SSLEngineResult result;
    try {
      result = inner.wrap(srcs, offset, length, dst);
    } catch (SSLException e) {
      watch.handshakeFailed(e, getPeerHost());
      throw e;
    }
    return after(result, result.bytesConsumed() > 0);
  }

  @Override
  public SSLEngineResult unwrap(ByteBuffer src, ByteBuffer[] dsts, int offset, int length)
      throws SSLException {
    begin();
    watch.check();
    SSLEngineResult result;
    try {
      result = inner.unwrap(src, dsts, offset, length);
    } catch (SSLException e) {
      watch.handshakeFailed(e, getPeerHost());
      throw e;
    }
    return after(result, result.bytesProduced() > 0);
  }

  /** Where this side can serve nobody, what is left to write is the end of the connection. */
  private void begin() throws SSLException {
    try {
      watch.begin();
    } catch (SSLException e) {
      neverBegins = true;
      inner.closeOutbound();
      watch.handshakeFailed(e, getPeerHost());
      throw e;
    }
  }

  private SSLEngineResult after(SSLEngineResult result, boolean data) throws SSLException {
    if (!watch.isDone() && (data || result.getHandshakeStatus() == HandshakeStatus.FINISHED)) {
      try {
        watch.handshakeDone(getPeerHost());
      } catch (SSLException e) {
        inner.closeOutbound();
        throw e;
      }
      TlsMinimum.forbidRenegotiation(inner);
    }
    if (inner.isOutboundDone()) { // a peer that says it writes no more may still read in TLS 1.3
      watch.closed();
    }
    return result;
  }

  @Override
  public void beginHandshake() throws SSLException {
    if (watch.isDone()) {
      throw new SSLException("a second handshake on one connection is refused");
    }
    begin();
    inner.beginHandshake();
  }

  @Override
  public SSLSession getSession() {
    return watch.isRefused() ? nullSession : inner.getSession();
  }

  private void keepFromRenegotiating() {
    if (watch.isDone()) {
      TlsMinimum.forbidRenegotiation(inner);
    }
  }

  @Override
  public void setUseClientMode(boolean mode) {
    TlsMinimum.requireRole(client, mode);
  }

  @Override
  public void setNeedClientAuth(boolean need) {
    raise();
  }

  @Override
  public void setWantClientAuth(boolean want) {
    raise();
  }

  @Override
  public void setEnabledProtocols(String[] protocols) {
    inner.setEnabledProtocols(TlsMinimum.protocols(protocols));
    keepFromRenegotiating();
  }

  @Override
  public void setEnabledCipherSuites(String[] suites) {
    inner.setEnabledCipherSuites(TlsMinimum.suites(suites));
  }

  @Override
  public void setSSLParameters(SSLParameters parameters) {
    TlsMinimum.refuseWeakOnly(parameters);
    inner.setSSLParameters(parameters);
    hearName();
    raise();
    keepFromRenegotiating();
  }

  @Override
  public void setHandshakeApplicationProtocolSelector(
      BiFunction<SSLEngine, List<String>, String> selector) {
    inner.setHandshakeApplicationProtocolSelector(
        selector == null ? null : (engine, protocols) -> selector.apply(this, protocols));
  }

  @Override
  public String toString() {
    return "GuardedEngine[" + (client ? "CLIENT" : "SERVER") + "]";
  }
}
