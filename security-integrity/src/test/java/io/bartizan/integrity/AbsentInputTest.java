package io.bartizan.integrity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.bartizan.core.Checked;
import io.bartizan.core.Reason;
import io.bartizan.core.Refusal;
import io.bartizan.core.SecretBytes;
import io.bartizan.core.VerificationException;
import io.bartizan.integrity.jwt.AuthenticationScheme;
import io.bartizan.integrity.jwt.JwsAlgorithm;
import io.bartizan.integrity.jwt.JwtClaims;
import io.bartizan.integrity.jwt.JwtKeys;
import io.bartizan.integrity.jwt.JwtReason;
import io.bartizan.integrity.jwt.JwtRequest;
import io.bartizan.integrity.jwt.JwtSigner;
import io.bartizan.integrity.jwt.JwtVerifier;
import io.bartizan.integrity.jwt.SigningKey;
import io.bartizan.integrity.jwt.TrustedIssuer;
import io.bartizan.integrity.mac.Hmac;
import io.bartizan.integrity.mac.HmacAlgorithm;
import io.bartizan.integrity.mac.MacKeyRing;
import io.bartizan.integrity.mac.MacReason;
import io.bartizan.integrity.mac.SignedValues;
import io.bartizan.integrity.mac.WebhookScheme;
import io.bartizan.integrity.mac.WebhookVerifier;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * US-11: what a stranger left out is a refusal with a reason, by each verb that decides about what
 * strangers send; what the programmer left out is a {@link NullPointerException}.
 */
class AbsentInputTest {

  private static final SecretBytes SECRET = SecretBytes.random(32);
  private static final Hmac HMAC = Hmac.of(HmacAlgorithm.SHA_256, SECRET);
  private static final AtomicInteger TOLD = new AtomicInteger();
  private static final IntegrityListener LISTENER =
      new IntegrityListener() {
        @Override
        public void refused(Kind kind, String name, Refusal refusal) {
          TOLD.incrementAndGet();
        }
      };
  private static final JwtVerifier TOKENS =
      JwtVerifier.builder(
              TrustedIssuer.of("i", JwtKeys.secret(JwsAlgorithm.HS256, SECRET), JwsAlgorithm.HS256),
              "a")
          .withListener(LISTENER)
          .withCache(4)
          .build();
  private static final SignedValues VALUES =
      SignedValues.builder("p", MacKeyRing.of(SECRET), Duration.ofHours(1))
          .withListener(LISTENER)
          .build();
  private static final WebhookVerifier WEBHOOKS =
      WebhookVerifier.builder(WebhookScheme.stripe(SECRET)).withListener(LISTENER).build();
  private static final byte[] MESSAGE = {1, 2, 3};
  private static final byte[] TAG = HMAC.sign(MESSAGE);

  /** A verb without what it decides about. */
  record Absent(String name, Reason reason, Supplier<Checked<?>> check) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Absent> checks() {
    return Stream.of(
        new Absent("token", JwtReason.MALFORMED, () -> TOKENS.check(null)),
        new Absent(
            "token of a request",
            JwtReason.MALFORMED,
            () -> TOKENS.check(null, JwtRequest.bare().withDpop("GET", URI.create("a://b"), null))),
        new Absent("value", MacReason.MALFORMED, () -> VALUES.check(null)),
        new Absent("value of a user", MacReason.MALFORMED, () -> VALUES.check(null, "user", "1")),
        new Absent("body", MacReason.MALFORMED, () -> WEBHOOKS.check(name -> "x", null)),
        new Absent("headers", MacReason.MALFORMED, () -> WEBHOOKS.check(name -> null, MESSAGE)),
        new Absent("headers and body", MacReason.MALFORMED, () -> WEBHOOKS.check(n -> null, null)),
        tag(MESSAGE, null, MacReason.SIGNATURE_INVALID),
        tag(null, TAG, MacReason.MALFORMED),
        tag(null, null, MacReason.MALFORMED));
  }

