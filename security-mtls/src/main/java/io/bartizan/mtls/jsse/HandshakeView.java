package io.bartizan.mtls.jsse;

import java.net.Socket;
import java.nio.ByteBuffer;
import java.security.AlgorithmConstraints;
import java.util.List;
import java.util.function.BiFunction;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * The part of a connection that the JDK's trust manager may see: session and algorithm constraints,
 * but no endpoint to identify. Who the peer is, is ours to decide: the JDK would fall back to the
 * CN, accept partial wildcards and refuse certificates that have a SPIFFE ID only.
 */
public final class HandshakeView extends SSLEngine {

  private final @Nullable SSLSession session;
  private final @Nullable AlgorithmConstraints constraints;
  private final @Nullable String host;
  private final Object connection;

  private HandshakeView(
      Object connection,
      @Nullable SSLSession session,
      SSLParameters parameters,
      @Nullable String host) {
    this.connection = connection;
    this.session = session;
    this.constraints = parameters.getAlgorithmConstraints();
    this.host = host;
  }

  /**
   * The view of an engine.
   *
   * @param engine the provider's engine
   * @return null if there is none
   */
  public static @Nullable HandshakeView of(@Nullable SSLEngine engine) {
    if (engine == null) {
      return null;
    }
    SSLSession session = engine.getHandshakeSession();
    String host = session == null ? null : session.getPeerHost();
    return new HandshakeView(
        engine, session, engine.getSSLParameters(), host == null ? engine.getPeerHost() : host);
  }

  /**
   * The view of a socket.
   *
   * @param socket the provider's socket
   * @return null if there is none, or one without TLS
   */
  public static @Nullable HandshakeView of(@Nullable Socket socket) {
    if (!(socket instanceof SSLSocket ssl)) {
      return null;
    }
    SSLSession session = ssl.getHandshakeSession();
    return new HandshakeView(
        ssl, session, ssl.getSSLParameters(), session == null ? null : session.getPeerHost());
  }

  /**
   * The host that the client wanted, as the connection tells it.
   *
   * @return null if it does not
   */
  public @Nullable String host() {
    return host;
  }

  /**
   * The engine or socket itself, as a key to remember decisions by.
   *
   * @return the provider's object
   */
  public Object connection() {
    return connection;
  }

  /**
   * The stapled OCSP responses of a server.
   *
   * @return empty if there is none
   */
  public List<byte[]> stapledResponses() {
    return session == null ? List.of() : stapled(session);
  }

  /**
   * The OCSP responses that a server stapled when a client's session began.
   *
   * @param session also a resumed one
   * @return empty if there is none, or the provider does not show it
   */
  public static List<byte[]> stapled(SSLSession session) {
    try {
      return session instanceof ExtendedSSLSession extended
          ? extended.getStatusResponses()
          : List.of();
    } catch (UnsupportedOperationException e) {
      return List.of();
    }
  }

  @Override
  public @Nullable SSLSession getHandshakeSession() {
    return session;
  }

  @Override
  public SSLParameters getSSLParameters() {
    SSLParameters parameters = new SSLParameters();
    if (constraints != null) {
      parameters.setAlgorithmConstraints(constraints);
    }
    return parameters;
  }

  @Override
  public SSLEngineResult wrap(ByteBuffer[] srcs, int offset, int length, ByteBuffer dst) {
    throw noEngine();
  }

  @Override
  public SSLEngineResult unwrap(ByteBuffer src, ByteBuffer[] dsts, int offset, int length) {
    throw noEngine();
  }

  @Override
  public @Nullable Runnable getDelegatedTask() {
    throw noEngine();
  }

  @Override
  public void closeInbound() {
    throw noEngine();
  }

  @Override
  public boolean isInboundDone() {
    throw noEngine();
  }

  @Override
  public void closeOutbound() {
    throw noEngine();
  }

  @Override
  public boolean isOutboundDone() {
    throw noEngine();
  }

  @Override
  public String[] getSupportedCipherSuites() {
    throw noEngine();
  }

  @Override
  public String[] getEnabledCipherSuites() {
    throw noEngine();
  }

  @Override
  public void setEnabledCipherSuites(String[] suites) {
    throw noEngine();
  }

  @Override
  public String[] getSupportedProtocols() {
    throw noEngine();
  }

  @Override
  public String[] getEnabledProtocols() {
    throw noEngine();
  }

  @Override
  public void setEnabledProtocols(String[] protocols) {
    throw noEngine();
  }

  @Override
  public SSLSession getSession() {
    throw noEngine();
  }

  @Override
  public void beginHandshake() {
    throw noEngine();
  }

  @Override
  public SSLEngineResult.HandshakeStatus getHandshakeStatus() {
    throw noEngine();
  }

  @Override
  public void setUseClientMode(boolean mode) {
    throw noEngine();
  }

  @Override
  public boolean getUseClientMode() {
    throw noEngine();
  }

  @Override
  public void setNeedClientAuth(boolean need) {
    throw noEngine();
  }

  @Override
  public boolean getNeedClientAuth() {
    throw noEngine();
  }

  @Override
  public void setWantClientAuth(boolean want) {
    throw noEngine();
  }

  @Override
  public boolean getWantClientAuth() {
    throw noEngine();
  }

  @Override
  public void setEnableSessionCreation(boolean flag) {
    throw noEngine();
  }

  @Override
  public boolean getEnableSessionCreation() {
    throw noEngine();
  }

  @Override
  @SuppressWarnings("UnusedMethod")
  public BiFunction<SSLEngine, List<String>, String> getHandshakeApplicationProtocolSelector() {
    throw noEngine();
  }

  private static UnsupportedOperationException noEngine() {
    return new UnsupportedOperationException("a view of a handshake, not an engine");
  }
}
