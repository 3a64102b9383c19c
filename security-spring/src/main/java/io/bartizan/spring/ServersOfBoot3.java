package io.bartizan.spring;

import io.bartizan.mtls.ServerTls;
import java.lang.reflect.Array;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.function.UnaryOperator;
import org.apache.catalina.connector.Connector;
import org.eclipse.jetty.server.Server;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.web.server.ConfigurableWebServerFactory;
import org.springframework.util.ClassUtils;
import reactor.netty.http.server.HttpServer;

/**
 * The servers as Spring Boot 3.5 starts them, through reflection: what is compiled against Spring
 * Boot 4 can't name the classes that were moved.
 */
final class ServersOfBoot3 {

  private static final String PACKAGE = "org.springframework.boot.web.embedded.";

  private ServersOfBoot3() {}

  /** False if it is another server. */
  static boolean secure(ConfigurableWebServerFactory factory, ServerTls tls) {
    boolean http2 = ServersOfBoot4.speaksHttp2(factory);
    return customized(
            factory,
            "tomcat.ConfigurableTomcatWebServerFactory",
            "tomcat.TomcatConnectorCustomizer",
            "addConnectorCustomizers",
            connector -> {
              TomcatTls.secure((Connector) connector, tls);
              return connector;
            })
        || customized(
            factory,
            "jetty.ConfigurableJettyWebServerFactory",
            "jetty.JettyServerCustomizer",
            "addServerCustomizers",
            server -> {
              ServersOfBoot4.JettyTls.secure((Server) server, tls);
              return server;
            })
        || customized(
            factory,
            "netty.NettyReactiveWebServerFactory",
            "netty.NettyServerCustomizer",
            "addServerCustomizers",
            server -> ServersOfBoot4.NettyTls.secure((HttpServer) server, tls, http2));
  }

  private static boolean customized(
      ConfigurableWebServerFactory factory,
      String type,
      String customizerType,
      String add,
      UnaryOperator<Object> work) {
    ClassLoader loader = factory.getClass().getClassLoader();
    try {
      Class<?> server = ClassUtils.forName(PACKAGE + type, loader);
      Class<?> customizer = ClassUtils.forName(PACKAGE + customizerType, loader);
      if (!server.isInstance(factory)) {
        return false;
      }
      Object customizers = Array.newInstance(customizer, 1);
      Array.set(customizers, 0, customizer(loader, customizer, work));
      server.getMethod(add, customizers.getClass()).invoke(factory, customizers);
      return true;
    } catch (ClassNotFoundException | NoClassDefFoundError e) {
      return false; // the server's own jars are not there
    } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException("Spring Boot's server can't be given the TLS context", e);
    }
  }

  /** Its one method takes the connector or server; only that of Netty gives one back. */
  private static Object customizer(
      ClassLoader loader, Class<?> customizer, UnaryOperator<Object> work) {
    return Proxy.newProxyInstance(
        loader,
        new Class<?>[] {customizer},
        (proxy, method, arguments) -> {
          switch (method.getName()) {
            case "customize", "apply" -> {
              return given(method.getReturnType(), work.apply(arguments[0]));
            }
            case "hashCode" -> {
              return System.identityHashCode(proxy);
            }
            case "equals" -> {
              return proxy == arguments[0];
            }
            default -> {
              return "bartizan.mtls";
            }
          }
        });
  }

  private static @Nullable Object given(Class<?> type, Object result) {
    return type == void.class ? null : result;
  }
}
