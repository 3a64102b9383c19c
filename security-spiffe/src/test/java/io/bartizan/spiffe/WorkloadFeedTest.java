package io.bartizan.spiffe;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.Refusal;
import io.bartizan.testkit.DevCa;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** What becomes of a response that could not be judged. */
class WorkloadFeedTest {

  private static final InstantSource CLOCK = InstantSource.system();

  /** Otherwise gRPC is asked for no further response, and nothing renews the certificate. */
  @Test
  void error_whileAResponseIsRead_isAFaultAndTheResponseIsTriedAgain() throws Exception {
    byte[] message =
        AgentMessages.bundles(
            Map.of("spiffe://a.example", DevCa.of("Root").certificate().getEncoded()));
    AtomicBoolean broken = new AtomicBoolean(true);
    WorkloadFeed feed =
        new WorkloadFeed(
            bytes -> {
              if (broken.get()) {
                throw new NoClassDefFoundError("of a provider");
              }
              return WorkloadMaterial.ofBundles(bytes, CLOCK);
            },
            CLOCK,
            null);
    assertThat(feed.received(message)).as("to be tried again").isFalse();
    assertThat(feed.fault()).isNotNull();
    assertThat(feed.fault()).extracting(Refusal::detail).asString().contains("NoClassDefFound");
    broken.set(false);
    assertThat(feed.received(message)).isTrue();
    assertThat(feed.fault()).isNull();
    assertThat(feed.await(Duration.ofSeconds(1)).anchors()).isNotNull();
  }
}
