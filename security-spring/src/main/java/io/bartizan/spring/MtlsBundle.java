package io.bartizan.spring;

import io.bartizan.mtls.MutualTls;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundleKey;
import org.springframework.boot.ssl.SslManagerBundle;
import org.springframework.boot.ssl.SslOptions;
import org.springframework.boot.ssl.SslStoreBundle;

/**
 * A mutual TLS as Spring Boot's bundle.
 *
 * <p>It has no key stores: whoever took keys and anchors from them would read them once and know
 * nothing of the policy, so a server that can't be given the context does not start.
 */
record MtlsBundle(MutualTls tls) implements SslBundle, SslManagerBundle {

  @Override
  public SslStoreBundle getStores() {
    return SslStoreBundle.NONE;
  }

  @Override
  public SslBundleKey getKey() {
    return SslBundleKey.NONE;
  }

  @Override
  public SslOptions getOptions() {
    return SslOptions.NONE;
  }

  @Override
  public String getProtocol() {
    return DEFAULT_PROTOCOL;
  }

  @Override
  public SslManagerBundle getManagers() {
    return this;
  }

  @Override
  public KeyManagerFactory getKeyManagerFactory() {
    return tls.keyManagerFactory();
  }

  @Override
  public TrustManagerFactory getTrustManagerFactory() {
    return tls.trustManagerFactory();
  }

  /** The context that follows reloads and decides about resumed sessions too. */
  @Override
  public SSLContext createSslContext() {
    return tls.sslContext();
  }

  @Override
  public SSLContext createSslContext(String protocol) {
    return tls.sslContext();
  }
}
