package io.bartizan.spring;

import io.bartizan.mtls.ServerTls;
import java.lang.reflect.Array;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import org.apache.catalina.connector.Connector;
import org.springframework.boot.web.server.ConfigurableWebServerFactory;
import org.springframework.util.ClassUtils;

/**
 * Tomcat as Spring Boot 3.5 starts it, through reflection: what is compiled against Spring Boot 4
 * can't name the classes that were moved.
 */
final class TomcatOfBoot3 {

  private static final String PACKAGE = "org.springframework.boot.web.embedded.tomcat.";

  private TomcatOfBoot3() {}

  /** False if it is another server. */
  static boolean secure(ConfigurableWebServerFactory factory, ServerTls tls) {
    ClassLoader loader = factory.getClass().getClassLoader();
    try {
      Class<?> tomcat = ClassUtils.forName(PACKAGE + "ConfigurableTomcatWebServerFactory", loader);
      Class<?> customizer = ClassUtils.forName(PACKAGE + "TomcatConnectorCustomizer", loader);
      if (!tomcat.isInstance(factory)) {
        return false;
      }
      Object customizers = Array.newInstance(customizer, 1);
      Array.set(
          customizers,
          0,
          Proxy.newProxyInstance(
              loader,
              new Class<?>[] {customizer},
              (proxy, method, arguments) -> {
                if (method.getName().equals("customize")) {
                  TomcatTls.secure((Connector) arguments[0], tls);
                  return null;
                }
                return switch (method.getName()) {
                  case "hashCode" -> System.identityHashCode(proxy);
                  case "equals" -> proxy == arguments[0];
                  default -> "TomcatTls";
                };
              }));
      tomcat
          .getMethod("addConnectorCustomizers", customizers.getClass())
          .invoke(factory, customizers);
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException("Spring Boot's Tomcat can't be given the TLS context", e);
    }
  }
}
