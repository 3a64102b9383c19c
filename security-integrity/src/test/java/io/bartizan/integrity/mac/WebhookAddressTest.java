package io.bartizan.integrity.mac;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.bartizan.core.Refusal;
import io.bartizan.core.SecretBytes;
import io.bartizan.integrity.replay.InMemoryReplayGuard;
import io.bartizan.testkit.ManualInstantSource;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * TK-10: providers that sign the address of each request, and forms (Twilio).
 *
 * <p>Vectors by Python: {@code base64.b64encode(hmac.new(K, text.encode(), hashlib.sha1).digest())}
 * with the address, then {@code "".join(k + f[k] for k in sorted(f))}.
 */
class WebhookAddressTest {

  private static final String SECRET = "0123456789abcdef0123456789abcdef";
  private static final String ORIGIN = "https://shop.example";
  private static final String TARGET = "/calls/42?lang=de";
  private static final String FORM =
      "From=%2B14158675309&CallSid=CA1&Body=Gr%C3%BC%c3%9fe+%26+%3D+%25+10&Zip=";
  private static final String FORM_TAG = "qQYZSIy0x/gFlHgUWh+8N6Zm+q4=";

  private static final WebhookFormat TWILIO =
      WebhookFormat.builder("twilio", "X-Twilio-Signature", WebhookEncoding.BASE64)
          .withLegacyHmacSha1()
          .withOrigin(ORIGIN)
          .withSigned("{url}{form}")
          .build();
  private static final WebhookFormat TWILIO_JSON =
      WebhookFormat.builder("twilio-json", "X-Twilio-Signature", WebhookEncoding.BASE64)
          .withLegacyHmacSha1()
          .withOrigin(ORIGIN)
          .withSigned("{url}")
          .withBodySha256Parameter("bodySHA256")
          .build();
  private static final WebhookFormat HUBSPOT =
      WebhookFormat.builder("hubspot", "X-HubSpot-Signature-v3", WebhookEncoding.BASE64)
          .withTimestampHeader("X-HubSpot-Request-Timestamp")
          .withMilliseconds()
          .withMethod("POST")
          .withOrigin(ORIGIN)
          .withSigned("{method}{url}{body}{timestamp}")
          .build();

  private final ManualInstantSource clock =
      new ManualInstantSource(Instant.ofEpochSecond(1_795_219_200L));
  private final InMemoryReplayGuard guard =
      InMemoryReplayGuard.builder(100).withClock(clock).build();

  private static WebhookVerifier forgetful(WebhookFormat format) {
    return WebhookVerifier.of(WebhookScheme.acceptingReplays(format, SecretBytes.ofUtf8(SECRET)));
  }

  private static Object reason(
      WebhookVerifier verifier, @Nullable String target, String tag, String body) {
    Function<String, @Nullable String> headers =
        Map.of("X-Twilio-Signature", tag, "X-HubSpot-Signature-v3", tag, "Host", "evil.example")
            ::get;
    return verifier
        .at(target)
        .check(headers, body.getBytes(UTF_8))
        .<Object>fold(event -> "accepted", Refusal::reason);
  }

