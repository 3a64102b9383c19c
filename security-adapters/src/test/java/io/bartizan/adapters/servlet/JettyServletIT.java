package io.bartizan.adapters.servlet;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import java.util.EnumSet;
import java.util.List;
import org.eclipse.jetty.ee10.servlet.ErrorPageErrorHandler;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;

class JettyServletIT extends ServletContract {

  @Override
  Container start(App servlet, boolean tls, List<Filter> filters) throws Exception {
    Server server = new Server();
    HttpConfiguration http = new HttpConfiguration();
    http.setRequestHeaderSize(65_536);
    ServerConnector connector;
    if (tls) {
      http.addCustomizer(new SecureRequestCustomizer(false));
      SslContextFactory.Server factory = new SslContextFactory.Server();
      factory.setKeyStore(own.keyStore(PASSWORD));
      factory.setKeyStorePassword(new String(PASSWORD));
      factory.setTrustStore(ca.trustStore());
      factory.setWantClientAuth(true);
      connector =
          new ServerConnector(
              server,
              new SslConnectionFactory(factory, "http/1.1"),
              new HttpConnectionFactory(http));
    } else {
      connector = new ServerConnector(server, new HttpConnectionFactory(http));
    }
    connector.setHost("127.0.0.1");
    server.addConnector(connector);
    ServletContextHandler context = new ServletContextHandler();
    context.setContextPath("/");
    ServletHolder holder = new ServletHolder(servlet);
    holder.setAsyncSupported(true);
    for (String path : App.PATHS) {
      context.addServlet(holder, path);
    }
    for (Filter filter : filters) {
      FilterHolder each = new FilterHolder(filter);
      each.setAsyncSupported(true);
      context.addFilter(each, "/*", EnumSet.allOf(DispatcherType.class));
    }
    ErrorPageErrorHandler errors = new ErrorPageErrorHandler();
    errors.addErrorPage(400, 599, "/error");
    context.setErrorHandler(errors);
    server.setHandler(context);
    server.start();
    return new Container() {
      @Override
      public int port() {
        return connector.getLocalPort();
      }

      @Override
      public void close() throws Exception {
        server.stop();
      }
    };
  }
}
