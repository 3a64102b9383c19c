package io.bartizan.integrity.jwt;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.Health;
import io.bartizan.testkit.ManualTicker;
import io.bartizan.tests.Eventually;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Health of keys that no token asks for. */
class KeyHealthTest {

  private static final String SET =
      "{\"keys\":[" + EcJwk.of(Keys.pair(JwsAlgorithm.ES256, 0).getPublic(), "1") + "]}";

  private final ManualTicker ticker = new ManualTicker();
  private final AtomicInteger asked = new AtomicInteger();
  private final AtomicReference<CompletableFuture<String>> answer =
      new AtomicReference<>(CompletableFuture.completedFuture(SET));

  @TempDir Path folder;

  @Test
  void source_thatWorks_isUpForADayWithoutTokensAndAskedWithinItsBudget() {
    try (RemoteJwks keys = keys()) {
      for (int minute = 0; minute < 24 * 60; minute++) {
        assertThat(keys.health().status()).isEqualTo(Health.Status.UP);
        ticker.advance(Duration.ofMinutes(1));
      }
      assertThat(asked).hasValue(24 * 60 / 5);
    }
  }

  @Test
  void source_thatFails_isDegradedAndDownAfterItsMaximumAgeAndUpAgain() {
    try (RemoteJwks keys = keys()) {
      assertThat(keys.health().status()).isEqualTo(Health.Status.UP);
      answer.set(CompletableFuture.failedFuture(new IllegalStateException("no vault")));
      ticker.advance(Duration.ofMinutes(59));
      assertThat(keys.health().status()).isEqualTo(Health.Status.DEGRADED);
      assertThat(keys.health().detail()).contains("59 min old").contains("no vault");
      ticker.advance(Duration.ofMinutes(1));
      assertThat(keys.health().status()).isEqualTo(Health.Status.DOWN);
      answer.set(CompletableFuture.completedFuture(SET));
      ticker.advance(Duration.ofSeconds(30));
      assertThat(keys.health().status()).isEqualTo(Health.Status.UP);
    }
  }

  @Test
  void source_leftAloneBeyondItsMaximumAge_isDegradedUntilTheFetchEnds() {
    try (RemoteJwks keys = keys()) {
      assertThat(keys.health().status()).isEqualTo(Health.Status.UP);
      CompletableFuture<String> slow = new CompletableFuture<>();
      answer.set(slow);
      ticker.advance(Duration.ofHours(2));
      assertThat(keys.health().status()).isEqualTo(Health.Status.DEGRADED);
      assertThat(keys.health().detail()).contains("2 h old").contains("anew");
      slow.completeExceptionally(new IllegalStateException("no vault"));
      assertThat(keys.health().status()).isEqualTo(Health.Status.DOWN);
      assertThat(keys.health().detail()).contains("no vault");
    }
  }

  @Test
  void source_closed_isDownAndAskedNoMore() {
    RemoteJwks keys = keys();
    keys.close();
    assertThat(keys.health().status()).isEqualTo(Health.Status.DOWN);
    assertThat(asked).hasValue(0);
  }

  @Test
  void file_goneAndBack_isToldWithoutTokens() throws Exception {
    Path file = Files.writeString(folder.resolve("jwks.json"), SET);
    try (RemoteJwks keys = RemoteJwks.builder(file).withTicker(ticker).build()) {
      awaits(keys, Health.Status.UP);
      Files.delete(file);
      ticker.advance(Duration.ofSeconds(31));
      awaits(keys, Health.Status.DEGRADED);
      ticker.advance(Duration.ofHours(1));
      awaits(keys, Health.Status.DOWN);
      Files.writeString(file, SET);
      ticker.advance(Duration.ofSeconds(1));
      awaits(keys, Health.Status.UP);
    }
  }

  private static void awaits(RemoteJwks keys, Health.Status status) {
    Eventually.within(
        Duration.ofSeconds(30), status.toString(), () -> keys.health().status() == status);
  }

  private RemoteJwks keys() {
    JwkSource source =
        () -> {
          asked.incrementAndGet();
          return answer.get();
        };
    return RemoteJwks.builder("vault", source).withTicker(ticker).build();
  }
}
