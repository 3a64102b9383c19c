package io.bartizan.mtls;

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
 * makes belongs to the generation that is newest at that moment.
 */
final class GuardedContext extends SSLContext {

  GuardedContext(Generations generations) {
    super(
        new Spi(generations),
        generations.current().context().getProvider(),
        generations.current().context().getProtocol());
  }

  /** What the context does. */
  private static final class Spi extends SSLContextSpi {
    private final Generations generations;
    private final CurrentSessions serverSessions;
    private final CurrentSessions clientSessions;

    Spi(Generations generations) {
      this.generations = generations;
      this.serverSessions =
          new CurrentSessions(
              generations, generation -> generation.context().getServerSessionContext());
      this.clientSessions =
          new CurrentSessions(
              generations, generation -> generation.context().getClientSessionContext());
    }

    @Override
    protected void engineInit(KeyManager[] keys, TrustManager[] trust, SecureRandom random)
        throws KeyManagementException {
      throw new KeyManagementException("this context was made whole by MutualTls");
    }

    @Override
    protected SSLEngine engineCreateSSLEngine() {
      Generation born = generations.current();
      return guarded(born.context().createSSLEngine(), born);
    }

    @Override
    protected SSLEngine engineCreateSSLEngine(String host, int port) {
      Generation born = generations.current();
      return guarded(born.context().createSSLEngine(host, port), born);
    }

    private SSLEngine guarded(SSLEngine inner, Generation born) {
      carry();
      return new GuardedEngine(inner, generations.settings().side(), generations, born);
    }

    private void carry() {
      serverSessions.carry();
      clientSessions.carry();
    }

    @Override
    protected SSLSocketFactory engineGetSocketFactory() {
      return new GuardedSocketFactory(generations, this::carry);
    }

    @Override
    protected SSLServerSocketFactory engineGetServerSocketFactory() {
      if (generations.settings().side() == TlsSide.CLIENT) {
        throw new UnsupportedOperationException(
            "a client's context has no server sockets, use MutualTls.server");
      }
      return new GuardedServerSocketFactory(
          generations, new GuardedSocketFactory(generations, this::carry));
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
      return raised(generations.current().context().getDefaultSSLParameters());
    }

    @Override
    protected SSLParameters engineGetSupportedSSLParameters() {
      return raised(generations.current().context().getSupportedSSLParameters());
    }

    private SSLParameters raised(SSLParameters parameters) {
      return Floor.raise(parameters, generations.settings().side());
    }
  }
}
