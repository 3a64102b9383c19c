package io.bartizan.mtls;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A sample of the bad kinds against the JDK's {@code HttpsServer} and {@code HttpClient}. */
class BadCertificateHttpIT extends BadCertificateContract {

  @Override
  int step() {
    return 7;
  }

  /** One client for each side, so that a second request may resume the first one's session. */
  private final Map<ClientTls, HttpClient> clients = new ConcurrentHashMap<>();

  @Override
  PeerPolicy expectedName() {
    return PeerPolicy.dns(PeerCast.DNS);
  }

  @Override
  Service serve(ServerTls tls) throws IOException {
    return PeerHttps.ok(tls);
  }

  @Override
  String fetch(ClientTls tls, int port) throws Exception {
    HttpClient client =
        clients.computeIfAbsent(
            tls,
            one ->
                HttpClient.newBuilder()
                    .sslContext(one.sslContext())
                    .version(HttpClient.Version.HTTP_1_1)
                    .build());
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("https://localhost:" + port + "/"))
            .timeout(Duration.ofSeconds(10))
            .build();
    return client.send(request, HttpResponse.BodyHandlers.ofString()).body();
  }
}