  /** All three forms in which a message can be, verify and matches alike. */
  private static Absent tag(byte @Nullable [] message, byte @Nullable [] tag, Reason reason) {
    return new Absent(
        "message " + Arrays.toString(message) + ", tag " + Arrays.toString(tag),
        reason,
        () -> {
          ByteBuffer buffer = message == null ? null : ByteBuffer.wrap(message);
          InputStream stream = message == null ? null : new ByteArrayInputStream(message);
          InputStream other = message == null ? null : new ByteArrayInputStream(message);
          try {
            assertThat(HMAC.matches(message, tag)).isFalse();
            assertThat(HMAC.matches(buffer, tag)).isFalse();
            assertThat(HMAC.matches(other, tag)).isFalse();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
          Checked<?> byBuffer = Checked.of(() -> told(() -> HMAC.verify(buffer, tag)));
          Checked<?> byStream = Checked.of(() -> told(() -> HMAC.verify(stream, tag)));
          Checked<?> byArray = Checked.of(() -> told(() -> HMAC.verify(message, tag)));
          assertThat(byBuffer.toString()).isEqualTo(byArray.toString());
          assertThat(byStream.toString()).isEqualTo(byArray.toString());
          return byArray;
        });
  }

  private interface Verify {
    void run() throws IOException;
  }

  private static String told(Verify verify) {
    try {
      verify.run();
      return "accepted";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @MethodSource("checks")
  void US11_absentInput_isARefusalWithAReason(Absent absent) {
    Checked<?> result = absent.check.get();
    assertThat(result).isInstanceOf(Checked.Rejected.class);
    Refusal refusal = ((Checked.Rejected<?>) result).refusal();
    assertThat(refusal.reason()).isEqualTo(absent.reason);
    assertThat(refusal.detail()).isNotBlank();
  }

  @Test
  void US11_absentInput_isToldToListenersAndThrownByVerify() {
    int before = TOLD.get();
    assertThat(TOKENS.check(null).isAccepted()).isFalse();
    assertThat(VALUES.check(null).isAccepted()).isFalse();
    assertThat(WEBHOOKS.check(name -> null, null).isAccepted()).isFalse();
    assertThat(TOLD.get()).isEqualTo(before + 3);
    assertThatCode(() -> TOKENS.verify(null)).isInstanceOf(VerificationException.class);
    assertThatCode(() -> VALUES.verify(null)).isInstanceOf(VerificationException.class);
    assertThatCode(() -> WEBHOOKS.verify(name -> null, null))
        .isInstanceOf(VerificationException.class);
  }

  @Test
  void US11_presentInput_isStillAccepted() {
    String token =
        JwtSigner.of("i", Duration.ofMinutes(1), SigningKey.secret(JwsAlgorithm.HS256, SECRET))
            .sign(JwtClaims.forAudience("a"));
    assertThat(TOKENS.check(token).isAccepted()).isTrue();
    // no DPoP field in the request, and none needed
    JwtRequest request = JwtRequest.bare().withDpop("GET", URI.create("https://api/"), null);
    assertThat(TOKENS.check(token, request).isAccepted()).isTrue();
    assertThat(VALUES.check(VALUES.sign("x")).isAccepted()).isTrue();
    assertThat(HMAC.matches(MESSAGE, TAG)).isTrue();
  }

  @Test
  void US11_anAbsentHeader_isNoToken() {
    AuthenticationScheme bearer = AuthenticationScheme.bearer();
    assertThat(bearer.token(null)).isEmpty();
    assertThat(bearer.token(Collections.singletonList(null))).isEmpty();
    assertThat(bearer.token(Collections.singletonList("Bearer t"))).contains("t");
  }

  @Test
  void US11_whatTheProgrammerLeftOut_isANullPointerException() {
    assertThatNullPointerException().isThrownBy(() -> TOKENS.check("a.b.c", null).isAccepted());
    assertThatNullPointerException().isThrownBy(() -> TOKENS.check(null, null).isAccepted());
    assertThatNullPointerException().isThrownBy(() -> WEBHOOKS.check(null, MESSAGE).isAccepted());
    assertThatNullPointerException().isThrownBy(() -> WEBHOOKS.check(null, null).isAccepted());
    assertThatNullPointerException()
        .isThrownBy(() -> VALUES.check("x", (String[]) null).isAccepted());
    assertThatNullPointerException()
        .isThrownBy(() -> VALUES.check(VALUES.sign("x", "u"), (String) null).isAccepted());
    assertThatNullPointerException()
        .isThrownBy(() -> VALUES.check(null, (String) null).isAccepted());
    assertThatNullPointerException().isThrownBy(() -> HMAC.sign((byte[]) null));
    assertThatNullPointerException().isThrownBy(() -> JwtVerifier.of((TrustedIssuer) null, "a"));
    assertThatNullPointerException().isThrownBy(() -> WebhookVerifier.of(null));
  }
}
