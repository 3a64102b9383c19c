package io.bartizan.integrity.mac;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.bartizan.core.Reason;
import io.bartizan.core.SecretBytes;
import io.bartizan.integrity.replay.InMemoryReplayGuard;
import io.bartizan.testkit.ManualInstantSource;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The providers' published samples, and the entries G04 to G10 and G14 of the attack list. */
class WebhooksTest {

  private static final long SENT = 1_614_265_330L;
  private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  private static final byte[] BODY = "{\"test\": 2432232314}".getBytes(UTF_8);
  private static final String SAMPLE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

  private final ManualInstantSource clock = new ManualInstantSource(Instant.ofEpochSecond(SENT));

  @Test
  void standard_publishedSample_isAcceptedWithIdAndTime() {
    VerifiedWebhook webhook = standard().verify(headers(SAMPLE)::get, BODY);
    assertThat(webhook.body()).isEqualTo(BODY);
    assertThat(webhook.id()).contains("msg_p5jXN8AQM9LWM0D4loKWxJek");
    assertThat(webhook.sentAt()).contains(Instant.ofEpochSecond(SENT));
    assertThat(webhook.toString()).doesNotContain("2432232314");
  }

  @Test
  void slack_publishedSample_isAccepted() {
    String body =
        "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow"
            + "&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner"
            + "&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com"
            + "%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
            + "&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
    Map<String, String> headers =
        Map.of(
            "X-Slack-Request-Timestamp", "1531420618",
            "X-Slack-Signature",
                "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503");
    clock.set(Instant.ofEpochSecond(1_531_420_618L));
    WebhookVerifier slack =
        WebhookVerifier.builder(WebhookScheme.slack(secret("8f742231b10e8888abcd99yyyzzz85a5")))
            .withClock(clock)
            .build();
    assertThat(slack.verify(headers::get, body.getBytes(UTF_8)).text()).isEqualTo(body);
  }

  @Test
  void github_publishedSample_isAcceptedOnceAndHasNoTime() {
    WebhookVerifier github =
        WebhookVerifier.builder(
                WebhookScheme.github(
                    InMemoryReplayGuard.builder(10).withClock(clock).build(),
                    Duration.ofDays(7),
                    secret("It's a Secret to Everybody")))
            .withClock(clock)
            .build();
    Map<String, String> headers =
        new HashMap<>(
            Map.of(
                "X-GitHub-Delivery", "1",
                "X-Hub-Signature-256",
                    "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"));
    byte[] body = "Hello, World!".getBytes(UTF_8);
    assertThat(github.verify(headers::get, body).sentAt()).isEmpty();
    headers.put("X-GitHub-Delivery", "2"); // unsigned, so an attacker may change it
    assertRefused(github, headers, body, MacReason.REPLAYED);
  }

  @Test
  void stripe_generatedByItsDocumentedScheme_isAcceptedByEitherSecret() {
    String old = "whsec_old_secret_of_the_endpoint";
    WebhookVerifier stripe =
        WebhookVerifier.builder(
                WebhookScheme.stripe(secret("whsec_new_secret_of_the_endpoint"), secret(old)))
            .withClock(clock)
            .build();
    String tag = stripeTag(old, SENT);
    Map<String, String> headers =
        Map.of("Stripe-Signature", "t=" + SENT + ",v1=" + "0".repeat(64) + ",v1=" + tag + ",v0=x");
    assertThat(stripe.verify(headers::get, BODY).sentAt()).contains(Instant.ofEpochSecond(SENT));
  }

