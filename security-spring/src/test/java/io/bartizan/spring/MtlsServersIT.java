package io.bartizan.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bartizan.testkit.DevCa;
import io.bartizan.testkit.DevCertificate;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;

/** A server's bundle verifies clients wherever it is, or says that it verifies nobody. */
class MtlsServersIT {

  private static final String IDLE = "SSL bundle web of bartizan.mtls.servers: no server has it";

  @TempDir Path folder;

  private DevCertificate web;
  private DevCertificate client;

  @BeforeEach
  void files() throws IOException {
    DevCa ca = DevCa.of("Prod");
    web = ca.leaf("web").dns("localhost").forServer().forClient().issue();
    client = FifteenLinesIT.client(ca, "spiffe://prod.example/cart");
    Files.writeString(folder.resolve("tls.crt"), web.chainPem());
    Files.writeString(folder.resolve("tls.key"), web.privateKeyPem());
    Files.writeString(folder.resolve("ca.crt"), web.rootPem());
  }

  /** As Spring gRPC makes it, whose {@code client-auth} is none if it is left out. */
  @Test
  void managersOfABundle_inAServerThatRequiresNoCertificate_serveNobody() throws Exception {
    try (Booted shop = Booted.plain(folder, bundle("web"))) {
      SslBundle bundle = shop.bean(SslBundles.class).getBundle("web");
      SSLContext server = SSLContext.getInstance("TLS");
      server.init(
          bundle.getManagers().getKeyManagers(), bundle.getManagers().getTrustManagers(), null);
      SSLContext known = FifteenLinesIT.contextOf(client);
      SSLContext unknown = FifteenLinesIT.contextOf(null, web.root());
      assertThat(isServed(server, true, known)).isTrue();
      assertThat(isServed(server, true, unknown)).isFalse();
      assertThat(isServed(server, false, known)).isFalse();
      assertThat(isServed(server, false, unknown)).isFalse();
    }
  }

  private static boolean isServed(SSLContext server, boolean required, SSLContext client)
      throws Exception {
    try (SSLServerSocket listening =
        (SSLServerSocket)
            server
                .getServerSocketFactory()
                .createServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      listening.setNeedClientAuth(required);
      CompletableFuture<Boolean> served =
          CompletableFuture.supplyAsync(
              () -> {
                try (SSLSocket socket = (SSLSocket) listening.accept()) {
                  socket.setSoTimeout(20_000);
                  socket.startHandshake();
                  socket.getOutputStream().write(1);
                  return true;
                } catch (IOException e) {
                  return false;
                }
              });
      try (SSLSocket socket =
          (SSLSocket)
              client
                  .getSocketFactory()
                  .createSocket(InetAddress.getLoopbackAddress(), listening.getLocalPort())) {
        socket.setSoTimeout(20_000);
        return socket.getInputStream().read() == 1 && served.get();
      } catch (IOException e) {
        return false;
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "grpc | | spring.grpc.server.ssl.client-auth is \"none\": the server of the bundle web",
        "grpc | client-auth: optional | spring.grpc.server.ssl.client-auth is \"optional\"",
        "grpc | {client-auth: require, secure: false} | spring.grpc.server.ssl.secure is \"false\"",
        "rsocket | client-auth: want | spring.rsocket.server.ssl.client-auth is \"want\"",
      })
  void serverThatWouldAskNoPolicy_failsTheStart(String server, String more, String sentence) {
    String yaml = bundle("web") + settings(server, more);
    assertThatThrownBy(() -> Booted.plain(folder, yaml).close()).hasStackTraceContaining(sentence);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "grpc | client-auth: REQUIRE",
        "grpc | enabled: false",
        "rsocket | client-auth: need",
      })
  void serverThatAsksThePolicy_orHasNoTls_starts(String server, String more) throws Exception {
    Booted.plain(folder, bundle("web") + settings(server, more)).close();
  }

  private static String settings(String server, String more) {
    String prefix = "spring." + server + ".server.ssl";
    StringBuilder yaml = new StringBuilder(prefix + ".bundle: web\n");
    for (String each : more == null ? new String[0] : more.replaceAll("[{}]", "").split(", ")) {
      yaml.append(prefix).append('.').append(each).append('\n');
    }
    return yaml.toString();
  }

  @Test
  void bundleThatNoServerHas_isWarnedOf() throws Exception {
    assertThat(log(bundle("web"))).contains(IDLE);
    assertThat(log(bundle("web") + "server.ssl.bundle: web\n")).doesNotContain(IDLE);
    assertThat(log(bundle("web").replace("servers", "clients"))).doesNotContain("no server has it");
  }

  @ParameterizedTest
  @EnumSource(
      value = Web.class,
      names = {"MVC", "WEBFLUX"})
  void serverWhoseTlsIsOff_speaksPlainHttp_andIsWarnedOf(Web framework) throws Exception {
    String yaml = bundle("web") + "server.ssl: {bundle: web, enabled: false}\n";
    try (Booted shop = Booted.plain(framework, folder, yaml)) {
      assertThat(shop.get("/open").body()).isEqualTo("open");
      assertThat(shop.bean(MtlsBundles.class).idleServers()).containsExactly("web");
    }
  }

  /** Of which one would decide for the other's host. */
  @ParameterizedTest
  @CsvSource({"web, other", "web, plain", "plain, other"})
  void bundlesOfHosts_besideAServersBundle_failTheStart(String whole, String host) {
    String yaml =
        bundle("web")
            + bundle("other").replace("prod.example", "test.example")
            + "spring.ssl.bundle.pem.plain.keystore: {certificate: 'file:%s/tls.crt', private-key: 'file:%s/tls.key'}\n"
                .formatted(folder, folder)
            + "server.ssl:\n  bundle: "
            + whole
            + "\n  server-name-bundles: [{server-name: api.localhost, bundle: "
            + host
            + "}]\n";
    for (Web framework : new Web[] {Web.MVC, Web.WEBFLUX}) {
      Throwable failure = catchThrowable(() -> Booted.plain(framework, folder, yaml).close());
      assertThat(failure)
          .hasStackTraceContaining(
              "server.ssl.server-name-bundles is \"api.localhost: " + host + "\"");
    }
  }

  private String bundle(String name) {
    return "bartizan.mtls.servers.%s: {folder: '%s', policy: trustDomain(prod.example)}\n"
        .formatted(name, folder);
  }

  private String log(String yaml) throws Exception {
    return Booted.log(() -> Booted.plain(folder, yaml).close());
  }
}
