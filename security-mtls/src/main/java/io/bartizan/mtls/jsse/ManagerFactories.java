package io.bartizan.mtls.jsse;

import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.Provider;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.KeyManagerFactorySpi;
import javax.net.ssl.ManagerFactoryParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.TrustManagerFactorySpi;
import org.jspecify.annotations.Nullable;

/** Managers dressed as the factories that some frameworks ask for. */
public final class ManagerFactories {

  private static final String NAME = "Bartizan";

  private ManagerFactories() {}

  /**
   * A factory that gives one key manager.
   *
   * @param manager what it gives
   * @return a factory that needs no {@code init}
   */
  public static KeyManagerFactory of(KeyManager manager) {
    return new KeyManagerFactory(new Keys(manager), NoProvider.INSTANCE, NAME) {};
  }

  /**
   * A factory that gives one trust manager.
   *
   * @param manager what it gives
   * @return a factory that needs no {@code init}
   */
  public static TrustManagerFactory of(TrustManager manager) {
    return new TrustManagerFactory(new Trust(manager), NoProvider.INSTANCE, NAME) {};
  }

  private static KeyStoreException whole() {
    return new KeyStoreException("this factory was made whole by MutualTls and needs no init");
  }

  /** A name for the factories; it holds no service and is registered nowhere. */
  private static final class NoProvider extends Provider {
    private static final long serialVersionUID = 1L;
    static final NoProvider INSTANCE = new NoProvider();

    private NoProvider() {
      super(NAME, "1", "names the factories of MutualTls");
    }
  }

  /** One key manager. */
  private static final class Keys extends KeyManagerFactorySpi {
    private final KeyManager manager;

    Keys(KeyManager manager) {
      this.manager = manager;
    }

    @Override
    protected void engineInit(@Nullable KeyStore store, char @Nullable [] password)
        throws KeyStoreException {
      throw whole();
    }

    @Override
    protected void engineInit(ManagerFactoryParameters spec) {
      throw new UnsupportedOperationException(whole().getMessage());
    }

    @Override
    protected KeyManager[] engineGetKeyManagers() {
      return new KeyManager[] {manager};
    }
  }

  /** One trust manager. */
  private static final class Trust extends TrustManagerFactorySpi {
    private final TrustManager manager;

    Trust(TrustManager manager) {
      this.manager = manager;
    }

    @Override
    protected void engineInit(@Nullable KeyStore store) throws KeyStoreException {
      throw whole();
    }

    @Override
    protected void engineInit(ManagerFactoryParameters spec) {
      throw new UnsupportedOperationException(whole().getMessage());
    }

    @Override
    protected TrustManager[] engineGetTrustManagers() {
      return new TrustManager[] {manager};
    }
  }
}
