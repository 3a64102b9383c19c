package io.bartizan.integrity.attest.oci;

import static io.bartizan.integrity.Refusals.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.bartizan.integrity.http.RetryRule;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is the registry's fault and asked again, and what is this machine's and is not. */
@Timeout(60)
class RegistryClientTest {

  private final AtomicInteger asked = new AtomicInteger();
  private HttpServer server;
  private URI address;
  private RegistryClient client;
  private boolean whole = true;

  @BeforeEach
  void start() throws Exception {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          asked.incrementAndGet();
          exchange.sendResponseHeaders(200, 10);
          exchange.getResponseBody().write(new byte[whole ? 10 : 4]);
          exchange.getResponseBody().flush(); // else the client itself asks twice on JDK 25
          exchange.close();
        });
    server.start();
    address = URI.create("http://localhost:" + server.getAddress().getPort() + "/");
    client =
        new RegistryClient(
            HttpClient.newHttpClient(),
            any -> true,
            3,
            new RetryRule(
                Duration.ofMillis(1), Duration.ofMillis(1), InstantSource.system(), pause -> {}),
            Duration.ofSeconds(20),
            new RegistryLogin(address, "app", "", null, any -> true));
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private byte[] get(RegistryClient.Reader<byte[]> reader) throws IOException {
    return client.get(address, "*/*", Duration.ofSeconds(20), reader);
  }

  @Test
  void bodyThatBreaksOff_isAskedForAgain() throws Exception {
    whole = false;
    refused(OciReason.REGISTRY_UNAVAILABLE, () -> get(answer -> answer.body().readAllBytes()));
    assertThat(asked).hasValue(3);
    whole = true;
    assertThat(get(answer -> answer.body().readAllBytes())).hasSize(10);
  }

  @Test
  void faultOfTheReadersOwn_isToldAsItIsAndNotAskedForAgain() {
    IOException full = new IOException("No space left on device");
    assertThatThrownBy(
            () ->
                get(
                    answer -> {
                      byte[] unused = answer.body().readAllBytes();
                      throw full;
                    }))
        .isSameAs(full);
    assertThat(asked).hasValue(1);
  }

  @Test
  void channelThatAnInterruptClosed_isAnInterrupt() {
    assertThatThrownBy(
            () ->
                get(
                    answer -> {
                      throw new ClosedByInterruptException();
                    }))
        .isInstanceOf(InterruptedIOException.class);
    assertThat(asked).hasValue(1);
  }

  @Test
  void builderThatGoesOn_changesNoRegistryThatWasBuilt() throws Exception {
    server.createContext(
        "/v2/",
        exchange -> {
          exchange.getResponseHeaders().set("Location", "http://registry.invalid/manifest");
          exchange.sendResponseHeaders(307, -1);
          exchange.close();
        });
    OciRegistry.Builder builder =
        OciRegistry.builder(
                HttpClient.newHttpClient(),
                ImageReference.parse("localhost:" + address.getPort() + "/app"))
            .withAttempts(1)
            .plainHttpOnLoopback();
    OciRegistry first = builder.build();
    OciRegistry later = builder.plainHttp().build();
    refused(OciReason.REDIRECT_REFUSED, () -> first.resolve("latest"));
    refused(OciReason.REGISTRY_UNAVAILABLE, () -> later.resolve("latest"));
  }
}
