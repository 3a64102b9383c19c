package io.bartizan.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** The trial finds who looks at nothing, and who refuses everyone. */
class PeerTrialIT {

  private static final PeerTrial TRIAL =
      PeerTrial.of("billing.internal", "spiffe://prod.example/billing");

  @Test
  void server_thatLooksAtNothing_servesNearlyAll() {
    try (RogueServer open = RogueServer.showing(TRIAL.goodServer())) {
      assertThat(TRIAL.clientsServedBy(open.port()))
          .contains(BadCertificate.EXPIRED, BadCertificate.OTHER_ROOT, BadCertificate.CA_AS_LEAF)
          .hasSizeGreaterThan(60);
    }
  }

  @Test
  void client_thatLooksAtNothing_asksNearlyAll() {
    assertThat(
            TRIAL.serversAskedBy(
                port -> {
                  if (!RogueClient.showing(TRIAL.goodClient()).isServedBy(port)) {
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
                TRIAL.serversAskedBy(
                    port -> {
                      throw new IOException("never");
                    }))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the good server is not asked");
    int closed;
    try (RogueServer once = RogueServer.showing(TRIAL.goodServer())) {
      closed = once.port();
    }
    assertThatThrownBy(() -> TRIAL.clientsServedBy(closed))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the good client is not served");
  }
}
