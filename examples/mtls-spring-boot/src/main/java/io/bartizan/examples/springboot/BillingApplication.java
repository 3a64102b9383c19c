package io.bartizan.examples.springboot;

import io.bartizan.mtls.PeerDecision;
import io.bartizan.mtls.ServerTls;
import java.security.cert.X509Certificate;
import java.util.List;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RestController;

/** A Spring Boot service that greets its peer by its identity; the {@link ServerTls} is a bean. */
@SpringBootConfiguration
@EnableAutoConfiguration
@RestController
public class BillingApplication {

  private final ServerTls tls;

  /** Made by Spring. */
  public BillingApplication(ServerTls tls) {
    this.tls = tls;
  }

  @Bean
  static WebServerFactoryCustomizer<TomcatServletWebServerFactory> mutualTls(ServerTls tls) {
    return factory ->
        factory.addConnectorCustomizers(connector -> TomcatTls.secure(connector, tls));
  }

  /** Tomcat gives the chain, not the session; deciding again gives the identity. */
  @GetMapping("/")
  String hello(
      @RequestAttribute("jakarta.servlet.request.X509Certificate") X509Certificate[] chain) {
    return "hello "
        + tls.explain(List.of(chain), null)
            .fold(
                accepted -> accepted.identity().spiffeId().orElse("?"),
                PeerDecision.Rejected::detail);
  }
}
