package io.bartizan.adapters.jaxrs;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import io.bartizan.testkit.DevCertificate;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.PreMatching;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.TrustManagerFactory;
import org.glassfish.jersey.jdkhttp.JdkHttpHandlerContainer;
import org.glassfish.jersey.server.ContainerFactory;
import org.glassfish.jersey.server.ResourceConfig;

/** On the JDK's server, which tells its connections as docs/frameworks/jax-rs.md shows. */
class JerseyOnJdkIT extends JaxrsContract {

  private static final ThreadLocal<HttpExchange> EXCHANGE = new ThreadLocal<>();
  private HttpServer server;

  @PreMatching
  private static final class ExchangeConnection implements ContainerRequestFilter {
    @Override
    public void filter(ContainerRequestContext request) {
      HttpExchange asked = EXCHANGE.get();
      InetAddress address = asked.getRemoteAddress().getAddress();
      request.setProperty(Connection.PROPERTY, Connection.of(address, certificate(asked)));
    }
  }

  private static X509Certificate certificate(HttpExchange asked) {
    try {
      return asked instanceof HttpsExchange https
          ? (X509Certificate) https.getSSLSession().getPeerCertificates()[0]
          : null;
    } catch (SSLPeerUnverifiedException e) {
      return null;
    }
  }

  @Override
  ResourceConfig told(Guards guards) {
    return new ResourceConfig()
        .register(new ExchangeConnection(), Guards.PRIORITY - 1)
        .register(guards);
  }

  @Override
  int start(DevCertificate own, ResourceConfig application) throws Exception {
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    server = own == null ? HttpServer.create(any, 0) : secure(HttpsServer.create(any, 0), own);
    HttpHandler jersey =
        ContainerFactory.createContainer(JdkHttpHandlerContainer.class, application);
    server.createContext(
        "/",
        asked -> {
          EXCHANGE.set(asked);
          jersey.handle(asked);
        });
    server.setExecutor(threads);
    server.start();
    return server.getAddress().getPort();
  }

  private HttpServer secure(HttpsServer https, DevCertificate own) throws Exception {
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(own.keyStore(PASSWORD), PASSWORD);
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(ca.trustStore());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    https.setHttpsConfigurator(
        new HttpsConfigurator(context) {
          @Override
          public void configure(HttpsParameters parameters) {
            SSLParameters wanted = context.getDefaultSSLParameters();
            wanted.setWantClientAuth(true);
            parameters.setSSLParameters(wanted);
          }
        });
    return https;
  }

  @Override
  protected void stop() {
    if (server != null) {
      server.stop(0);
    }
    threads.shutdownNow();
  }
}