  @Test
  void standard_v1a_isVerifiedByThePublicKeyAlone() throws Exception {
    KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    byte[] spki = pair.getPublic().getEncoded();
    String publicKey =
        "whpk_" + Base64.getEncoder().encodeToString(Arrays.copyOfRange(spki, 12, 44));
    Signature signer = Signature.getInstance("Ed25519");
    signer.initSign(pair.getPrivate());
    signer.update(("msg_p5jXN8AQM9LWM0D4loKWxJek." + SENT + ".").getBytes(UTF_8));
    signer.update(BODY);
    String signature = Base64.getEncoder().encodeToString(signer.sign());
    WebhookVerifier verifier =
        WebhookVerifier.builder(WebhookScheme.standard(secret(publicKey))).withClock(clock).build();
    assertAccepted(verifier, headers("v1a," + signature));
    assertRefused(verifier, headers("v1," + signature), BODY, MacReason.SIGNATURE_INVALID);
    // a public key's bytes as HMAC key, the classic confusion
    byte[] confused =
        Hmac.ofAnyLength(HmacAlgorithm.SHA_256, Arrays.copyOfRange(spki, 12, 44))
            .signFramed(("msg_p5jXN8AQM9LWM0D4loKWxJek." + SENT + ".").getBytes(UTF_8), BODY);
    assertRefused(
        verifier,
        headers("v1," + Base64.getEncoder().encodeToString(confused)),
        BODY,
        MacReason.SIGNATURE_INVALID);
    assertRefused(
        verifier, headers("v1a,x v1a,y v1a," + signature), BODY, MacReason.TOO_MANY_SIGNATURES);
  }

  @Test
  void TK10_svixNames_areReadAndNeverMixedWithTheOthers() {
    Map<String, String> svix = new HashMap<>();
    headers(SAMPLE).forEach((name, value) -> svix.put(name.replace("webhook-", "svix-"), value));
    assertAccepted(standard(), svix);
    for (String name : List.copyOf(svix.keySet())) {
      Map<String, String> mixed = new HashMap<>(svix);
      mixed.put(name.replace("svix-", "webhook-"), mixed.remove(name));
      assertRefused(standard(), mixed, BODY, MacReason.MALFORMED);
    }
    Map<String, String> both = new HashMap<>(svix);
    both.putAll(headers(SAMPLE.replace("v1,", "v1,x")));
    assertRefused(standard(), both, BODY, MacReason.SIGNATURE_INVALID);
    assertRefused(standard(), Map.of(), BODY, MacReason.MALFORMED);
  }

  @Test
  void TK10_secretAsDashboardsShowIt_isTheSameSecret() {
    for (String shown : List.of("v1," + SECRET, " " + SECRET + "\n", SECRET)) {
      WebhookVerifier verifier =
          WebhookVerifier.builder(WebhookScheme.standard(secret(shown))).withClock(clock).build();
      assertAccepted(verifier, headers(SAMPLE));
    }
    String alone = SECRET.substring("whsec_".length());
    for (String other : List.of(alone, "v1," + alone, "v1a," + SECRET, "v1,v1," + SECRET)) {
      assertThatIllegalArgumentException()
          .as(other)
          .isThrownBy(() -> WebhookScheme.standard(secret(other)))
          .withMessageContaining("whsec_");
    }
  }

  @Test
  void G02_idWithADot_isRefused() {
    Map<String, String> headers = headers(SAMPLE);
    headers.put("webhook-id", "msg.1");
    assertRefused(standard(), headers, BODY, MacReason.MALFORMED);
  }

  @Test
  void G04_bothBoundsOfTime_areChecked() {
    clock.set(Instant.ofEpochSecond(SENT + 300));
    assertAccepted(standard(), headers(SAMPLE));
    clock.set(Instant.ofEpochSecond(SENT + 301));
    assertRefused(standard(), headers(SAMPLE), BODY, MacReason.EXPIRED);
    clock.set(Instant.ofEpochSecond(SENT - 300));
    assertAccepted(standard(), headers(SAMPLE));
    clock.set(Instant.ofEpochSecond(SENT - 301));
    assertRefused(standard(), headers(SAMPLE), BODY, MacReason.NOT_YET_VALID);
    for (String time :
        new String[] {"-1", "+1", "0" + SENT, "1e9", "９", "9999999999999", "", " 1", "1.5"}) {
      Map<String, String> headers = headers(SAMPLE);
      headers.put("webhook-timestamp", time);
      assertRefused(standard(), headers, BODY, MacReason.MALFORMED);
    }
  }

