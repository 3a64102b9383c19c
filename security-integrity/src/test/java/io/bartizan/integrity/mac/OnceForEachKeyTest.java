package io.bartizan.integrity.mac;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.Reason;
import io.bartizan.core.Refusal;
import io.bartizan.core.SecretBytes;
import io.bartizan.integrity.replay.InMemoryReplayGuard;
import io.bartizan.integrity.replay.ReplayGuard.Use;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class OnceForEachKeyTest {

  private static final byte[] BODY = {1, 2, 3};
  private static final String SECRET = "a secret of the sender";

  private final InMemoryReplayGuard memory = InMemoryReplayGuard.of(10);
  private final AtomicInteger calls = new AtomicInteger();

  private WebhookVerifier rotating(int unanswered) {
    return WebhookVerifier.of(
        WebhookScheme.github(
            (scope, id, until) ->
                calls.incrementAndGet() == unanswered
                    ? Use.UNDECIDED
                    : memory.use(scope, id, until),
            Duration.ofDays(1),
            SecretBytes.ofUtf8("the next secret of the sender"),
            SecretBytes.ofUtf8(SECRET)));
  }

  private static @Nullable Reason reason(WebhookVerifier verifier) {
    Hmac hmac = Hmac.ofAnyLength(HmacAlgorithm.SHA_256, SECRET.getBytes(StandardCharsets.UTF_8));
    String tag = "sha256=" + HexFormat.of().formatHex(hmac.sign(BODY));
    return verifier.check(name -> tag, BODY).fold(webhook -> null, Refusal::reason);
  }

  @Test
  void guardThatCantTellOfTheSecondKey_losesNoMessage_andAcceptsItOnce() {
    WebhookVerifier verifier = rotating(2);
    assertThat(reason(verifier)).isEqualTo(MacReason.REPLAY_UNDECIDED);
    assertThat(reason(verifier)).as("the sender's retry").isNull();
    assertThat(reason(verifier)).isEqualTo(MacReason.REPLAYED);
    assertThat(memory.size()).isEqualTo(2);
  }

  @Test
  void guardThatCantTellOfTheFirstKey_losesNoMessage_andAcceptsItOnce() {
    WebhookVerifier verifier = rotating(1);
    assertThat(reason(verifier)).isEqualTo(MacReason.REPLAY_UNDECIDED);
    assertThat(reason(verifier)).as("the sender's retry").isNull();
    assertThat(reason(verifier)).isEqualTo(MacReason.REPLAYED);
  }

  /** As while a secret is changed and both settings have the new one. */
  @Test
  void secretThatIsNamedTwice_isOneKey() {
    SecretBytes same = SecretBytes.ofUtf8(SECRET);
    WebhookVerifier verifier =
        WebhookVerifier.of(WebhookScheme.github(memory, Duration.ofDays(1), same, same));
    assertThat(reason(verifier)).isNull();
    assertThat(reason(verifier)).isEqualTo(MacReason.REPLAYED);
    assertThat(memory.size()).isEqualTo(1);
    assertThat(verifier.toString()).contains(", 1 keys,");
  }

  @Test
  void retry_whoseLaterKeyWasUsedElsewhere_isAReplay() {
    WebhookVerifier verifier = rotating(2);
    assertThat(reason(verifier)).isEqualTo(MacReason.REPLAY_UNDECIDED);
    WebhookVerifier before =
        WebhookVerifier.of(
            WebhookScheme.github(memory, Duration.ofDays(1), SecretBytes.ofUtf8(SECRET)));
    assertThat(reason(before)).isNull();
    assertThat(reason(verifier)).isEqualTo(MacReason.REPLAYED);
  }
}
