package io.bartizan.integrity.mac;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.bartizan.core.SecretBytes;
import io.bartizan.integrity.replay.DeliveryGuard;
import io.bartizan.integrity.replay.InMemoryReplayGuard;
import io.bartizan.integrity.replay.ReplayGuard;
import io.bartizan.testkit.ManualInstantSource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** TK-01: a simulated sender with retries, and handlers that fail, crash and stall. */
class DeliveriesTest {

  private static final byte[] KEY = "k".repeat(32).getBytes(US_ASCII);
  private static final SecretBytes SHOWN =
      SecretBytes.ofUtf8("whsec_" + Base64.getEncoder().encodeToString(KEY));
  private static final Duration LEASE = Duration.ofMinutes(1);
  private static final byte[] BODY = "{}".getBytes(UTF_8);

  private final ManualInstantSource clock =
      new ManualInstantSource(Instant.parse("2026-11-21T12:00:00Z"));

  private WebhookVerifier verifier(DeliveryGuard guard) {
    return WebhookVerifier.builder(WebhookScheme.standard(SHOWN))
        .withDeliveries(guard, LEASE, Duration.ofDays(3))
        .withClock(clock)
        .build();
  }

  private InMemoryReplayGuard memory() {
    return InMemoryReplayGuard.builder(10_000).withClock(clock).build();
  }

  /** Signed at the clock's time. */
  private Function<String, @Nullable String> signed(String id) {
    String time = Long.toString(clock.instant().getEpochSecond());
    Hmac hmac = Hmac.ofAnyLength(HmacAlgorithm.SHA_256, KEY);
    byte[] tag = hmac.sign((id + "." + time + "." + new String(BODY, UTF_8)).getBytes(UTF_8));
    Map<String, String> headers =
        Map.of(
            "webhook-id", id,
            "webhook-timestamp", time,
            "webhook-signature", "v1," + Base64.getEncoder().encodeToString(tag));
    return headers::get;
  }

  @Test
  void TK01_handlerThatFails_losesNoEvent() throws Exception {
    WebhookVerifier verifier = verifier(memory());
    Function<String, @Nullable String> first = signed("msg_9");
    assertThatIllegalStateException()
        .isThrownBy(
            () ->
                verifier.handle(
                    first,
                    BODY,
                    event -> {
                      throw new IllegalStateException("the database is down");
                    }))
        .withMessage("the database is down");
    List<String> handled = new ArrayList<>();
    assertThat(verifier.handle(first, BODY, event -> handled.add(event.text()))).isEqualTo(200);
    assertThat(handled).hasSize(1);
    assertThat(reason(verifier, first)).isEqualTo(MacReason.REPLAYED);
    assertThat(verifier.status(MacReason.REPLAYED)).isEqualTo(200);
    clock.advance(Duration.ofHours(7)); // senders try again over hours
    assertThat(reason(verifier, signed("msg_9"))).isEqualTo(MacReason.DUPLICATE);
    assertThat(verifier.handle(signed("msg_9"), BODY, event -> handled.add("again")))
        .isEqualTo(200);
    assertThat(handled).hasSize(1);
    clock.advance(Duration.ofDays(4));
    assertThat(reason(verifier, signed("msg_9"))).isEqualTo("accepted");
  }

  @Test
  void TK01_statusesTellTheSenderWhatToDo() {
    WebhookVerifier once =
        WebhookVerifier.builder(WebhookScheme.standard(SHOWN)).withReplayGuard(memory()).build();
    assertThat(once.status(MacReason.REPLAYED)).isEqualTo(409);
    WebhookVerifier handles = verifier(memory());
    for (MacReason reason : MacReason.values()) {
      int expected =
          switch (reason) {
            case DUPLICATE, REPLAYED -> 200;
            case IN_PROGRESS, KEYS_UNAVAILABLE, REPLAY_UNDECIDED -> 503;
            default -> 400;
          };
      assertThat(handles.status(reason)).as("%s", reason).isEqualTo(expected);
    }
  }

  @Test
  void TK01_eventInProgress_isAskedForLater() {
    WebhookVerifier verifier = verifier(memory());
    VerifiedWebhook begun = verifier.verify(signed("a"), BODY);
    assertThat(reason(verifier, signed("a"))).isEqualTo(MacReason.IN_PROGRESS);
    begun.abandon();
    VerifiedWebhook again = verifier.verify(signed("a"), BODY);
    begun.complete(); // too late: only the first call counts
    assertThat(reason(verifier, signed("a"))).isEqualTo(MacReason.IN_PROGRESS);
    again.complete();
    assertThat(reason(verifier, signed("a"))).isEqualTo(MacReason.REPLAYED);
    VerifiedWebhook crashed = verifier.verify(signed("b"), BODY);
    assertThat(crashed.id()).contains("b");
    clock.advance(LEASE);
    assertThat(verifier.handle(signed("b"), BODY, event -> {})).isEqualTo(200);
  }

  @Test
  void TK02_idOfAMessage_isKeptForTheLargestTolerance() {
    Map<String, Instant> kept = new HashMap<>();
    ReplayGuard guard =
        (scope, id, until) -> {
          kept.put(new String(id, UTF_8), until);
          return ReplayGuard.Use.FIRST;
        };
    WebhookVerifier strict =
        WebhookVerifier.builder(WebhookScheme.standard(SHOWN))
            .withTolerance(Duration.ofSeconds(1))
            .withReplayGuard(guard)
            .withClock(clock)
            .build();
    assertThat(reason(strict, signed("a"))).isEqualTo("accepted");
    assertThat(kept.get("a")).isEqualTo(clock.instant().plusSeconds(3601));
  }

  private static Object reason(
      WebhookVerifier verifier, Function<String, @Nullable String> headers) {
    return verifier
        .check(headers, BODY)
        .<Object>fold(webhook -> "accepted", refusal -> refusal.reason());
  }
}
