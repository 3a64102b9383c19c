package io.bartizan.spring;

import io.bartizan.mtls.ServerTls;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.TrustManager;
import org.apache.catalina.connector.Connector;
import org.apache.tomcat.util.net.SSLContext;
import org.apache.tomcat.util.net.SSLHostConfig;
import org.apache.tomcat.util.net.SSLHostConfigCertificate;
import org.jspecify.annotations.Nullable;

/** Tomcat's own interface over the library's context, in the place of the key stores. */
record TomcatTls(ServerTls tls) implements SSLContext {

  /** Serves every host of a connector, which Spring Boot has made one for HTTPS, by the policy. */
  static void secure(Connector connector, ServerTls tls) {
    for (SSLHostConfig host : connector.findSslHostConfigs()) {
      host.setCertificateVerification("required");
      for (SSLHostConfigCertificate certificate : host.getCertificates(true)) {
        certificate.setSslContext(new TomcatTls(tls));
      }
    }
  }

  @Override
  public void init(
      KeyManager @Nullable [] keys,
      TrustManager @Nullable [] trust,
      @Nullable SecureRandom random) {
    // has its own
  }

  @Override
  public void destroy() {
    // is the application's
  }

  @Override
  public SSLSessionContext getServerSessionContext() {
    return tls.sslContext().getServerSessionContext();
  }

  @Override
  public SSLEngine createSSLEngine() {
    return tls.sslContext().createSSLEngine();
  }

  @Override
  public SSLServerSocketFactory getServerSocketFactory() {
    return tls.sslContext().getServerSocketFactory();
  }

  @Override
  public SSLParameters getSupportedSSLParameters() {
    return tls.sslContext().getSupportedSSLParameters();
  }

  @Override
  public X509Certificate @Nullable [] getCertificateChain(String alias) {
    return tls.keyManager().getCertificateChain(alias);
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return tls.trustManager().getAcceptedIssuers();
  }
}
