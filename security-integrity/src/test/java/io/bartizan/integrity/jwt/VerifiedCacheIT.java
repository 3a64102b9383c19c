package io.bartizan.integrity.jwt;

import static io.bartizan.integrity.jwt.Forge.GOOD;
import static io.bartizan.integrity.jwt.Forge.ISSUER;
import static io.bartizan.integrity.jwt.JwsAlgorithm.ES256;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.Refusal;
import io.bartizan.testkit.ManualTicker;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** ML-15: what a change of the issuer's keys makes of the tokens that were verified before. */
class VerifiedCacheIT {

  private final CountingProvider provider = new CountingProvider();

  @Test
  void ML15_rotation_makesAllVerifiedTokensAnewAndTheOldKeysRefused() throws Exception {
    ManualTicker ticker = new ManualTicker();
    try (JwksServer server = new JwksServer();
        RemoteJwks keys = server.keys(ticker).build()) {
      String old = EcJwk.of(Keys.pair(ES256, 0).getPublic(), "old");
      String young = EcJwk.of(Keys.pair(ES256, 1).getPublic(), "young");
      server.publish(old);
      JwtVerifier verifier =
          Forge.verifier(TrustedIssuer.of(ISSUER, keys, ES256))
              .withProvider(provider)
              .withCache(4)
              .build();
      List<String> tokens = List.of(token("alice"), token("bob"), token("carol"));
      assertThat(verified(verifier, tokens)).isEqualTo(3);
      assertThat(verified(verifier, tokens)).isZero();

      server.publish(old);
      fetch(server, keys, ticker);
      assertThat(verified(verifier, tokens)).as("fetched, and still the same").isZero();

      server.publish(young, old);
      fetch(server, keys, ticker);
      assertThat(verified(verifier, tokens)).as("another key beside it").isEqualTo(3);
      assertThat(verified(verifier, tokens)).isZero();

      server.publish(young);
      fetch(server, keys, ticker);
      for (String token : tokens) {
        assertThat(verifier.check(token).<Object>fold(jwt -> "accepted", Refusal::reason))
            .isEqualTo(JwtReason.KEY_UNKNOWN);
      }
    }
  }

  private int verified(JwtVerifier verifier, List<String> tokens) {
    int unused = provider.count();
    assertThat(tokens.stream().map(token -> verifier.verify(token).subject().orElse("")))
        .containsExactly("alice", "bob", "carol");
    return provider.count();
  }

  private static void fetch(JwksServer server, RemoteJwks keys, ManualTicker ticker)
      throws InterruptedException {
    int before = server.requests();
    ticker.advance(Duration.ofMinutes(6));
    var unused = keys.snapshot();
    server.awaitRequests(before + 1);
    JwksServer.awaitIdle(keys);
  }

  private static String token(String subject) {
    return Forge.token(
        "{\"alg\":\"ES256\",\"kid\":\"old\"}", GOOD.replace("alice", subject), ES256);
  }
}
