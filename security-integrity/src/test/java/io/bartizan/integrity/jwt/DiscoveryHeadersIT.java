package io.bartizan.integrity.jwt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** TK-06: whose servers see the fields of {@code withHeader}, where a document names the keys. */
class DiscoveryHeadersIT {

  private static final String SET =
      "{\"keys\":[" + EcJwk.of(Keys.publicKey(JwsAlgorithm.ES256), "a") + "]}";

  private final List<String> atIssuer = Collections.synchronizedList(new ArrayList<>());
  private final List<String> elsewhere = Collections.synchronizedList(new ArrayList<>());
  private JwksServer issuer;
  private HttpServer other;

  @BeforeEach
  void start() throws Exception {
    issuer = new JwksServer();
    other = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    other.createContext(
        "/",
        exchange -> {
          try (exchange) {
            elsewhere.add("" + exchange.getRequestHeaders().getFirst("Authorization"));
            JwksServer.send(exchange, 200, SET.getBytes(UTF_8));
          }
        });
    other.start();
  }

  @AfterEach
  void stop() {
    issuer.close();
    other.stop(0);
  }

  private URI otherKeys() {
    return URI.create("http://localhost:" + other.getAddress().getPort() + "/keys");
  }

  private String name() {
    return issuer.uri().resolve("/issuer").toString();
  }

  private RemoteJwks.Builder strictKeysAt(URI where) {
    issuer.answer(
        exchange -> {
          atIssuer.add("" + exchange.getRequestHeaders().getFirst("Authorization"));
          boolean document = exchange.getRequestURI().getPath().startsWith("/issuer/");
          String body =
              document ? "{\"issuer\":\"" + name() + "\",\"jwks_uri\":\"" + where + "\"}" : SET;
          JwksServer.send(exchange, 200, body.getBytes(UTF_8));
        });
    return RemoteJwks.builder(issuer.client(), URI.create(name()))
        .withDiscovery()
        .withTimeout(Duration.ofSeconds(30));
  }

  private RemoteJwks.Builder keysAt(URI where) {
    return strictKeysAt(where).plainHttpOnLoopback().withHeader("Authorization", "Bearer s3cr3t");
  }

  @Test
  void TK06_builderThatGoesOn_changesNoSourceThatWasBuilt() {
    RemoteJwks.Builder builder = strictKeysAt(otherKeys());
    try (RemoteJwks first = builder.build();
        RemoteJwks later =
            builder
                .plainHttpOnLoopback()
                .withHeader("Authorization", "Bearer s3cr3t")
                .withHeadersAlsoTo(otherKeys().resolve("/"))
                .build()) {
      assertThat(first.load()).as("keys over plain http").isFalse();
      assertThat(elsewhere).isEmpty();
      assertThat(atIssuer).containsExactly("null");
      assertThat(later.load()).as(later.health().detail()).isTrue();
      assertThat(elsewhere).containsExactly("Bearer s3cr3t");
    }
  }

  @Test
  void TK06_keysAtTheIssuersOrigin_areAskedForWithTheFields() {
    try (RemoteJwks keys = keysAt(issuer.uri()).build()) {
      assertThat(keys.load()).as(keys.health().detail()).isTrue();
      assertThat(atIssuer).containsExactly("Bearer s3cr3t", "Bearer s3cr3t");
    }
  }

  @Test
  void TK06_keysAtAnotherOrigin_areAskedForWithoutTheFields() {
    try (RemoteJwks keys = keysAt(otherKeys()).build()) {
      assertThat(keys.load()).as(keys.health().detail()).isTrue();
      assertThat(elsewhere).containsExactly("null");
      assertThat(atIssuer).containsExactly("Bearer s3cr3t");
    }
  }

  @Test
  void TK06_anotherOriginThatIsAllowed_getsTheFields() {
    URI origin = otherKeys().resolve("/");
    try (RemoteJwks keys = keysAt(otherKeys()).withHeadersAlsoTo(origin).build()) {
      assertThat(keys.load()).as(keys.health().detail()).isTrue();
      assertThat(elsewhere).containsExactly("Bearer s3cr3t");
    }
    for (String bad : List.of("ftp://x/", "/openid", "https://u:p@x/")) {
      assertThatIllegalArgumentException()
          .as(bad)
          .isThrownBy(() -> keysAt(otherKeys()).withHeadersAlsoTo(URI.create(bad)));
    }
  }

  @Test
  void TK06_origin_isSchemeHostAndPort() {
    assertThat(HttpKeys.origin(URI.create("HTTPS://Issuer.Example/x")))
        .isEqualTo(HttpKeys.origin(URI.create("https://issuer.example:443/y?z")));
    for (String other :
        List.of(
            "http://issuer.example",
            "https://issuer.example:8443",
            "https://issuer.example.evil",
            "https://x.issuer.example")) {
      assertThat(HttpKeys.origin(URI.create(other)))
          .isNotEqualTo(HttpKeys.origin(URI.create("https://issuer.example")));
    }
  }
}