  @Test
  void G05_zeroTolerance_isZero() {
    WebhookVerifier exact =
        WebhookVerifier.builder(WebhookScheme.standard(secret(SECRET)))
            .withClock(clock)
            .withTolerance(Duration.ZERO)
            .build();
    clock.set(Instant.ofEpochSecond(SENT).plusMillis(999));
    assertAccepted(exact, headers(SAMPLE));
    clock.set(Instant.ofEpochSecond(SENT + 1));
    assertRefused(exact, headers(SAMPLE), BODY, MacReason.EXPIRED);
  }

  @Test
  void G06_body_isNeverParsedAndBelievedOnlyOnceItsTagFits() {
    byte[] noJson = "{\"test\": ".getBytes(UTF_8);
    assertRefused(standard(), headers(SAMPLE), noJson, MacReason.SIGNATURE_INVALID);
    byte[] noText = {(byte) 0xff, 0, (byte) 0xc0};
    String prefix = "msg_p5jXN8AQM9LWM0D4loKWxJek." + SENT + ".";
    byte[] key = Base64.getDecoder().decode(SECRET.substring("whsec_".length()));
    byte[] tag =
        Hmac.ofAnyLength(HmacAlgorithm.SHA_256, key).signFramed(prefix.getBytes(UTF_8), noText);
    Map<String, String> headers = headers("v1," + Base64.getEncoder().encodeToString(tag));
    assertThat(standard().verify(headers::get, noText).body()).isEqualTo(noText);
    assertThat(VerifiedWebhook.class.getConstructors()).isEmpty();
  }

  @Test
  void G06_bodyChangedWhileItIsVerified_isNotWhatIsReturned() {
    byte[] body = BODY.clone();
    WebhookVerifier verifier = standard();
    Map<String, String> headers = headers(SAMPLE);
    VerifiedWebhook webhook =
        verifier.verify(
            name -> {
              body[2] = 'X'; // another thread's write, at the moment the headers are read
              return headers.get(name);
            },
            body);
    assertThat(webhook.body()).isEqualTo(BODY);
    webhook.body()[2] = 'Y';
    assertThat(webhook.body()).isEqualTo(BODY);
  }

  @Test
  void G07_anotherFormOfTheSameJson_isRefused() {
    for (String body :
        new String[] {
          "{\"test\":2432232314}", "\ufeff{\"test\": 2432232314}", "{\"test\": 2432232314}\n"
        }) {
      assertRefused(standard(), headers(SAMPLE), body.getBytes(UTF_8), MacReason.SIGNATURE_INVALID);
    }
    assertRefused(
        standard(),
        headers(SAMPLE),
        new String(BODY, UTF_8).getBytes(java.nio.charset.StandardCharsets.UTF_16LE),
        MacReason.SIGNATURE_INVALID);
  }

  @Test
  void G08_manySignaturesOrHugeHeaders_areRefusedUnread() {
    assertRefused(
        standard(), headers("v1,x ".repeat(8) + SAMPLE), BODY, MacReason.TOO_MANY_SIGNATURES);
    assertAccepted(standard(), headers("v1,x ".repeat(7) + SAMPLE));
    assertRefused(standard(), headers("x".repeat(4097)), BODY, MacReason.TOO_LARGE);
    assertRefused(standard(), headers(SAMPLE + " ".repeat(9)), BODY, MacReason.TOO_MANY_SIGNATURES);
    for (String name : new String[] {"webhook-id", "webhook-timestamp"}) {
      Map<String, String> headers = headers(SAMPLE);
      headers.put(name, "1".repeat(4097));
      assertRefused(standard(), headers, BODY, MacReason.TOO_LARGE);
    }
    WebhookVerifier stripe =
        WebhookVerifier.builder(WebhookScheme.stripe(secret("0123456789abcdef")))
            .withClock(clock)
            .build();
    String tag = ",v1=" + stripeTag("0123456789abcdef", SENT);
    String eight = "t=" + SENT + ",v1=x".repeat(7) + tag;
    assertAccepted(stripe, Map.of("Stripe-Signature", eight));
    assertRefused(
        stripe, Map.of("Stripe-Signature", eight + tag), BODY, MacReason.TOO_MANY_SIGNATURES);
    assertRefused(
        stripe,
        Map.of("Stripe-Signature", "t=" + SENT + ",t=" + SENT + tag),
        BODY,
        MacReason.MALFORMED);
  }

