package io.bartizan.examples.jetty;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.mtls.Identity;
import io.bartizan.mtls.PeerPolicy;
import io.bartizan.mtls.ServerTls;
import io.bartizan.mtls.TrustAnchors;
import io.bartizan.testkit.PeerTrial;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("deep")
class JettyTlsIT {

  private static final String DNS = "billing.internal";
  private static final String SPIFFE = "spiffe://prod.example/billing";

  @Test
  void server_inJetty_servesTheGoodClientAlone() throws Exception {
    PeerTrial trial = PeerTrial.of(DNS, SPIFFE);
    AtomicReference<String> caller = new AtomicReference<>();
    Server server = new Server();
    try (ServerTls tls =
        ServerTls.of(
            Identity.of(trial.goodServer().privateKey(), trial.goodServer().chain()),
            TrustAnchors.of(trial.roots()),
            PeerPolicy.anyOf(PeerPolicy.dns(DNS), PeerPolicy.spiffeId(SPIFFE)))) {
      ServerConnector connector = JettyTls.connector(server, tls);
      connector.setHost("127.0.0.1");
      server.addConnector(connector);
      server.setHandler(
          new Handler.Abstract() {
            @Override
            public boolean handle(Request request, Response response, Callback callback)
                throws Exception {
              caller.set(JettyTls.peer(request).spiffeId().orElse("?"));
              Content.Sink.write(response, true, "ok", callback);
              return true;
            }
          });
      server.start();
      assertThat(trial.clientsServedBy(connector.getLocalPort())).isEmpty();
      assertThat(caller).hasValue(SPIFFE);
    } finally {
      server.stop();
    }
  }
}
