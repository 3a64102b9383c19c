package io.bartizan.spring;

import io.bartizan.mtls.ServerTls;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.IdentityCipherSuiteFilter;
import io.netty.handler.ssl.JdkSslContext;
import java.util.List;
import javax.net.ssl.SSLParameters;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.springframework.boot.jetty.ConfigurableJettyWebServerFactory;
import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.tomcat.ConfigurableTomcatWebServerFactory;
import org.springframework.boot.web.server.AbstractConfigurableWebServerFactory;
import org.springframework.boot.web.server.ConfigurableWebServerFactory;
import org.springframework.boot.web.server.Http2;
import org.springframework.util.ClassUtils;
import reactor.netty.http.server.HttpServer;

/**
 * The servers as Spring Boot 4 starts them; the classes of each are read only if they are there.
 */
final class ServersOfBoot4 {

  private ServersOfBoot4() {}

  /** False if it is another server. */
  static boolean secure(ConfigurableWebServerFactory factory, ServerTls tls) {
    return (isThere("tomcat.ConfigurableTomcatWebServerFactory") && Tomcat.secure(factory, tls))
        || (isThere("jetty.ConfigurableJettyWebServerFactory") && Jetty.secure(factory, tls))
        || (isThere("reactor.netty.NettyReactiveWebServerFactory") && Netty.secure(factory, tls));
  }

  private static boolean isThere(String name) {
    return ClassUtils.isPresent(
        "org.springframework.boot." + name, ServersOfBoot4.class.getClassLoader());
  }

  /** Whether HTTP/2 is offered by ALPN. */
  static boolean speaksHttp2(ConfigurableWebServerFactory factory) {
    if (factory instanceof AbstractConfigurableWebServerFactory own) {
      Http2 http2 = own.getHttp2();
      return http2 != null && http2.isEnabled();
    }
    return false;
  }

  private static final class Tomcat {
    static boolean secure(ConfigurableWebServerFactory factory, ServerTls tls) {
      if (factory instanceof ConfigurableTomcatWebServerFactory tomcat) {
        tomcat.addConnectorCustomizers(connector -> TomcatTls.secure(connector, tls));
        return true;
      }
      return false;
    }
  }

  private static final class Jetty {
    static boolean secure(ConfigurableWebServerFactory factory, ServerTls tls) {
      if (factory instanceof ConfigurableJettyWebServerFactory jetty) {
        jetty.addServerCustomizers(server -> JettyTls.secure(server, tls));
        return true;
      }
      return false;
    }
  }

  private static final class Netty {
    static boolean secure(ConfigurableWebServerFactory factory, ServerTls tls) {
      if (factory instanceof NettyReactiveWebServerFactory netty) {
        boolean http2 = speaksHttp2(factory);
        netty.addServerCustomizers(server -> NettyTls.secure(server, tls, http2));
        return true;
      }
      return false;
    }
  }

  /** Jetty of either Spring Boot, which has made its connectors for HTTPS. */
  static final class JettyTls {

    private JettyTls() {}

    /** The library's context in the place of one that Jetty would make from key stores. */
    static void secure(Server server, ServerTls tls) {
      for (Connector connector : server.getConnectors()) {
        SslConnectionFactory connections =
            connector.getConnectionFactory(SslConnectionFactory.class);
        if (connections != null) {
          SslContextFactory.Server factory = connections.getSslContextFactory();
          factory.setSslContext(tls.sslContext());
          factory.setNeedClientAuth(true);
        }
      }
    }
  }

  /** Reactor Netty of either Spring Boot. */
  static final class NettyTls {

    private NettyTls() {}

    /** The library's context in the place of one that Netty would make from two managers. */
    static HttpServer secure(HttpServer server, ServerTls tls, boolean http2) {
      SSLParameters floor = tls.sslContext().getDefaultSSLParameters();
      JdkSslContext context =
          new JdkSslContext(
              tls.sslContext(),
              false,
              List.of(floor.getCipherSuites()),
              IdentityCipherSuiteFilter.INSTANCE,
              new ApplicationProtocolConfig(
                  Protocol.ALPN,
                  SelectorFailureBehavior.NO_ADVERTISE,
                  SelectedListenerFailureBehavior.ACCEPT,
                  http2 ? List.of("h2", "http/1.1") : List.of("http/1.1")),
              ClientAuth.REQUIRE,
              floor.getProtocols(),
              false);
      return server.secure(spec -> spec.sslContext(context));
    }
  }
}
