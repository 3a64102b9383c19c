package io.bartizan.adapters.servlet;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import java.nio.file.Path;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.catalina.Context;
import org.apache.catalina.Wrapper;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;
import org.apache.coyote.http11.AbstractHttp11Protocol;
import org.apache.tomcat.util.descriptor.web.ErrorPage;
import org.apache.tomcat.util.descriptor.web.FilterDef;
import org.apache.tomcat.util.descriptor.web.FilterMap;
import org.apache.tomcat.util.net.SSLHostConfig;
import org.apache.tomcat.util.net.SSLHostConfigCertificate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

class TomcatServletIT extends ServletContract {

  @TempDir Path folder;

  private final Logger log = Logger.getLogger("org.apache");

  @BeforeEach
  void quiet() {
    log.setLevel(Level.SEVERE);
  }

  @Override
  Container start(App servlet, boolean tls, List<Filter> filters) throws Exception {
    Tomcat tomcat = new Tomcat();
    tomcat.setBaseDir(folder.toString());
    Connector connector = new Connector();
    connector.setPort(0);
    connector.setProperty("address", "127.0.0.1");
    connector.setProperty("maxHttpRequestHeaderSize", "65536");
    if (tls) {
      secure(connector);
    }
    tomcat.setConnector(connector);
    Context context = tomcat.addContext("", null);
    Wrapper app = Tomcat.addServlet(context, "app", servlet);
    app.setAsyncSupported(true);
    for (String path : App.PATHS) {
      app.addMapping(path);
    }
    for (int i = 0; i < filters.size(); i++) {
      FilterDef definition = new FilterDef();
      definition.setFilterName("filter" + i);
      definition.setFilter(filters.get(i));
      definition.setAsyncSupported("true");
      context.addFilterDef(definition);
      FilterMap map = new FilterMap();
      map.setFilterName("filter" + i);
      map.addURLPattern("/*");
      for (DispatcherType type : DispatcherType.values()) {
        map.setDispatcher(type.name());
      }
      context.addFilterMap(map);
    }
    ErrorPage page = new ErrorPage();
    page.setLocation("/error");
    context.addErrorPage(page);
    tomcat.start();
    return new Container() {
      @Override
      public int port() {
        return connector.getLocalPort();
      }

      @Override
      public void close() throws Exception {
        tomcat.stop();
        tomcat.destroy();
      }
    };
  }

  private void secure(Connector connector) throws Exception {
    SSLHostConfig host = new SSLHostConfig();
    host.setCertificateVerification("optional");
    host.setTrustStore(ca.trustStore());
    SSLHostConfigCertificate certificate =
        new SSLHostConfigCertificate(host, SSLHostConfigCertificate.Type.UNDEFINED);
    certificate.setCertificateKeystore(own.keyStore(PASSWORD));
    certificate.setCertificateKeystorePassword(new String(PASSWORD));
    host.addCertificate(certificate);
    connector.setScheme("https");
    connector.setSecure(true);
    connector.addSslHostConfig(host);
    ((AbstractHttp11Protocol<?>) connector.getProtocolHandler()).setSSLEnabled(true);
  }
}
