package io.bartizan.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;

/** {@link JwtContract} in WebFlux on Reactor Netty. */
class WebFluxJwtIT extends JwtContract {

  WebFluxJwtIT() {
    super(Web.WEBFLUX);
  }

  /** Spring Boot's own bundle, since those of {@code bartizan.mtls.servers} are Tomcat's. */
  @Override
  String mutualTls(Path folder) {
    return """
    spring.ssl.bundle.pem.web:
      keystore: {certificate: %1$s/tls.crt, private-key: %1$s/tls.key}
      truststore.certificate: %1$s/ca.crt
    server.ssl: {bundle: web, client-auth: need}
    """
        .formatted(folder);
  }

  @Override
  Jwt decode(Booted shop, String token) {
    assertThat(shop.beans(JwtDecoder.class)).isEmpty(); // it would wait on the event loop
    return shop.bean(ReactiveJwtDecoder.class).decode(token).block(Duration.ofSeconds(20));
  }
}
