package io.bartizan.integrity.mac;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.bartizan.core.Reason;
import io.bartizan.core.Refusal;
import io.bartizan.core.SecretBytes;
import io.bartizan.integrity.replay.InMemoryReplayGuard;
import io.bartizan.testkit.ManualInstantSource;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** TK-10: providers that nobody here knows, declared; each as its documents say that it signs. */
class WebhookFormatTest {

  private static final String SECRET = "0123456789abcdef0123456789abcdef";
  private static final byte[] BODY = "{\"event\":\"paid\"}".getBytes(UTF_8);
  private static final long SENT = 1_795_219_200L;
  private static final String URL = "https://shop.example/hooks/square";

  private final ManualInstantSource clock = new ManualInstantSource(Instant.ofEpochSecond(SENT));

  /** Signed with the JDK alone: what is signed before the body, how it is written, and where. */
  @SuppressWarnings("ImmutableEnumChecker") // functions without state
  private enum Provider {
    SHOPIFY(
        WebhookFormat.of("shopify", "X-Shopify-Hmac-Sha256", WebhookEncoding.BASE64),
        time -> "",
        (tag, time) -> Map.of("X-Shopify-Hmac-Sha256", Base64.getEncoder().encodeToString(tag))),
    SQUARE(
        WebhookFormat.builder("square", "x-square-hmacsha256-signature", WebhookEncoding.BASE64)
            .withSigned(URL + "{body}")
            .build(),
        time -> URL,
        (tag, time) ->
            Map.of("x-square-hmacsha256-signature", Base64.getEncoder().encodeToString(tag))),
    META(
        WebhookFormat.builder("meta", "X-Hub-Signature-256", WebhookEncoding.HEX)
            .withPrefix("sha256=")
            .build(),
        time -> "",
        (tag, time) -> Map.of("X-Hub-Signature-256", "sha256=" + HexFormat.of().formatHex(tag))),
    LINEAR(
        WebhookFormat.of("linear", "Linear-Signature", WebhookEncoding.HEX),
        time -> "",
        (tag, time) -> Map.of("Linear-Signature", HexFormat.of().formatHex(tag))),
    PAYSTACK(
        WebhookFormat.builder("paystack", "x-paystack-signature", WebhookEncoding.HEX)
            .withAlgorithm(HmacAlgorithm.SHA_512)
            .build(),
        time -> "",
        (tag, time) -> Map.of("x-paystack-signature", HexFormat.of().formatHex(tag))),
    ZOOM(
        WebhookFormat.builder("zoom", "x-zm-signature", WebhookEncoding.HEX)
            .withPrefix("v0=")
            .withTimestampHeader("x-zm-request-timestamp")
            .withSigned("v0:{timestamp}:{body}")
            .build(),
        time -> "v0:" + time + ":",
        (tag, time) ->
            Map.of(
                "x-zm-signature",
                "v0=" + HexFormat.of().formatHex(tag),
                "x-zm-request-timestamp",
                "" + time)),
    WORKOS(
        WebhookFormat.builder("workos", "WorkOS-Signature", WebhookEncoding.HEX)
            .withPrefix("v1=")
            .withSeparator(',')
            .withTimestampEntry("t=")
            .withMilliseconds()
            .withSigned("{timestamp}.{body}")
            .build(),
        time -> time + "123.",
        (tag, time) ->
            Map.of("WorkOS-Signature", "t=" + time + "123, v1=" + HexFormat.of().formatHex(tag))),
    OWN(
        WebhookFormat.builder("own", "sig", WebhookEncoding.BASE64URL)
            .withPrefix("a,")
            .withSeparator(' ')
            .withIdHeader("id")
            .withTimestampHeader("at")
            .withMilliseconds()
            .withSigned("{id}|{timestamp}|{body}")
            .build(),
        time -> "msg.1|" + time + "123|",
        (tag, time) ->
            Map.of(
                "sig",
                "b,none a," + Base64.getUrlEncoder().withoutPadding().encodeToString(tag),
                "id",
                "msg.1",
                "at",
                time + "123"));

    private final WebhookFormat format;
    private final Function<Long, String> prefix;
    private final Headers headers;

    Provider(WebhookFormat format, Function<Long, String> prefix, Headers headers) {
      this.format = format;
      this.prefix = prefix;
      this.headers = headers;
    }

    Map<String, String> sign(byte[] body, long time) {
      byte[] before = prefix.apply(time).getBytes(UTF_8);
      String name = this == PAYSTACK ? "HmacSHA512" : "HmacSHA256";
      return new HashMap<>(headers.of(hmac(name, SECRET.getBytes(UTF_8), before, body), time));
    }

