package io.bartizan.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** The trial finds who looks at nothing, and who refuses everyone. */
class PeerTrialIT {

  private final PeerTrial trial = PeerTrial.of("billing.internal", "spiffe://prod.example/billing");

  @Test
  void server_thatLooksAtNothing_servesNearlyAll() {
    try (RogueServer open = RogueServer.showing(trial.goodServer())) {
      assertThat(trial.clientsServedBy(open.port()))
          .contains(BadCertificate.EXPIRED, BadCertificate.OTHER_ROOT, BadCertificate.CA_AS_LEAF)
          .hasSizeGreaterThan(60);
    }
  }

  @Test
  void client_thatLooksAtNothing_asksNearlyAll() {
    assertThat(
            trial.serversAskedBy(
                port -> {
                  if (!RogueClient.showing(trial.goodClient()).isServedBy(port)) {
                    throw new IOException("refused");
                  }
                }))
        .contains(BadCertificate.EXPIRED, BadCertificate.OTHER_ROOT, BadCertificate.CA_AS_LEAF)
        .hasSizeGreaterThan(60);
  }

  @Test
  void stack_thatRefusesEveryone_failsTheTrial() {
    assertThatThrownBy(
            () ->
                trial.serversAskedBy(
                    port -> {
                      throw new IOException("never");
                    }))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the good server is not asked");
    int closed;
    try (RogueServer once = RogueServer.showing(trial.goodServer())) {
      closed = once.port();
    }
    assertThatThrownBy(() -> trial.clientsServedBy(closed))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the good client is not served");
  }
}
