package io.bartizan.examples.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.testkit.DevCertificate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Material that is missing or bad at the start: told in a sentence, and mended without restart. */
@Timeout(60)
class ServeReadinessIT {

  @TempDir Path folder;

  private Running running;

  @BeforeEach
  void make() throws Exception {
    running = new Running(folder);
  }

  @AfterEach
  void stop() {
    running.close();
  }

  @Test
  void table_fromFiles_everyAnswerIsTheExpectedOne() throws Exception {
    running.start().awaitReady();
    assertThat(running.differences()).isEmpty();
    assertThat(running.probe("/metrics").body())
        .contains("bartizan_mtls_handshakes_total{name=\"gateway\",reason=\"policy-mismatch\"")
        .contains("bartizan_ratelimit_decisions_total{limit=\"per-key\",name=\"gateway\"")
        .contains("outcome=\"algorithm-not-allowed\"")
        .contains("gateway_ready 1.0");
  }

  @Test
  void key_missing_isToldAndMended() throws Exception {
    mended("tls/tls.key", null, "tls.key");
  }

  @Test
  void certificate_halfWritten_isToldAndMended() throws Exception {
    String whole = Files.readString(folder.resolve("tls/tls.crt"));
    mended("tls/tls.crt", whole.substring(0, whole.length() / 3), "tls.crt");
  }

  @Test
  void certificate_expired_isToldAndMended() throws Exception {
    DevCertificate past =
        running
            .ca
            .leaf("gateway")
            .dns("localhost")
            .forServer()
            .withStart(Instant.now().minus(Duration.ofHours(2)))
            .withLifetime(Duration.ofHours(1))
            .issue();
    String key = Files.readString(folder.resolve("tls/tls.key"));
    Running.replace(folder.resolve("tls/tls.key"), past.privateKeyPem());
    mended(
        "tls/tls.crt",
        past.chainPem(),
        "expired",
        () -> Running.replace(folder.resolve("tls/tls.key"), key));
  }

  @Test
  void peers_malformed_areToldAndMended() throws Exception {
    mended("peers", "spiffe(everyone)", "peers");
  }

  @Test
  void tokenKeys_malformed_areToldAndMended() throws Exception {
    mended("jwks.json", "{\"keys\":[", "token keys: ");
  }

  @Test
  void cartKeys_none_areToldAndMended() throws Exception {
    mended("cart-keys/2026-11-29", null, "cart keys: the folder");
  }

  @Test
  void cartKey_tooShort_isToldByItsFileAndNeverShown() throws Exception {
    mended("cart-keys/2026-11-29", "c2VjcmV0", "cart-keys/2026-11-29");
    assertThat(running.probe("/readyz").body()).doesNotContain("c2VjcmV0");
  }

  @Test
  void apiKeys_empty_areToldAndMended() throws Exception {
    mended("api-keys", "# none\n", "api keys: ");
  }

  @Test
  void manifest_missing_isToldAndMended() throws Exception {
    mended("artifacts/SHA256SUMS", null, "artifacts: there is no ");
  }

  private interface Mending {
    void run() throws Exception;
  }

  private void mended(String file, @Nullable String broken, String sentence) throws Exception {
    mended(file, broken, sentence, () -> {});
  }

  private void mended(String file, @Nullable String broken, String sentence, Mending more)
      throws Exception {
    Path path = folder.resolve(file);
    String good = Files.readString(path);
    if (broken == null) {
      Files.delete(path);
    } else {
      Running.replace(path, broken);
    }
    running.start().awaitUnready(sentence);
    assertThat(running.probe("/livez").status()).isEqualTo(200);
    assertThat(running.port()).as("listens to nobody").isZero();
    Eventually.within("told alone", () -> running.probe("/readyz").body().lines().count() == 1);
    more.run();
    Running.replace(path, good);
    running.awaitReady();
    assertThat(running.port()).isPositive();
  }
}