  private static String sha1(String key, byte[]... parts) {
    try {
      Mac mac = Mac.getInstance("HmacSHA1");
      mac.init(new SecretKeySpec(key.getBytes(UTF_8), "HmacSHA1"));
      for (byte[] part : parts) {
        mac.update(part);
      }
      return Base64.getEncoder().encodeToString(mac.doFinal());
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static String sha1(String text) {
    return sha1(SECRET, text.getBytes(UTF_8));
  }

  @Test
  void TK10_form_isVerifiedInAnyOrderOfItsParameters_andGivenDecoded() {
    WebhookVerifier calls = forgetful(TWILIO);
    assertThat(reason(calls, TARGET, FORM_TAG, FORM)).isEqualTo("accepted");
    String reordered =
        "Zip=&Body=Gr%c3%bc%C3%9Fe%20%26%20%3D%20%25%2010&CallSid=C%411&From=%2b14158675309";
    assertThat(reason(calls, TARGET, FORM_TAG, reordered)).isEqualTo("accepted");
    VerifiedWebhook call =
        calls.at(TARGET).verify(Map.of("X-Twilio-Signature", FORM_TAG)::get, FORM.getBytes(UTF_8));
    assertThat(call.form())
        .containsExactly(
            Map.entry("Body", "Grüße & = % 10"),
            Map.entry("CallSid", "CA1"),
            Map.entry("From", "+14158675309"),
            Map.entry("Zip", ""));
    assertThat(call.text()).isEqualTo(FORM);
    assertThat(reason(calls, TARGET, "akPx7/brpBbwWplJmN2Khck+h9s=", ""))
        .as("GET")
        .isEqualTo("accepted");
  }

  /** The sample of Twilio's page on security, whose token is too short to be accepted as a key. */
  @Test
  void TK10_publishedSampleOfTwilio_isTheSameText() {
    DeclaredGrammar grammar =
        new DeclaredGrammar(
            WebhookFormat.builder("twilio", "X-Twilio-Signature", WebhookEncoding.BASE64)
                .withLegacyHmacSha1()
                .withOrigin("https://mycompany.com")
                .withSigned("{url}{form}")
                .build());
    String target = "/myapp.php?foo=1&bar=2";
    String form =
        "To=%2B18005551212&CallSid=CA1234567890ABCDE&From=%2B14158675309&Digits=1234"
            + "&Caller=%2B14158675309";
    byte[] before =
        grammar
            .read(Map.of("X-Twilio-Signature", "RSOYDt4T1cUTdK1PDd93/VVr8B8=")::get, target)
            .prefixBytes();
    byte[] content = grammar.signed(form.getBytes(UTF_8), target).bytes();
    assertThat(sha1("12345", before, content)).isEqualTo("RSOYDt4T1cUTdK1PDd93/VVr8B8=");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        FORM + "&CallSid=CA1",
        FORM + "&Call%53id=CA1",
        FORM + "&",
        "&" + FORM,
        "From=%2B14158675309&&CallSid=CA1",
        "From=%2B14158675309&CallSid",
        "=x&From=1",
        "From=%2",
        "From=%",
        "From=%G1",
        "From=%+1",
        "From=%C3",
        "From=%C0%AF",
        "From=%ED%A0%80",
        "From=a b",
        "From=\u00fc",
        "From=a\n"
      })
  void TK10_formOfTwoReadings_isMalformed_whateverItsSignature(String form) {
    WebhookVerifier calls = forgetful(TWILIO);
    assertThat(reason(calls, TARGET, FORM_TAG, form)).isEqualTo(MacReason.MALFORMED);
  }

  @Test
  void TK10_otherFormOrAddress_isNotSigned() {
    WebhookVerifier calls = forgetful(TWILIO);
    for (String form :
        List.of(
            FORM + "&Extra=1",
            FORM.replace("CA1", "CA2"),
            FORM.replace("Zip=", "zip="),
            FORM.replace("+", "%2B"),
            "")) {
      assertThat(reason(calls, TARGET, FORM_TAG, form)).isEqualTo(MacReason.SIGNATURE_INVALID);
    }
    for (String target : List.of("/calls/43?lang=de", "/calls/42", "/calls/%34%32?lang=de")) {
      assertThat(reason(calls, target, FORM_TAG, FORM)).isEqualTo(MacReason.SIGNATURE_INVALID);
    }
    String elsewhere = sha1("https://evil.example" + TARGET + "From1");
    assertThat(reason(calls, TARGET, elsewhere, "From=1"))
        .as("Host says so")
        .isEqualTo(MacReason.SIGNATURE_INVALID);
    assertThat(reason(calls, TARGET, sha1(ORIGIN + TARGET + "From1To2"), "To=2&From=1"))
        .isEqualTo("accepted");
    assertThat(reason(calls, TARGET, sha1(ORIGIN + TARGET + "To2From1"), "To=2&From=1"))
        .as("in the order of the body")
        .isEqualTo(MacReason.SIGNATURE_INVALID);
  }

  /** The weakness of the scheme: two readings are one signed text, of which a guard accepts one. */
  @Test
  void TK10_shiftedForm_hasTheSameSignature_andIsStoppedByMemoryAlone() {
    String tag = "5k5hpX46J2pnzU1lr817L8VCC3o="; // of https://shop.example/hookabc
    List<String[]> readings =
        List.of(
            new String[] {"/hook", "ab=c"},
            new String[] {"/hook", "a=bc"},
            new String[] {"/hooka", "b=c"});
    WebhookVerifier forgetful = forgetful(TWILIO);
    WebhookVerifier once =
        WebhookVerifier.builder(
                WebhookScheme.of(TWILIO, guard, Duration.ofDays(3), SecretBytes.ofUtf8(SECRET)))
            .withClock(clock)
            .build();
    WebhookVerifier handling =
        WebhookVerifier.builder(WebhookScheme.acceptingReplays(TWILIO, SecretBytes.ofUtf8(SECRET)))
            .withDeliveries(
                InMemoryReplayGuard.builder(100).withClock(clock).build(),
                Duration.ofMinutes(1),
                Duration.ofDays(3))
            .withClock(clock)
            .build();
    List<Object> remembered = new ArrayList<>();
    List<Map<String, String>> handled = new ArrayList<>();
    for (String[] each : readings) {
      assertThat(reason(forgetful, each[0], tag, each[1])).isEqualTo("accepted");
      remembered.add(reason(once, each[0], tag, each[1]));
      int status =
          handling
              .at(each[0])
              .handle(
                  Map.of("X-Twilio-Signature", tag)::get,
                  each[1].getBytes(UTF_8),
                  event -> handled.add(event.form()));
      assertThat(status).isEqualTo(200);
    }
    assertThat(remembered).containsExactly("accepted", MacReason.REPLAYED, MacReason.REPLAYED);
    assertThat(handled).containsExactly(Map.of("ab", "c"));
  }

  @Test
  void TK10_manyParameters_areTooLarge() {
    StringBuilder form = new StringBuilder("a0=");
    for (int i = 1; i < FormParameters.MAX_PARAMETERS; i++) {
      form.append("&a").append(i).append('=');
    }
    WebhookVerifier calls = forgetful(TWILIO);
    assertThat(reason(calls, TARGET, FORM_TAG, form.toString()))
        .isEqualTo(MacReason.SIGNATURE_INVALID);
    assertThat(reason(calls, TARGET, FORM_TAG, form + "&b=")).isEqualTo(MacReason.TOO_LARGE);
  }

  @Test
  void TK10_hashInTheQuery_bindsTheBody() {
    WebhookVerifier json = forgetful(TWILIO_JSON);
    String body = "{\"CallSid\":\"CA1\"}";
    String hash = "85264246de8d570722726062407cde49dc5bb2c2569c179765b178e3ffe30825";
    String target = "/calls/42?bodySHA256=" + hash;
    String tag = "UYhB04g991dUds+lamoAM2sGSkY=";
    assertThat(reason(json, target, tag, body)).isEqualTo("accepted");
    assertThat(reason(json, target, tag, body + " ")).isEqualTo(MacReason.SIGNATURE_INVALID);
    assertThat(reason(json, target, tag, "")).isEqualTo(MacReason.SIGNATURE_INVALID);
    assertThat(reason(json, target, FORM_TAG, body)).isEqualTo(MacReason.SIGNATURE_INVALID);
    for (String bad :
        List.of(
            target + "&bodySHA256=" + hash,
            "/calls/42",
            "/bodySHA256=" + hash,
            "/calls/42?xbodySHA256=" + hash,
            "/calls/42?body%53HA256=" + hash)) {
      assertThat(reason(json, bad, sha1(ORIGIN + bad), body))
          .as(bad)
          .isEqualTo(MacReason.MALFORMED);
    }
    String upper = target.replace("de8d", "DE8D");
    assertThat(reason(json, upper, sha1(ORIGIN + upper), body))
        .isEqualTo(MacReason.SIGNATURE_INVALID);
  }

  @Test
  void TK10_jsonWithoutItsBody_isNoFormWhereBothShareAGuard() {
    SecretBytes secret = SecretBytes.ofUtf8(SECRET);
    Duration days = Duration.ofDays(3);
    WebhookVerifier json =
        WebhookVerifier.builder(WebhookScheme.of(TWILIO_JSON, guard, days, secret))
            .withClock(clock)
            .build();
    WebhookVerifier form =
        WebhookVerifier.builder(WebhookScheme.of(TWILIO, guard, days, secret))
            .withClock(clock)
            .build();
    String target =
        "/calls/42?bodySHA256=85264246de8d570722726062407cde49dc5bb2c2569c179765b178e3ffe30825";
    String tag = "UYhB04g991dUds+lamoAM2sGSkY=";
    assertThat(reason(json, target, tag, "{\"CallSid\":\"CA1\"}")).isEqualTo("accepted");
    assertThat(reason(form, target, tag, "")).isEqualTo(MacReason.REPLAYED);
    assertThat(reason(forgetful(TWILIO), target, tag, "")).isEqualTo("accepted");
  }

  @Test
  void TK10_addressBesideABody_isReadInOneWay() {
    WebhookVerifier crm =
        WebhookVerifier.builder(WebhookScheme.of(HUBSPOT, SecretBytes.ofUtf8(SECRET)))
            .withClock(clock)
            .build();
    String tag = "I08IvwbrMGsK1RzE8J/BxweH6pdg6sv+6/XnMvqiFEU=";
    String text = "/crm/7?x=1{\"a\":1}";
    int accepted = 0;
    for (int cut = 1; cut <= text.length(); cut++) {
      Map<String, String> headers =
          Map.of("X-HubSpot-Signature-v3", tag, "X-HubSpot-Request-Timestamp", "1795219200000");
      boolean isAccepted =
          crm.at(text.substring(0, cut))
              .check(headers::get, text.substring(cut).getBytes(UTF_8))
              .isAccepted();
      accepted += isAccepted ? 1 : 0;
      assertThat(isAccepted).as(text.substring(cut)).isEqualTo(cut == text.indexOf('{'));
    }
    assertThat(accepted).isEqualTo(1);
  }

  @Test
  void TK10_pathBehindAProxy_isTheDeclaredPublicOne() {
    record Case(String received, String signed, String target, @Nullable String called) {}
    for (Case each :
        List.of(
            new Case("/twilio", "/hooks/twilio", "/twilio/42?a=/b", "/hooks/twilio/42?a=/b"),
            new Case("/twilio", "/hooks/twilio", "/twilio?a=1", "/hooks/twilio?a=1"),
            new Case("/twilio", "/hooks/twilio", "/twilio", "/hooks/twilio"),
            new Case("/twilio", "", "/twilio/42", "/42"),
            new Case("", "/hooks", "/42", "/hooks/42"),
            new Case("/twilio", "/hooks", "/twiliox", null),
            new Case("/twilio", "/hooks", "/", null),
            new Case("/twilio", "/hooks", "/%74wilio/42", null),
            new Case("/twilio", "/hooks", "/hooks/42", null),
            new Case("/twilio", "/hooks", "//twilio/42", null),
            new Case("/twilio", "/hooks", "/twilio;a=b", null))) {
      WebhookVerifier calls =
          forgetful(
              WebhookFormat.builder("twilio", "X-Twilio-Signature", WebhookEncoding.BASE64)
                  .withLegacyHmacSha1()
                  .withOrigin(ORIGIN)
                  .withPublicPath(each.received, each.signed)
                  .withSigned("{url}{form}")
                  .build());
      Object good = reason(calls, each.target, sha1(ORIGIN + each.called + "a1"), "a=1");
      assertThat(good)
          .as("%s", each)
          .isEqualTo(each.called == null ? MacReason.MALFORMED : "accepted");
      assertThat(reason(calls, each.target, sha1(ORIGIN + each.target + "a1"), "a=1"))
          .as("%s, signed as it arrives", each)
          .isEqualTo(each.called == null ? MacReason.MALFORMED : MacReason.SIGNATURE_INVALID);
    }
    WebhookVerifier json =
        forgetful(
            WebhookFormat.builder("twilio-json", "X-Twilio-Signature", WebhookEncoding.BASE64)
                .withLegacyHmacSha1()
                .withOrigin(ORIGIN)
                .withPublicPath("/in", "/calls/42")
                .withSigned("{url}")
                .withBodySha256Parameter("bodySHA256")
                .build());
    String query = "?bodySHA256=85264246de8d570722726062407cde49dc5bb2c2569c179765b178e3ffe30825";
    assertThat(reason(json, "/in" + query, "UYhB04g991dUds+lamoAM2sGSkY=", "{\"CallSid\":\"CA1\"}"))
        .isEqualTo("accepted");
  }

  @Test
  void TK10_targetThatIsNone_isRefused_andNeverTakenFromTheHeaders() {
    WebhookVerifier calls = forgetful(TWILIO);
    for (String target :
        new String[] {
          null, "", "calls", "https://shop.example/calls", "/a b", "/a#b", "/\u00fc", "/{id}"
        }) {
      assertThat(reason(calls, target, sha1(ORIGIN + target + "a1"), "a=1"))
          .as(target)
          .isEqualTo(MacReason.MALFORMED);
    }
    assertThat(reason(calls, "/" + "a".repeat(4096), FORM_TAG, FORM))
        .isEqualTo(MacReason.TOO_LARGE);
    assertThatIllegalStateException()
        .isThrownBy(() -> calls.check(name -> "x", new byte[0]))
        .withMessageContaining("use at(target)");
    WebhookVerifier fixed =
        forgetful(WebhookFormat.of("linear", "Linear-Signature", WebhookEncoding.HEX));
    assertThatIllegalStateException().isThrownBy(() -> fixed.at("/"));
    assertThat(calls.isTargetSigned()).isTrue();
    assertThat(fixed.isTargetSigned()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{body}{url}",
        "{url}x{body}",
        "{url}{timestamp}.{body}",
        "{url}{url}{body}",
        "{form}{body}",
        "{url}{form}{form}",
        "{url}",
        "{body}"
      })
  void TK10_addressThatCouldBeReadTwice_isRefusedWhenDeclared(String template) {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> {
              WebhookFormat.Builder builder =
                  WebhookFormat.builder("x", "s", WebhookEncoding.HEX).withOrigin(ORIGIN);
              WebhookFormat unused =
                  (template.contains("{timestamp}") ? builder.withTimestampHeader("t") : builder)
                      .withSigned(template)
                      .build();
            });
  }

