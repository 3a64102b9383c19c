package io.bartizan.integrity.mac;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.bartizan.core.Reason;
import io.bartizan.core.Refusal;
import io.bartizan.core.SecretBytes;
import io.bartizan.testkit.ManualInstantSource;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** TK-10: senders with SHA-1, times as text, addresses and two signature headers. */
class WebhookSendersTest {

  private static final String SECRET = "0123456789abcdef0123456789abcdef";
  private static final String BODY = "{\"event\":\"paid\"}";
  private static final String AT = "2026-11-21T00:00:00Z";
  private static final long SENT = 1_795_219_200L;
  private static final String URL = "https://shop.example/hooks/crm?of=1";

  private final ManualInstantSource clock = new ManualInstantSource(Instant.ofEpochSecond(SENT));

  /** The text that each signs is written out by hand. */
  @SuppressWarnings("ImmutableEnumChecker") // never changed
  private enum Sender {
    VERCEL(
        WebhookFormat.builder("vercel", "x-vercel-signature", WebhookEncoding.HEX)
            .withLegacyHmacSha1()
            .build(),
        "HmacSHA1",
        "{\"event\":\"paid\"}",
        Map.of("x-vercel-signature", "HEX")),
    INTERCOM(
        WebhookFormat.builder("intercom", "X-Hub-Signature", WebhookEncoding.HEX)
            .withPrefix("sha1=")
            .withLegacyHmacSha1()
            .build(),
        "HmacSHA1",
        "{\"event\":\"paid\"}",
        Map.of("X-Hub-Signature", "sha1=HEX")),
    TRELLO(
        WebhookFormat.builder("trello", "x-trello-webhook", WebhookEncoding.BASE64)
            .withLegacyHmacSha1()
            .withUrl(URL)
            .withSigned("{body}{url}")
            .build(),
        "HmacSHA1",
        "{\"event\":\"paid\"}https://shop.example/hooks/crm?of=1",
        Map.of("x-trello-webhook", "B64")),
    ZENDESK(
        WebhookFormat.builder("zendesk", "X-Zendesk-Webhook-Signature", WebhookEncoding.BASE64)
            .withTimestampHeader("X-Zendesk-Webhook-Signature-Timestamp")
            .withRfc3339()
            .withSigned("{timestamp}{body}")
            .build(),
        "HmacSHA256",
        "2026-11-21T00:00:00Z{\"event\":\"paid\"}",
        Map.of("X-Zendesk-Webhook-Signature", "B64", "X-Zendesk-Webhook-Signature-Timestamp", AT)),
    BOX(
        WebhookFormat.builder("box", "BOX-SIGNATURE-PRIMARY", WebhookEncoding.BASE64)
            .withOtherSignatureHeader("BOX-SIGNATURE-SECONDARY")
            .withTimestampHeader("BOX-DELIVERY-TIMESTAMP")
            .withRfc3339()
            .withSigned("{body}{timestamp}")
            .build(),
        "HmacSHA256",
        "{\"event\":\"paid\"}2026-11-20T17:00:00-07:00",
        Map.of(
            "BOX-SIGNATURE-PRIMARY", "B64", "BOX-DELIVERY-TIMESTAMP", "2026-11-20T17:00:00-07:00")),
    HUBSPOT(
        WebhookFormat.builder("hubspot", "X-HubSpot-Signature-v3", WebhookEncoding.BASE64)
            .withTimestampHeader("X-HubSpot-Request-Timestamp")
            .withMilliseconds()
            .withMethod("POST")
            .withUrl(URL)
            .withSigned("{method}{url}{body}{timestamp}")
            .build(),
        "HmacSHA256",
        "POSThttps://shop.example/hooks/crm?of=1{\"event\":\"paid\"}1795219200123",
        Map.of("X-HubSpot-Signature-v3", "B64", "X-HubSpot-Request-Timestamp", "1795219200123")),
    TWITCH(
        WebhookFormat.builder("twitch", "Twitch-Eventsub-Message-Signature", WebhookEncoding.HEX)
            .withPrefix("sha256=")
            .withIdHeader("Twitch-Eventsub-Message-Id")
            .withTimestampHeader("Twitch-Eventsub-Message-Timestamp")
            .withRfc3339()
            .withSigned("{id}{timestamp}{body}")
            .build(),
        "HmacSHA256",
        "e76c6bd4-55c9-4987-8304-da1588d8988b2026-11-21T00:00:00.634234626Z"
            + "{\"event\":\"paid\"}",
        Map.of(
            "Twitch-Eventsub-Message-Signature",
            "sha256=HEX",
            "Twitch-Eventsub-Message-Id",
            "e76c6bd4-55c9-4987-8304-da1588d8988b",
            "Twitch-Eventsub-Message-Timestamp",
            "2026-11-21T00:00:00.634234626Z"));

