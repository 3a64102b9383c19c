package io.bartizan.examples.jetty;

import io.bartizan.mtls.PeerIdentity;
import io.bartizan.mtls.ServerTls;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/**
 * A Jetty connector whose clients are decided by the policy.
 *
 * <p>Jetty's own reload is not needed: the one context follows every reload of the library.
 */
public final class JettyTls {

  private JettyTls() {}

  /** A connector for HTTP/1.1, not started. */
  public static ServerConnector connector(Server server, ServerTls tls) {
    SslContextFactory.Server factory = new SslContextFactory.Server();
    factory.setSslContext(tls.sslContext());
    factory.setNeedClientAuth(true);
    HttpConfiguration http = new HttpConfiguration();
    // The library decides about clients, a server's own SNI check is another matter.
    http.addCustomizer(new SecureRequestCustomizer(false));
    return new ServerConnector(
        server, new SslConnectionFactory(factory, "http/1.1"), new HttpConnectionFactory(http));
  }

  /** Who sent the request. */
  public static PeerIdentity peer(Request request) throws SSLPeerUnverifiedException {
    EndPoint.SslSessionData data =
        (EndPoint.SslSessionData) request.getAttribute(EndPoint.SslSessionData.ATTRIBUTE);
    if (data == null) {
      throw new SSLPeerUnverifiedException("the request did not come over TLS");
    }
    return PeerIdentity.of(data.sslSession());
  }
}
