package io.bartizan.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.bartizan.mtls.ClientTls;
import io.bartizan.mtls.HandshakeEvent;
import io.bartizan.mtls.Identity;
import io.bartizan.mtls.PeerIdentity;
import io.bartizan.mtls.PeerPolicy;
import io.bartizan.mtls.Revocation;
import io.bartizan.mtls.TlsListener;
import io.bartizan.mtls.TrustAnchors;
import io.bartizan.testkit.DevCa;
import io.bartizan.testkit.DevCertificate;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.IdentityCipherSuiteFilter;
import io.netty.handler.ssl.JdkSslContext;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.http.client.ClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.HttpClientSettings;
import org.springframework.boot.http.client.reactive.ClientHttpConnectorBuilder;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.reactive.ClientHttpConnector;
import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.web.client.RestClient;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.netty.http.client.HttpClient;

/** Spring's clients on a bundle of {@code bartizan.mtls}, and a server that becomes denied. */
@Tag("deep")
class MtlsClientsIT {

  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final DevCa ca = DevCa.of("Prod");
  private final DevCertificate server = ca.leaf("shop").dns("localhost").forServer().issue();

  /** Whether each accepted handshake resumed a session. */
  private final Queue<Boolean> resumed = new ConcurrentLinkedQueue<>();

  @TempDir Path folder;
  private HttpsServer shop;

  /** A client of Spring, as Spring Boot makes it of a bundle; the last as the guide says. */
  enum Kind {
    REST_ON_JDK {
      @Override
      Calls calls(ClientTls tls) {
        return rest(ClientHttpRequestFactoryBuilder.jdk().build(settings(tls)));
      }
    },
    REST_ON_JETTY {
      @Override
      Calls calls(ClientTls tls) {
        return rest(ClientHttpRequestFactoryBuilder.jetty().build(settings(tls)));
      }
    },
    REST_ON_APACHE {
      @Override
      Calls calls(ClientTls tls) {
        return rest(ClientHttpRequestFactoryBuilder.httpComponents().build(settings(tls)));
      }
    },
    REST_ON_URL_CONNECTION {
      @Override
      Calls calls(ClientTls tls) {
        return rest(ClientHttpRequestFactoryBuilder.simple().build(settings(tls)));
      }
    },
    WEB_CLIENT_ON_JDK {
      @Override
      Calls calls(ClientTls tls) {
        ClientHttpConnector jdk = ClientHttpConnectorBuilder.jdk().build(settings(tls));
        return web(WebClient.builder().clientConnector(jdk).build());
      }
    },
    WEB_CLIENT_ON_NETTY {
      @Override
      Calls calls(ClientTls tls) {
        SslBundle bundle = new MtlsBundle("client", tls, () -> {});
        JdkSslContext context =
            new JdkSslContext(
                bundle.createSslContext(),
                true,
                null,
                IdentityCipherSuiteFilter.INSTANCE,
                null,
                ClientAuth.NONE,
                null,
                false);
        HttpClient http = HttpClient.create().secure(spec -> spec.sslContext(context));
        WebClient client =
            WebClient.builder().clientConnector(new ReactorClientHttpConnector(http)).build();
        return web(client);
      }
    };

    abstract Calls calls(ClientTls tls);
  }

  /** Gets a text. */
  private interface Calls extends AutoCloseable {
    String get(String uri);

    @Override
    default void close() throws Exception {}
  }

  private static HttpClientSettings settings(ClientTls tls) {
    SslBundle bundle = new MtlsBundle("client", tls, () -> {});
    return HttpClientSettings.ofSslBundle(bundle);
  }

  private static Calls rest(ClientHttpRequestFactory factory) {
    RestClient client = RestClient.builder().requestFactory(factory).build();
    return new Calls() {
      @Override
      public String get(String uri) {
        return String.valueOf(client.get().uri(uri).retrieve().body(String.class));
      }

      @Override
      public void close() throws Exception {
        if (factory instanceof DisposableBean bean) {
          bean.destroy();
        }
      }
    };
  }

  private static Calls web(WebClient client) {
    return uri ->
        String.valueOf(client.get().uri(uri).retrieve().bodyToMono(String.class).block(LIMIT));
  }

