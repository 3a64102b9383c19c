package io.bartizan.spring;

import org.springframework.boot.actuate.autoconfigure.web.ManagementContextConfiguration;
import org.springframework.boot.actuate.autoconfigure.web.ManagementContextType;
import org.springframework.boot.web.server.ConfigurableWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.env.Environment;

/**
 * The server of {@code management.server.port}, which none of the application's customizers
 * reaches: Spring Boot alone would serve a bundle there and, on Reactor Netty, ask no client for a
 * certificate.
 */
@ManagementContextConfiguration(value = ManagementContextType.CHILD, proxyBeanMethods = false)
@Conditional(OnSettings.Mtls.class)
final class BartizanManagementConfiguration {

  private static final String BUNDLE = "management.server.ssl.bundle";

  BartizanManagementConfiguration() {}

  @Bean
  WebServerFactoryCustomizer<ConfigurableWebServerFactory> bartizanManagementTls(
      MtlsBundles bundles, Environment environment) {
    return BartizanMtlsAutoConfiguration.Server.of(bundles, environment, BUNDLE);
  }
}