  @Test
  void G09_otherVersions_areNoSignatures() {
    String tag = SAMPLE.substring(3);
    for (String version : new String[] {"v0,", "V1,", "v2,", "sha1=", ""}) {
      assertRefused(standard(), headers(version + tag), BODY, MacReason.NO_ACCEPTED_SIGNATURE);
    }
    WebhookVerifier github =
        WebhookVerifier.of(WebhookScheme.githubAcceptingReplays(secret("0123456789abcdef")));
    assertRefused(github, Map.of("X-Hub-Signature", "sha1=00"), BODY, MacReason.MALFORMED);
  }

  @Test
  void G10_otherSpellingsOfTheTag_areRefused() {
    String tag = stripeTag("0123456789abcdef", SENT);
    WebhookVerifier stripe =
        WebhookVerifier.builder(WebhookScheme.stripe(secret("0123456789abcdef")))
            .withClock(clock)
            .build();
    assertAccepted(stripe, Map.of("Stripe-Signature", "t=" + SENT + ",v1=" + tag));
    for (String other :
        new String[] {tag.toUpperCase(java.util.Locale.ROOT), " " + tag, tag + " ", tag + "00"}) {
      Map<String, String> headers = Map.of("Stripe-Signature", "t=" + SENT + ",v1=" + other);
      assertRefused(stripe, headers, BODY, MacReason.SIGNATURE_INVALID);
    }
  }

  @Test
  void G14_withGuard_isAcceptedOnce_andAForgeryBurnsNothing() {
    WebhookVerifier once =
        WebhookVerifier.builder(WebhookScheme.standard(secret(SECRET)))
            .withClock(clock)
            .withReplayGuard(InMemoryReplayGuard.builder(10).withClock(clock).build())
            .build();
    assertRefused(once, headers("v1,AAAA"), BODY, MacReason.SIGNATURE_INVALID);
    assertAccepted(once, headers(SAMPLE));
    assertRefused(once, headers(SAMPLE), BODY, MacReason.REPLAYED);
  }

  @Test
  void G14_replayThatKeepsOnlyAnotherKeysSignature_isRefused() {
    String one = "whsec_one_secret_of_the_endpoint";
    String two = "whsec_two_secret_of_the_endpoint";
    InMemoryReplayGuard guard = InMemoryReplayGuard.builder(10).withClock(clock).build();
    WebhookVerifier rotating =
        WebhookVerifier.builder(WebhookScheme.stripe(secret(one), secret(two)))
            .withClock(clock)
            .withReplayGuard(guard)
            .build();
    String start = "t=" + SENT;
    String first = ",v1=" + stripeTag(one, SENT);
    String second = ",v1=" + stripeTag(two, SENT);
    assertAccepted(rotating, Map.of("Stripe-Signature", start + first + second));
    for (String replay : new String[] {first, second, second + first}) {
      Map<String, String> headers = Map.of("Stripe-Signature", start + replay);
      assertRefused(rotating, headers, BODY, MacReason.REPLAYED);
    }
    WebhookVerifier rotated =
        WebhookVerifier.builder(WebhookScheme.stripe(secret(two)))
            .withClock(clock)
            .withReplayGuard(guard)
            .build();
    assertRefused(rotated, Map.of("Stripe-Signature", start + second), BODY, MacReason.REPLAYED);
    WebhookVerifier both =
        WebhookVerifier.builder(
                WebhookScheme.standard(secret(SECRET), secret("whsec_" + "Q".repeat(32))))
            .withClock(clock)
            .withReplayGuard(InMemoryReplayGuard.builder(10).withClock(clock).build())
            .build();
    byte[] prefix = ("msg_p5jXN8AQM9LWM0D4loKWxJek." + SENT + ".").getBytes(UTF_8);
    byte[] key = Base64.getDecoder().decode("Q".repeat(32));
    byte[] tag = Hmac.ofAnyLength(HmacAlgorithm.SHA_256, key).signFramed(prefix, BODY);
    String other = "v1," + Base64.getEncoder().encodeToString(tag);
    assertAccepted(both, headers(SAMPLE + " " + other));
    assertRefused(both, headers(other), BODY, MacReason.REPLAYED);
    assertRefused(both, headers(SAMPLE), BODY, MacReason.REPLAYED);
  }