    WebhookVerifier.Builder verifier(ManualInstantSource clock) {
      SecretBytes secret = SecretBytes.ofUtf8(SECRET);
      WebhookScheme scheme =
          format.signsTime()
              ? WebhookScheme.of(format, secret)
              : WebhookScheme.of(
                  format,
                  InMemoryReplayGuard.builder(100).withClock(clock).build(),
                  Duration.ofDays(3),
                  secret);
      return WebhookVerifier.builder(scheme).withClock(clock);
    }
  }

  /** How a provider writes a tag. */
  private interface Headers {
    Map<String, String> of(byte[] tag, long time);
  }

  private static byte[] hmac(String name, byte[] key, byte[]... parts) {
    try {
      Mac mac = Mac.getInstance(name);
      mac.init(new SecretKeySpec(key, name));
      for (byte[] part : parts) {
        mac.update(part);
      }
      return mac.doFinal();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static @Nullable Reason reason(
      WebhookVerifier verifier, Map<String, String> headers, byte[] body) {
    return verifier.check(headers::get, body).fold(ok -> null, Refusal::reason);
  }

  @ParameterizedTest
  @EnumSource
  void TK10_declaredProvider_isVerified_andNothingElse(Provider provider) {
    WebhookVerifier verifier = provider.verifier(clock).build();
    Map<String, String> good = provider.sign(BODY, SENT);
    assertThat(reason(verifier, good, BODY)).isNull();
    assertThat(reason(verifier, provider.sign(new byte[0], SENT), new byte[0])).isNull();

    byte[] other = BODY.clone();
    other[3] ^= 1;
    assertThat(reason(verifier, good, other)).isEqualTo(MacReason.SIGNATURE_INVALID);
    for (String header : good.keySet()) {
      Map<String, String> without = new HashMap<>(good);
      without.remove(header);
      assertThat(reason(verifier, without, BODY)).as(header).isEqualTo(MacReason.MALFORMED);
      Map<String, String> changed = new HashMap<>(good);
      changed.computeIfPresent(
          header, (name, value) -> value.substring(0, value.length() - 2) + "7A");
      assertThat(reason(verifier, changed, BODY))
          .as(header)
          .isIn(MacReason.SIGNATURE_INVALID, MacReason.MALFORMED);
    }
    assertThat(verifier).asString().contains(provider.name()).doesNotContain(SECRET);
  }

  @ParameterizedTest
  @EnumSource
  void TK10_replay_isTold_byTheTimeOrByTheGuard(Provider provider) {
    WebhookVerifier verifier = provider.verifier(clock).build();
    Map<String, String> good = provider.sign(BODY, SENT);
    assertThat(reason(verifier, good, BODY)).isNull();
    clock.advance(Duration.ofMinutes(6));
    assertThat(reason(verifier, good, BODY))
        .isEqualTo(provider.format.signsTime() ? MacReason.EXPIRED : MacReason.REPLAYED);
  }

  @Test
  void TK10_knownProviders_areDeclaredInTheSameWay() {
    WebhookVerifier github =
        WebhookVerifier.of(
            WebhookScheme.acceptingReplays(
                WebhookFormat.builder("hub", "X-Hub-Signature-256", WebhookEncoding.HEX)
                    .withPrefix("sha256=")
                    .build(),
                SecretBytes.ofUtf8("It's a Secret to Everybody")));
    String published = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    assertThat(
            reason(
                github, Map.of("X-Hub-Signature-256", published), "Hello, World!".getBytes(UTF_8)))
        .isNull();

    WebhookFormat stripe =
        WebhookFormat.builder("pay", "Stripe-Signature", WebhookEncoding.HEX)
            .withPrefix("v1=")
            .withSeparator(',')
            .withTimestampEntry("t=")
            .withSigned("{timestamp}.{body}")
            .build();
    String tag =
        HexFormat.of()
            .formatHex(
                hmac("HmacSHA256", SECRET.getBytes(UTF_8), (SENT + ".").getBytes(UTF_8), BODY));
    for (WebhookScheme scheme :
        List.of(
            WebhookScheme.of(stripe, SecretBytes.ofUtf8(SECRET)),
            WebhookScheme.stripe(SecretBytes.ofUtf8(SECRET)))) {
      WebhookVerifier verifier = WebhookVerifier.builder(scheme).withClock(clock).build();
      String good = "t=" + SENT + ",v1=" + tag;
      assertThat(reason(verifier, Map.of("Stripe-Signature", good), BODY)).isNull();
      assertThat(reason(verifier, Map.of("Stripe-Signature", good + ",t=1"), BODY))
          .isEqualTo(MacReason.MALFORMED);
      assertThat(reason(verifier, Map.of("Stripe-Signature", "v1=" + tag), BODY))
          .isEqualTo(MacReason.MALFORMED);
      assertThat(reason(verifier, Map.of("Stripe-Signature", "t=" + SENT + ",v0=" + tag), BODY))
          .isEqualTo(MacReason.NO_ACCEPTED_SIGNATURE);
      assertThat(reason(verifier, Map.of("Stripe-Signature", good + ",v1=x".repeat(8)), BODY))
          .isEqualTo(MacReason.TOO_MANY_SIGNATURES);
    }
  }

  @Test
  void TK10_encodedSecret_isReadAsShown() {
    byte[] key = SECRET.getBytes(UTF_8);
    WebhookFormat.Builder builder = WebhookFormat.builder("x", "s", WebhookEncoding.HEX);
    Map<String, String> good = Map.of("s", HexFormat.of().formatHex(hmac("HmacSHA256", key, BODY)));
    Map<String, WebhookFormat> shown =
        Map.of(
            "whsec_" + Base64.getEncoder().encodeToString(key),
            builder.withSecretForm("whsec_", WebhookEncoding.BASE64).build(),
            HexFormat.of().formatHex(key),
            builder.withSecretForm("", WebhookEncoding.HEX).build(),
            Base64.getUrlEncoder().withoutPadding().encodeToString(key) + "\n",
            builder.withSecretForm("", WebhookEncoding.BASE64URL).build());
    shown.forEach(
        (text, format) -> {
          WebhookVerifier verifier =
              WebhookVerifier.of(WebhookScheme.acceptingReplays(format, SecretBytes.ofUtf8(text)));
          assertThat(reason(verifier, good, BODY)).as("" + format).isNull();
        });
    WebhookFormat standard = builder.withSecretForm("whsec_", WebhookEncoding.BASE64).build();
    for (String bad :
        List.of(
            Base64.getEncoder().encodeToString(key),
            "whsec_!" + Base64.getEncoder().encodeToString(key),
            "whsec_" + Base64.getEncoder().encodeToString(new byte[15]))) {
      assertThatIllegalArgumentException()
          .as(bad)
          .isThrownBy(() -> WebhookScheme.acceptingReplays(standard, SecretBytes.ofUtf8(bad)));
    }
  }

  @Test
  void TK10_idThatHoldsTheSignAfterIt_isRefused() {
    WebhookVerifier verifier = Provider.OWN.verifier(clock).build();
    Map<String, String> good = Provider.OWN.sign(BODY, SENT);
    good.put("id", "msg|1");
    assertThat(reason(verifier, good, BODY)).isEqualTo(MacReason.MALFORMED);
    good.put("id", "m\u00e9");
    assertThat(reason(verifier, good, BODY)).isEqualTo(MacReason.MALFORMED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{id}.{timestamp}",
        "{id}{body}",
        "{id}{timestamp}.{body}",
        "{id}x{body}",
        "{timestamp}.{timestamp}.{body}",
        "{time}.{body}",
        "{body}{body}",
        "{.{body}",
        "\u00e9{body}",
        "{body}\n"
      })
  void TK10_templateThatIsAmbiguousOrUnknown_isRefusedWhenDeclared(String template) {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                WebhookFormat.builder("x", "s", WebhookEncoding.HEX)
                    .withTimestampHeader("t")
                    .withIdHeader("i")
                    .withSigned(template)
                    .build());
  }

  @Test
  void TK10_declarationThatDoesNotFit_isRefused() {
    WebhookFormat.Builder plain = WebhookFormat.builder("x", "s", WebhookEncoding.HEX);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> plain.withTimestampHeader("t").build())
        .withMessageContaining("what is not signed proves nothing");
    for (String name : List.of("", "X", "a b", "a".repeat(41))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> WebhookFormat.of(name, "s", WebhookEncoding.HEX));
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> WebhookFormat.of("x", "a b", WebhookEncoding.HEX));
    assertThatIllegalArgumentException().isThrownBy(() -> plain.withSeparator('x'));
    SecretBytes secret = SecretBytes.ofUtf8(SECRET);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> WebhookScheme.of(Provider.LINEAR.format, secret))
        .withMessageContaining("signs no time");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                WebhookScheme.of(
                    Provider.ZOOM.format, InMemoryReplayGuard.of(10), Duration.ofDays(1), secret));
    assertThatIllegalStateException()
        .isThrownBy(() -> Provider.LINEAR.verifier(clock).withTolerance(Duration.ofMinutes(1)));
    assertThat(Provider.ZOOM.format)
        .asString()
        .isEqualTo(
            "WebhookFormat[zoom, x-zm-signature: v0=hex of HMAC-SHA_256 over"
                + " v0:{timestamp}:{body}]");
  }
}
