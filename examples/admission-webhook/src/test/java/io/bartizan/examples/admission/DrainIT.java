package io.bartizan.examples.admission;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;

import io.bartizan.integrity.artifact.PinnedKey;
import io.bartizan.integrity.attest.SignerKeys;
import io.bartizan.integrity.attest.policy.ImagePolicy;
import io.bartizan.integrity.attest.policy.ImageRule;
import io.bartizan.integrity.attest.policy.TrustedSigner;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A review that is open when the webhook ends is answered: one that is cut off is a refusal. */
@Timeout(120)
class DrainIT {

  private static final Duration LONG = Duration.ofSeconds(60);

  @TempDir private Path folder;

  @Test
  void drain_answersTheReviewsThatAreOpenAndTakesNoMore() throws Exception {
    try (SmallRegistry registry = new SmallRegistry();
        ApiServer apiServer = new ApiServer(folder);
        ImageGate gate = gate(registry);
        Webhook webhook = apiServer.serve(Main.limit(), gate)) {
      byte[] review = WebhookIT.pod("nginx").getBytes(UTF_8);
      ApiServer.SlowReview open = apiServer.postSlowly(webhook.port(), review);
      Thread ending = new Thread(() -> assertDoesNotThrow(() -> webhook.drain(LONG)), "ending");
      ending.start();
      long end = System.nanoTime() + LONG.toNanos();
      while (isConnected(webhook.port())) {
        assertThat(System.nanoTime()).isLessThan(end);
      }
      assertThat(ending.isAlive()).isTrue();
      assertThat(open.finish()).startsWith("HTTP/1.1 200 ");
      ending.join(LONG.toMillis());
      assertThat(ending.isAlive()).isFalse();
    }
  }

  private static ImageGate gate(SmallRegistry registry) {
    TrustedSigner signer =
        TrustedSigner.of("key", SignerKeys.anyOf(PinnedKey.parse(registry.key())));
    return new ImageGate(
        new ImageGate.Settings(Set.of(registry.host()), LONG, 2, builder -> builder),
        ImagePolicy.of(ImageRule.signature(signer)),
        InstantSource.system());
  }

  private static boolean isConnected(int port) {
    try (Socket unused = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return true;
    } catch (IOException refused) {
      return false;
    }
  }
}