  @Test
  void everyBitOfBodyAndEveryByteOfTheTag_decide() {
    for (int bit = 0; bit < BODY.length * 8; bit++) {
      byte[] body = BODY.clone();
      body[bit / 8] ^= (byte) (1 << bit % 8);
      assertRefused(standard(), headers(SAMPLE), body, MacReason.SIGNATURE_INVALID);
    }
    for (int i = 3; i < SAMPLE.length(); i++) {
      for (char c = 1; c < 256; c++) {
        if (c != SAMPLE.charAt(i)) {
          String changed = SAMPLE.substring(0, i) + c + SAMPLE.substring(i + 1);
          assertThat(standard().check(headers(changed)::get, BODY).isAccepted()).isFalse();
        }
      }
    }
  }

  @Test
  void misuse_isOneSentence() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> WebhookScheme.standard(secret("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")))
        .withMessageContaining("whsec_ or whpk_")
        .withMessageNotContaining("MfKQ9r8GKYqrTw");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> WebhookScheme.slack(secret("short")))
        .withMessageContaining("5 bytes, 16 to 512 are accepted");
    assertThatIllegalStateException()
        .isThrownBy(
            () ->
                WebhookVerifier.builder(
                        WebhookScheme.githubAcceptingReplays(secret("0123456789abcdef")))
                    .withReplayGuard((scope, id, until) -> null))
        .withMessageContaining("WebhookScheme.github(guard");
  }

  private static String stripeTag(String secret, long time) {
    Hmac hmac = Hmac.ofAnyLength(HmacAlgorithm.SHA_256, secret.getBytes(UTF_8));
    return HexFormat.of().formatHex(hmac.signFramed((time + ".").getBytes(UTF_8), BODY));
  }

  private WebhookVerifier standard() {
    return WebhookVerifier.builder(WebhookScheme.standard(secret(SECRET))).withClock(clock).build();
  }

  private static Map<String, String> headers(String signature) {
    return new HashMap<>(
        Map.of(
            "webhook-id",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            "webhook-timestamp",
            Long.toString(SENT),
            "webhook-signature",
            signature));
  }

  private static void assertAccepted(WebhookVerifier verifier, Map<String, String> headers) {
    assertThat(verifier.verify(headers::get, BODY).body()).isEqualTo(BODY);
  }

  private static void assertRefused(
      WebhookVerifier verifier, Map<String, String> headers, byte[] body, Reason reason) {
    Reason found =
        verifier.check(headers::get, body).fold(accepted -> null, refused -> refused.reason());
    assertThat(found).isEqualTo(reason);
  }

  /** As {@code echo} leaves it in a Kubernetes secret. */
  @Test
  void secretThatIsShownAsText_withALineEnd_isRefused() {
    for (String end : List.of("\n", "\r\n")) {
      SecretBytes ended = secret("a secret that GitHub knows" + end);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> WebhookScheme.githubAcceptingReplays(ended))
          .withMessageContaining("ends with a line end");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> WebhookScheme.stripe(ended))
          .withMessageContaining("ends with a line end");
      assertThat(WebhookScheme.standard(secret("whsec_" + "Q".repeat(32) + end))).isNotNull();
    }
    byte[] random = new byte[32];
    Arrays.fill(random, (byte) 200);
    random[31] = '\n';
    assertThat(WebhookScheme.githubAcceptingReplays(SecretBytes.copyOf(random))).isNotNull();
  }

  private static SecretBytes secret(String text) {
    return SecretBytes.copyOf(text.getBytes(UTF_8));
  }
}
