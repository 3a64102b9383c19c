package io.bartizan.adapters.jaxrs;

import io.bartizan.testkit.DevCertificate;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.glassfish.jersey.server.ResourceConfig;
import org.glassfish.jersey.servlet.ServletContainer;

/** As a servlet in Jetty. */
class JerseyInJettyIT extends JaxrsContract {

  private final Server server = new Server();

  @Override
  ResourceConfig told(Guards guards) {
    return new ResourceConfig().register(guards.withServletConnection());
  }

  @Override
  int start(DevCertificate own, ResourceConfig application) throws Exception {
    HttpConfiguration http = new HttpConfiguration();
    http.addCustomizer(new SecureRequestCustomizer(false));
    HttpConnectionFactory plain = new HttpConnectionFactory(http);
    ServerConnector connector =
        own == null
            ? new ServerConnector(server, plain)
            : new ServerConnector(server, new SslConnectionFactory(tls(own), "http/1.1"), plain);
    connector.setHost("127.0.0.1");
    server.addConnector(connector);
    ServletContextHandler context = new ServletContextHandler();
    ServletHolder holder = new ServletHolder(new ServletContainer(application));
    holder.setAsyncSupported(true);
    context.addServlet(holder, "/*");
    server.setHandler(context);
    server.start();
    return connector.getLocalPort();
  }

  private SslContextFactory.Server tls(DevCertificate own) throws Exception {
    SslContextFactory.Server factory = new SslContextFactory.Server();
    factory.setKeyStore(own.keyStore(PASSWORD));
    factory.setKeyStorePassword(new String(PASSWORD));
    factory.setTrustStore(ca.trustStore());
    factory.setWantClientAuth(true);
    return factory;
  }

  @Override
  protected void stop() throws Exception {
    server.stop();
    threads.shutdownNow();
  }
}