    private final WebhookFormat format;
    private final String hash;
    private final String signed;
    private final Map<String, String> headers;

    Sender(WebhookFormat format, String hash, String signed, Map<String, String> headers) {
      this.format = format;
      this.hash = hash;
      this.signed = signed;
      this.headers = headers;
    }

    Map<String, String> headers() {
      byte[] tag = hmac(hash, SECRET, signed);
      Map<String, String> filled = new HashMap<>();
      headers.forEach(
          (name, value) ->
              filled.put(
                  name,
                  value
                      .replace("HEX", HexFormat.of().formatHex(tag))
                      .replace("B64", Base64.getEncoder().encodeToString(tag))));
      return filled;
    }
  }

  private static byte[] hmac(String hash, String secret, String text) {
    try {
      Mac mac = Mac.getInstance(hash);
      mac.init(new SecretKeySpec(secret.getBytes(UTF_8), hash));
      return mac.doFinal(text.getBytes(UTF_8));
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private WebhookVerifier verifier(WebhookFormat format, String... secrets) {
    SecretBytes[] more = new SecretBytes[secrets.length - 1];
    for (int i = 0; i < more.length; i++) {
      more[i] = SecretBytes.ofUtf8(secrets[i + 1]);
    }
    SecretBytes first = SecretBytes.ofUtf8(secrets[0]);
    return WebhookVerifier.builder(WebhookScheme.acceptingReplays(format, first, more))
        .withClock(clock)
        .build();
  }

  private static @Nullable Reason reason(
      WebhookVerifier verifier, Map<String, String> headers, String body) {
    return verifier.check(headers::get, body.getBytes(UTF_8)).fold(ok -> null, Refusal::reason);
  }

  @ParameterizedTest
  @EnumSource
  void TK10_declaredSender_isVerified_andNothingElse(Sender sender) {
    WebhookVerifier verifier = verifier(sender.format, SECRET);
    Map<String, String> good = sender.headers();
    assertThat(reason(verifier, good, BODY)).isNull();
    assertThat(reason(verifier, good, BODY + " ")).isEqualTo(MacReason.SIGNATURE_INVALID);
    assertThat(reason(verifier(sender.format, SECRET + "x"), good, BODY))
        .isEqualTo(MacReason.SIGNATURE_INVALID);
    for (String header : good.keySet()) {
      Map<String, String> without = new HashMap<>(good);
      without.remove(header);
      assertThat(reason(verifier, without, BODY)).as(header).isEqualTo(MacReason.MALFORMED);
    }
    clock.advance(Duration.ofMinutes(6));
    assertThat(reason(verifier, good, BODY))
        .isEqualTo(sender.format.signsTime() ? MacReason.EXPIRED : null);
  }

  @Test
  void TK10_publishedSample_ofZendeskEvents_isVerified() {
    WebhookFormat events =
        WebhookFormat.builder("zendesk-events", "s", WebhookEncoding.BASE64)
            .withTimestampHeader("t")
            .withRfc3339()
            .withSigned("{body}{timestamp}")
            .build();
    clock.set(Instant.parse("2021-07-25T10:00:00Z"));
    WebhookVerifier verifier = verifier(events, "HRkRd4BeOAoUkfZr-mhauJT64rvBASlJRoIyPsd3zeA=");
    Map<String, String> sample =
        Map.of("s", "tRDSF7URY8BLCDlaBcQ7FHu051Zk+aAB0NKMP53teMw=", "t", "2021-07-25T10:00:00Z");
    assertThat(reason(verifier, sample, "{\"say\": \"hello\"}")).isNull();
    assertThat(reason(verifier, sample, "{\"say\":\"hello\"}"))
        .isEqualTo(MacReason.SIGNATURE_INVALID);
  }

  @Test
  void TK10_twoSignatureHeaders_oneGoodOneIsEnough_ofAnyKnownKey() {
    WebhookVerifier verifier = verifier(Sender.BOX.format, SECRET, SECRET + "new");
    Map<String, String> headers = new HashMap<>(Sender.BOX.headers());
    String good = headers.get("BOX-SIGNATURE-PRIMARY");
    String bad = Base64.getEncoder().encodeToString(new byte[32]);
    headers.put("BOX-SIGNATURE-SECONDARY", bad);
    assertThat(reason(verifier, headers, BODY)).isNull();
    headers.put("BOX-SIGNATURE-PRIMARY", bad);
    assertThat(reason(verifier, headers, BODY)).isEqualTo(MacReason.SIGNATURE_INVALID);
    headers.put("BOX-SIGNATURE-SECONDARY", good);
    assertThat(reason(verifier, headers, BODY)).isNull();
    headers.remove("BOX-SIGNATURE-PRIMARY");
    assertThat(reason(verifier, headers, BODY)).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2026-11-21T00:00:00z",
        "2026-11-21t00:00:00Z",
        "2026-11-21T00:00:00",
        "2026-11-21T00:00Z",
        "2026-11-21 00:00:00Z",
        "2026-02-30T00:00:00Z",
        "2026-11-21T24:00:00Z",
        "2026-11-21T00:00:00.Z",
        "2026-11-21T00:00:00.0000000001Z",
        "2026-11-21T00:00:00+01",
        "+2026-11-21T00:00:00Z",
        "1795219200"
      })
  void TK10_timeThatIsNotOfRfc3339_isMalformed(String time) {
    Map<String, String> headers = new HashMap<>(Sender.ZENDESK.headers());
    headers.put("X-Zendesk-Webhook-Signature-Timestamp", time);
    assertThat(reason(verifier(Sender.ZENDESK.format, SECRET), headers, BODY))
        .isEqualTo(MacReason.MALFORMED);
  }

  @Test
  void TK10_sha1_needsItsWord_andIsSaid() {
    assertThat(Sender.VERCEL.format).asString().contains("HMAC-SHA_1 over");
    WebhookFormat plain = WebhookFormat.of("vercel", "x-vercel-signature", WebhookEncoding.HEX);
    assertThat(reason(verifier(plain, SECRET), Sender.VERCEL.headers(), BODY))
        .isEqualTo(MacReason.SIGNATURE_INVALID);
    WebhookFormat.Builder two =
        WebhookFormat.builder("x", "s", WebhookEncoding.HEX)
            .withAlgorithm(HmacAlgorithm.SHA_512)
            .withLegacyHmacSha1();
    assertThatIllegalArgumentException().isThrownBy(two::build).withMessageContaining("two hashes");
  }

  @Test
  void TK10_addressOrMethod_isNeededWhereSigned_andRefusedWhereNot() {
    WebhookFormat.Builder builder = WebhookFormat.builder("x", "s", WebhookEncoding.HEX);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.withSigned("{url}{body}").build())
        .withMessageContaining("withUrl");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.withUrl(URL).withSigned("{body}").build())
        .withMessageContaining("withUrl");
    assertThatIllegalArgumentException().isThrownBy(() -> builder.withUrl("shop.example"));
    assertThatIllegalArgumentException().isThrownBy(() -> builder.withMethod("post"));
  }
}