  /** Blanks apart, as a guide breaks lines elsewhere. */
  private static String dense(String text) {
    return text.replaceAll("\\s+", "");
  }

  @Test
  void contextOfTheGuide_isTheOneTestedHere() throws Exception {
    Path root = Path.of(System.getProperty("bartizan.root", ".."));
    String page = Files.readString(root.resolve("docs/frameworks/spring-boot.md"));
    String fence = page.split("```java\n", -1)[1].split("```", -1)[0];
    assertThat(fence).contains("JdkSslContext");
    assertThat(
            dense(
                Files.readString(
                    root.resolve(
                        "security-spring/src/test/java/io/bartizan/spring/MtlsClientsIT.java"))))
        .contains(dense(fence));
  }

  /** A stranger's server, which resumes sessions and keeps no connection. */
  @BeforeEach
  void start() throws Exception {
    shop = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
    shop.setHttpsConfigurator(new HttpsConfigurator(FifteenLinesIT.contextOf(server)));
    shop.createContext(
        "/",
        exchange -> {
          exchange.getResponseHeaders().set("Connection", "close");
          exchange.getResponseHeaders().set("Content-Type", "text/plain");
          exchange.sendResponseHeaders(200, 4);
          exchange.getResponseBody().write(new byte[] {'o', 'p', 'e', 'n'});
          exchange.close();
        });
    shop.start();
  }

  @AfterEach
  void stop() {
    shop.stop(0);
  }

  private String uri() {
    return "https://localhost:" + shop.getAddress().getPort() + "/";
  }

  private ClientTls client(Path denied) {
    DevCertificate own = ca.leaf("web").dns("web.internal").forClient().issue();
    return ClientTls.builder(
            Identity.of(own.privateKey(), own.chain()),
            TrustAnchors.of(List.of(ca.certificate())),
            PeerPolicy.requestedHost())
        .withRevocation(Revocation.none().withDenyList(denied))
        .withListener(
            new TlsListener() {
              @Override
              public void decided(HandshakeEvent event) {
                if (event.outcome().isAccepted()) {
                  resumed.add(event.resumed());
                }
              }
            })
        .build();
  }

  private void deny(Path denied, ClientTls tls) throws Exception {
    Files.writeString(
        denied, PeerIdentity.withoutVerification(server.certificate()).spkiPin() + "\n");
    assertThat(tls.reload()).isTrue();
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void resumption_ofAServerThatIsDeniedMeanwhile_isRefused(Kind kind) throws Exception {
    Path denied = Files.createFile(folder.resolve("denied.txt"));
    try (ClientTls tls = client(denied);
        Calls calls = kind.calls(tls)) {
      assertThat(List.of(calls.get(uri()), calls.get(uri()))).containsOnly("open");
      assertThat(resumed).containsExactly(false, true);

      deny(denied, tls);
      for (int i = 0; i < 2; i++) {
        assertThat(catchThrowable(() -> calls.get(uri())))
            .hasStackTraceContaining(SSLException.class.getPackageName())
            .hasStackTraceContaining("is on the deny-list");
      }
    }
  }

  /**
   * What the guide warns of: Spring Boot gives Reactor Netty the bundle's two managers, of which
   * none is asked when a session is resumed.
   */
  @Test
  void managersAlone_inReactorNetty_decideFullHandshakesOnly() throws Exception {
    Path denied = Files.createFile(folder.resolve("denied.txt"));
    try (ClientTls tls = client(denied);
        Calls calls = rest(ClientHttpRequestFactoryBuilder.reactor().build(settings(tls)))) {
      assertThat(calls.get(uri())).isEqualTo("open");
      deny(denied, tls);
      assertThat(calls.get(uri())).as("resumed").isEqualTo("open");
    }
    try (ClientTls tls = client(denied);
        Calls calls = rest(ClientHttpRequestFactoryBuilder.reactor().build(settings(tls)))) {
      assertThat(catchThrowable(() -> calls.get(uri())))
          .hasStackTraceContaining("is on the deny-list");
    }
  }
}
