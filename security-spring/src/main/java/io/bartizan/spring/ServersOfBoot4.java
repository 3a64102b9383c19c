package io.bartizan.spring;

import io.bartizan.mtls.ServerTls;
import org.springframework.boot.tomcat.ConfigurableTomcatWebServerFactory;
import org.springframework.boot.web.server.ConfigurableWebServerFactory;

/** Tomcat as Spring Boot 4 starts it; its classes are read only if they are there. */
final class TomcatOfBoot4 {

  private TomcatOfBoot4() {}

  /** False if it is another server. */
  static boolean secure(ConfigurableWebServerFactory factory, ServerTls tls) {
    if (factory instanceof ConfigurableTomcatWebServerFactory tomcat) {
      tomcat.addConnectorCustomizers(connector -> TomcatTls.secure(connector, tls));
      return true;
    }
    return false;
  }
}
