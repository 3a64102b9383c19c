package io.bartizan.spring;

import java.nio.file.Path;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;

/** {@link JwtContract} in Spring MVC on Tomcat. */
class JwtIT extends JwtContract {

  JwtIT() {
    super(Web.MVC);
  }

  @Override
  String mutualTls(Path folder) {
    return """
    bartizan.mtls.servers.web: {folder: %s, policy: trustDomain(prod.example)}
    server.ssl.bundle: web
    """
        .formatted(folder);
  }

  @Override
  Jwt decode(Booted shop, String token) {
    return shop.bean(JwtDecoder.class).decode(token);
  }
}
