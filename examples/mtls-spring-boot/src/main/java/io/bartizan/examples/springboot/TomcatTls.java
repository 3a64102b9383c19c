package io.bartizan.examples.springboot;

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
import org.apache.coyote.http11.AbstractHttp11Protocol;
import org.apache.tomcat.util.net.SSLContext;
import org.apache.tomcat.util.net.SSLHostConfig;
import org.apache.tomcat.util.net.SSLHostConfigCertificate;

/**
 * A Tomcat connector whose clients are decided by the policy.
 *
 * <p>Spring's {@code server.ssl.*} and SSL bundles hand Tomcat key stores, which Tomcat reads once;
 * this hands it the library's context, which follows every reload.
 */
public final class TomcatTls {

  private TomcatTls() {}

  /** Turns a plain connector into one for HTTPS with client certificates. */
  public static void secure(Connector connector, ServerTls tls) {
    SSLHostConfig host = new SSLHostConfig();
    host.setCertificateVerification("required");
    SSLHostConfigCertificate certificate =
        new SSLHostConfigCertificate(host, SSLHostConfigCertificate.Type.UNDEFINED);
    certificate.setSslContext(new Context(tls));
    host.addCertificate(certificate);
    connector.setScheme("https");
    connector.setSecure(true);
    connector.addSslHostConfig(host);
    ((AbstractHttp11Protocol<?>) connector.getProtocolHandler()).setSSLEnabled(true);
  }

  /** Tomcat's own interface over the library's context. */
  private record Context(ServerTls tls) implements SSLContext {

    @Override
    public void init(KeyManager[] keys, TrustManager[] trust, SecureRandom random) {}

    @Override
    public void destroy() {}

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
    public X509Certificate[] getCertificateChain(String alias) {
      return tls.keyManager().getCertificateChain(alias);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return tls.trustManager().getAcceptedIssuers();
    }
  }
}