  @Test
  void TK10_declarationOfAnAddressThatDoesNotFit_isRefused() {
    for (String path :
        List.of("hooks", "/hooks/", "/", "/a?b", "/a b", "/\u00fc", "/a".repeat(501))) {
      WebhookFormat.Builder builder = WebhookFormat.builder("x", "s", WebhookEncoding.HEX);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> builder.withPublicPath(path, "/a"))
          .withMessageContaining("paths such as /hooks");
      assertThatIllegalArgumentException().isThrownBy(() -> builder.withPublicPath("/a", path));
    }
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> {
              WebhookFormat unused =
                  WebhookFormat.builder("x", "s", WebhookEncoding.HEX)
                      .withPublicPath("/a", "/b")
                      .build();
            })
        .withMessageContaining("withOrigin");
    for (String origin :
        List.of("shop.example", "https://shop.example/", "https://a@b", "ftp://a", "https://")) {
      assertThatIllegalArgumentException()
          .as(origin)
          .isThrownBy(
              () -> WebhookFormat.builder("x", "s", WebhookEncoding.HEX).withOrigin(origin));
    }
    WebhookFormat.Builder both =
        WebhookFormat.builder("x", "s", WebhookEncoding.HEX)
            .withOrigin(ORIGIN)
            .withUrl(ORIGIN + "/")
            .withSigned("{url}{body}");
    assertThatIllegalArgumentException().isThrownBy(both::build);
    for (String template : List.of("{url}{body}", "{url}x", "{body}")) {
      assertThatIllegalArgumentException()
          .isThrownBy(
              () ->
                  WebhookFormat.builder("x", "s", WebhookEncoding.HEX)
                      .withOrigin(ORIGIN)
                      .withBodySha256Parameter("h")
                      .withSigned(template)
                      .build())
          .withMessageContaining("a hash in the query");
    }
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                WebhookFormat.builder("x", "s", WebhookEncoding.HEX)
                    .withUrl(ORIGIN + "/")
                    .withBodySha256Parameter("h")
                    .withSigned("{url}")
                    .build());
  }
}
