package io.bartizan.mtls.jsse;

import java.security.KeyManagementException;
import java.security.SecureRandom;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLContextSpi;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;

/**
 * One SSLContext for the life of the application, handed out once: each engine and socket that it
 * makes belongs to what serves at that moment.
 */
public final class GuardedContext extends SSLContext {

  /**
   * A context over those of an authority.
   *
   * @param authority says what serves now
   */
  public GuardedContext(Authority authority) {
    super(
        new Spi(authority),
        authority.current().context().getProvider(),
        authority.current().context().getProtocol());
  }

  /** What the context does. */
  private static final class Spi extends SSLContextSpi {
    private final Authority authority;
    private final CurrentSessions serverSessions;
    private final CurrentSessions clientSessions;

    Spi(Authority authority) {
      this.authority = authority;
      this.serverSessions =
          new CurrentSessions(authority, serving -> serving.context().getServerSessionContext());
      this.clientSessions =
          new CurrentSessions(authority, serving -> serving.context().getClientSessionContext());
    }

    @Override
    protected void engineInit(KeyManager[] keys, TrustManager[] trust, SecureRandom random)
        throws KeyManagementException {
      throw new KeyManagementException("this context was made whole");
    }

    @Override
    protected SSLEngine engineCreateSSLEngine() {
      Authority.Serving born = authority.current();
      return guarded(born.context().createSSLEngine(), born);
    }

    @Override
    protected SSLEngine engineCreateSSLEngine(String host, int port) {
      Authority.Serving born = authority.current();
      return guarded(born.context().createSSLEngine(host, port), born);
    }

    private SSLEngine guarded(SSLEngine inner, Authority.Serving born) {
      carry();
      return new GuardedEngine(inner, authority.isClient(), born);
    }

    private void carry() {
      serverSessions.carry();
      clientSessions.carry();
    }

    @Override
    protected SSLSocketFactory engineGetSocketFactory() {
      return new GuardedSocketFactory(authority, this::carry);
    }

    @Override
    protected SSLServerSocketFactory engineGetServerSocketFactory() {
      if (authority.isClient()) {
        throw new UnsupportedOperationException(
            "a client's context has no server sockets, use ServerTls");
      }
      return GuardedServerSocket.factory(
          authority, new GuardedSocketFactory(authority, this::carry));
    }

    @Override
    protected SSLSessionContext engineGetServerSessionContext() {
      return serverSessions;
    }

    @Override
    protected SSLSessionContext engineGetClientSessionContext() {
      return clientSessions;
    }

    @Override
    protected SSLParameters engineGetDefaultSSLParameters() {
      return raised(authority.current().context().getDefaultSSLParameters());
    }

    @Override
    protected SSLParameters engineGetSupportedSSLParameters() {
      return raised(authority.current().context().getSupportedSSLParameters());
    }

    private SSLParameters raised(SSLParameters parameters) {
      return TlsMinimum.raise(parameters, authority.isClient());
    }
  }
}
