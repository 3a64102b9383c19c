package io.bartizan.examples.springboot;

import io.bartizan.mtls.PeerIdentity;
import io.bartizan.mtls.ServerTls;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RestController;

/** A Spring Boot service that greets its peer by its identity; the {@link ServerTls} is a bean. */
@SpringBootConfiguration
@EnableAutoConfiguration
@RestController
public class BillingApplication {

  @Bean
  static WebServerFactoryCustomizer<TomcatServletWebServerFactory> mutualTls(ServerTls tls) {
    return factory ->
        factory.addConnectorCustomizers(connector -> TomcatTls.secure(connector, tls));
  }

  /** Tomcat gives the certificates of the handshake, not its session. */
  @GetMapping("/")
  ResponseEntity<String> hello(
      @RequestAttribute("jakarta.servlet.request.X509Certificate") X509Certificate[] chain)
      throws SSLPeerUnverifiedException {
    PeerIdentity caller = PeerIdentity.withoutVerification(chain[0]);
    return caller
        .spiffeId()
        .map(id -> ResponseEntity.ok("hello " + id))
        .orElseGet(() -> ResponseEntity.status(HttpStatus.FORBIDDEN).body("no SPIFFE ID"));
  }
}
