package io.bartizan.spring.tls;

import io.bartizan.mtls.ServerTls;
import java.net.Socket;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.KeyManagerFactorySpi;
import javax.net.ssl.ManagerFactoryParameters;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys of a server's bundle for frameworks that take the two managers and decide themselves
 * whether clients need a certificate. A connection that does not require one is refused: no client
 * would be asked, and the policy would decide about nobody.
 */
public final class DemandingKeys extends X509ExtendedKeyManager {

  private static final Logger LOG = LoggerFactory.getLogger(DemandingKeys.class);

  private final String name;
  private final X509ExtendedKeyManager keys;
  private final AtomicBoolean told = new AtomicBoolean();

  private DemandingKeys(String name, X509ExtendedKeyManager keys) {
    this.name = name;
    this.keys = keys;
  }

  /**
   * The factory of a bundle's keys.
   *
   * @param name of the bundle, for the log
   * @param tls whose keys they are
   * @return a factory that needs no {@code init}
   */
  public static KeyManagerFactory of(String name, ServerTls tls) {
    KeyManagerFactory whole = tls.keyManagerFactory();
    return new KeyManagerFactory(
        new Factory(new DemandingKeys(name, tls.keyManager())),
        whole.getProvider(),
        whole.getAlgorithm()) {};
  }

  @Override
  public @Nullable String chooseEngineServerAlias(
      String type, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
    return engine == null || engine.getNeedClientAuth()
        ? keys.chooseEngineServerAlias(type, issuers, engine)
        : refused();
  }

  @Override
  public @Nullable String chooseServerAlias(
      String type, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return socket instanceof SSLSocket tls && !tls.getNeedClientAuth()
        ? refused()
        : keys.chooseServerAlias(type, issuers, socket);
  }

  private @Nullable String refused() {
    if (told.compareAndSet(false, true)) {
      LOG.error(
          "every TLS handshake is refused: the server that has the SSL bundle {} of"
              + " bartizan.mtls.servers does not require client certificates, so that the policy"
              + " would decide about nobody. Set that server's client-auth, to need or require",
          name);
    }
    return null;
  }

  @Override
  public @Nullable String chooseEngineClientAlias(
      String[] types, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
    return keys.chooseEngineClientAlias(types, issuers, engine);
  }

  @Override
  public @Nullable String chooseClientAlias(
      String[] types, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return keys.chooseClientAlias(types, issuers, socket);
  }

  @Override
  public String @Nullable [] getClientAliases(String type, Principal @Nullable [] issuers) {
    return keys.getClientAliases(type, issuers);
  }

  @Override
  public String @Nullable [] getServerAliases(String type, Principal @Nullable [] issuers) {
    return keys.getServerAliases(type, issuers);
  }

  @Override
  public X509Certificate @Nullable [] getCertificateChain(String alias) {
    return keys.getCertificateChain(alias);
  }

  @Override
  public @Nullable PrivateKey getPrivateKey(String alias) {
    return keys.getPrivateKey(alias);
  }

  /** Nothing is to be initialized: the bundle has its keys. */
  private static final class Factory extends KeyManagerFactorySpi {

    private final DemandingKeys keys;

    Factory(DemandingKeys keys) {
      this.keys = keys;
    }

    @Override
    protected void engineInit(@Nullable KeyStore store, char @Nullable [] password) {
      throw whole();
    }

    @Override
    protected void engineInit(ManagerFactoryParameters spec) {
      throw whole();
    }

    @Override
    protected KeyManager[] engineGetKeyManagers() {
      return new KeyManager[] {keys};
    }

    private static UnsupportedOperationException whole() {
      return new UnsupportedOperationException("the factory has its keys and takes no others");
    }
  }
}
