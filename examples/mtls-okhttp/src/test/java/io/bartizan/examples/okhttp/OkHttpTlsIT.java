package io.bartizan.examples.okhttp;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.mtls.ClientTls;
import io.bartizan.mtls.Identity;
import io.bartizan.mtls.PeerPolicy;
import io.bartizan.mtls.TrustAnchors;
import io.bartizan.testkit.PeerTrial;
import java.net.InetAddress;
import java.util.List;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("deep")
class OkHttpTlsIT {

  private static final String DNS = "billing.internal";
  private static final String SPIFFE = "spiffe://prod.example/billing";
  private static final PeerTrial TRIAL = PeerTrial.of(DNS, SPIFFE);

  @ParameterizedTest
  @ValueSource(strings = {"requestedHost()", "spiffeId(" + SPIFFE + ")"})
  void client_inOkHttp_asksTheGoodServerAlone(String policy) {
    try (ClientTls tls =
        ClientTls.of(
            Identity.of(TRIAL.goodClient().privateKey(), TRIAL.goodClient().chain()),
            TrustAnchors.of(TRIAL.roots()),
            PeerPolicy.parse(policy))) {
      OkHttpClient client =
          OkHttpTls.client(tls)
              .dns(host -> List.of(InetAddress.getLoopbackAddress()))
              .retryOnConnectionFailure(false)
              .build();
      assertThat(
              TRIAL.serversAskedBy(
                  port -> {
                    Request request =
                        new Request.Builder().url("https://" + DNS + ":" + port + "/").build();
                    try (Response response = client.newCall(request).execute()) {
                      assertThat(response.body().string()).isEqualTo("ok");
                    }
                  }))
          .isEmpty();
      client.dispatcher().executorService().shutdown();
      client.connectionPool().evictAll();
    }
  }
}
