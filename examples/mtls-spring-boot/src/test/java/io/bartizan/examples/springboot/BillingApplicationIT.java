package io.bartizan.examples.springboot;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.mtls.ClientTls;
import io.bartizan.mtls.Identity;
import io.bartizan.mtls.PeerPolicy;
import io.bartizan.mtls.ServerTls;
import io.bartizan.mtls.TrustAnchors;
import io.bartizan.testkit.PeerTrial;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

@Tag("deep")
class BillingApplicationIT {

  private static final String DNS = "billing.internal";
  private static final String SPIFFE = "spiffe://prod.example/billing";

  @Test
  void service_inSpringBoot_servesTheGoodClientAlone() throws Exception {
    PeerTrial trial = PeerTrial.of(DNS, SPIFFE);
    PeerPolicy policy = PeerPolicy.anyOf(PeerPolicy.dns(DNS), PeerPolicy.spiffeId(SPIFFE));
    TrustAnchors anchors = TrustAnchors.of(trial.roots());
    try (ServerTls tls =
            ServerTls.of(
                Identity.of(trial.goodServer().privateKey(), trial.goodServer().chain()),
                anchors,
                policy);
        ClientTls client =
            ClientTls.of(
                Identity.of(trial.goodClient().privateKey(), trial.goodClient().chain()),
                anchors,
                policy);
        ConfigurableApplicationContext application =
            new SpringApplicationBuilder(BillingApplication.class)
                .initializers(context -> context.getBeanFactory().registerSingleton("tls", tls))
                .logStartupInfo(false)
                .run("--server.port=0", "--server.address=127.0.0.1")) {
      int port =
          application.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
      assertThat(trial.clientsServedBy(port)).isEmpty();
      HttpClient http =
          HttpClient.newBuilder()
              .sslContext(client.sslContext())
              .version(HttpClient.Version.HTTP_1_1)
              .build();
      URI uri = URI.create("https://localhost:" + port + "/");
      assertThat(
              http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
                  .body())
          .isEqualTo("hello " + SPIFFE);
    }
  }
}
