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
import java.util.HexFormat;
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

  /** Stripe and Slack have no signed id and sign each attempt with its own time. */
  @Test
  void TK01_eventOfStripeOrSlack_thatIsSignedAnew_isHandledOnce() throws Exception {
    SecretBytes secret = SecretBytes.copyOf(KEY);
    for (boolean stripe : new boolean[] {true, false}) {
      WebhookVerifier verifier =
          WebhookVerifier.builder(
                  stripe ? WebhookScheme.stripe(secret) : WebhookScheme.slack(secret))
              .withDeliveries(memory(), LEASE, Duration.ofDays(4))
              .withClock(clock)
              .build();
      byte[] event = "{\"id\":\"evt_1\"}".getBytes(UTF_8);
      List<String> handled = new ArrayList<>();
      assertThatIllegalStateException()
          .isThrownBy(
              () ->
                  verifier.handle(
                      attempt(stripe, event),
                      event,
                      first -> {
                        throw new IllegalStateException("the database is down");
                      }));
      clock.advance(Duration.ofHours(1));
      assertThat(verifier.handle(attempt(stripe, event), event, e -> handled.add(e.text())))
          .isEqualTo(200);
      clock.advance(Duration.ofHours(1)); // its answer got lost
      assertThat(reason(verifier, attempt(stripe, event), event)).isEqualTo(MacReason.DUPLICATE);
      assertThat(verifier.handle(attempt(stripe, event), event, e -> handled.add(e.text())))
          .isEqualTo(200);
      assertThat(handled).hasSize(1);
      byte[] other = "{\"id\":\"evt_2\"}".getBytes(UTF_8);
      assertThat(reason(verifier, attempt(stripe, other), other)).isEqualTo("accepted");
      byte[] form = "payload=%7B%7D".getBytes(UTF_8); // which Slack may send twice, each anew
      assertThat(reason(verifier, attempt(stripe, form), form)).isEqualTo("accepted");
      clock.advance(Duration.ofSeconds(1));
      assertThat(reason(verifier, attempt(stripe, form), form)).isEqualTo("accepted");
    }
  }

  private Function<String, @Nullable String> attempt(boolean stripe, byte[] body) {
    String time = Long.toString(clock.instant().getEpochSecond());
    String text = (stripe ? time + "." : "v0:" + time + ":") + new String(body, UTF_8);
    String tag =
        HexFormat.of()
            .formatHex(Hmac.ofAnyLength(HmacAlgorithm.SHA_256, KEY).sign(text.getBytes(UTF_8)));
    return stripe
        ? Map.of("Stripe-Signature", "t=" + time + ",v1=" + tag)::get
        : Map.of("X-Slack-Request-Timestamp", time, "X-Slack-Signature", "v0=" + tag)::get;
  }

  @Test
  void TK02_shortMemory_forgetsNoEventThatIsNewByItsTime() {
    WebhookVerifier verifier =
        WebhookVerifier.builder(WebhookScheme.standard(SHOWN))
            .withDeliveries(memory(), LEASE, Duration.ofMinutes(1))
            .withTolerance(Duration.ofHours(1))
            .withClock(clock)
            .build();
    Function<String, @Nullable String> recorded = signed("msg_1");
    verifier.verify(recorded, BODY).complete();
    clock.advance(Duration.ofMinutes(60));
    assertThat(reason(verifier, recorded)).isEqualTo(MacReason.REPLAYED);
    clock.advance(Duration.ofMinutes(1));
    assertThat(reason(verifier, recorded)).isEqualTo(MacReason.EXPIRED);
    assertThat(reason(verifier, signed("msg_1"))).as("forgotten").isEqualTo("accepted");
  }

  /** Each takes one of the keys first; without one order each would find the other's. */
  @Test
  void instancesWithKeysInAnotherOrder_andOneMessageAtOnce_acceptItOnce() {
    SecretBytes one = SecretBytes.ofUtf8("the first secret of the sender");
    SecretBytes two = SecretBytes.ofUtf8("the second secret of the sender");
    byte[] body = {1};
    Hmac hmac = Hmac.ofAnyLength(HmacAlgorithm.SHA_256, one.exposedCopy());
    String tag = "sha256=" + HexFormat.of().formatHex(hmac.sign(body));
    InMemoryReplayGuard memory = memory();
    WebhookVerifier here =
        WebhookVerifier.of(WebhookScheme.github(memory, Duration.ofDays(1), one, two));
    List<Object> answers = new ArrayList<>();
    ReplayGuard slow =
        (scope, id, until) -> {
          ReplayGuard.Use use = memory.use(scope, id, until);
          if (answers.isEmpty()) {
            answers.add("asked");
            answers.add(reason(here, name -> tag, body));
          }
          return use;
        };
    WebhookVerifier there =
        WebhookVerifier.of(WebhookScheme.github(slow, Duration.ofDays(1), two, one));
    answers.add(reason(there, name -> tag, body));
    assertThat(answers).containsOnlyOnce("accepted").containsOnlyOnce(MacReason.REPLAYED);
  }

  private static Object reason(
      WebhookVerifier verifier, Function<String, @Nullable String> headers) {
    return reason(verifier, headers, BODY);
  }

  private static Object reason(
      WebhookVerifier verifier, Function<String, @Nullable String> headers, byte[] body) {
    return verifier
        .check(headers, body)
        .<Object>fold(webhook -> "accepted", refusal -> refusal.reason());
  }
}
