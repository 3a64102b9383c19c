package io.bartizan.integrity.jwt.nimbus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.nimbusds.jose.EncryptionMethod;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWEAlgorithm;
import com.nimbusds.jose.JWEHeader;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.RemoteKeySourceException;
import com.nimbusds.jose.crypto.DirectEncrypter;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.BadJWSException;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.EncryptedJWT;
import com.nimbusds.jwt.JWT;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.JWTParser;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.BadJWTException;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import com.nimbusds.jwt.proc.ExpiredJWTException;
import io.bartizan.core.Refused;
import io.bartizan.integrity.jwt.JwsAlgorithm;
import io.bartizan.integrity.jwt.JwtKeys;
import io.bartizan.integrity.jwt.JwtReason;
import io.bartizan.integrity.jwt.JwtRequest;
import io.bartizan.integrity.jwt.JwtVerifier;
import io.bartizan.integrity.jwt.RemoteJwks;
import io.bartizan.integrity.jwt.TrustedIssuer;
import io.bartizan.integrity.replay.ReplayGuard;
import io.bartizan.testkit.DevCa;
import io.bartizan.testkit.ForgedToken;
import io.bartizan.testkit.ForgedTokens;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.text.ParseException;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** TK-15: Nimbus' interface, our verdicts; honest tokens against Nimbus' own processor. */
class NimbusJwtProcessorTest {

  private static final String ISSUER = "https://issuer.example";
  private static final String AUDIENCE = "my-api";
  private static final ECKey KEY = key("k1");

  private final JwtVerifier verifier = JwtVerifier.of(issuer(), AUDIENCE);
  private final NimbusJwtProcessor<SecurityContext> processor = NimbusJwtProcessor.of(verifier);

  private static ECKey key(String id) {
    try {
      return new ECKeyGenerator(Curve.P_256).keyID(id).generate();
    } catch (JOSEException e) {
      throw new AssertionError(e);
    }
  }

  private static TrustedIssuer issuer() {
    return TrustedIssuer.of(
        ISSUER, JwtKeys.jwk(KEY.toPublicJWK().toJSONString()), JwsAlgorithm.ES256);
  }

  private static String members() {
    long now = Instant.now().getEpochSecond();
    return "\"iss\":\""
        + ISSUER
        + "\",\"sub\":\"alice\",\"iat\":"
        + now
        + ",\"nbf\":"
        + now
        + ",\"exp\":"
        + (now + 300)
        + ",\"jti\":\"1\"";
  }

  private static String good() {
    return "{" + members() + ",\"aud\":\"" + AUDIENCE + "\"}";
  }

  private static SignedJWT signed(ECKey key, JWSHeader.Builder header, String payload) {
    try {
      Base64URL first = header.build().toBase64URL();
      Base64URL second = Base64URL.encode(payload);
      Base64URL signature =
          new ECDSASigner(key)
              .sign(header.build(), (first + "." + second).getBytes(StandardCharsets.US_ASCII));
      return new SignedJWT(first, second, signature);
    } catch (JOSEException | ParseException e) {
      throw new AssertionError(e);
    }
  }

  private static JWSHeader.Builder header() {
    return new JWSHeader.Builder(JWSAlgorithm.ES256).keyID("k1");
  }

  private static String token(String payload) {
    return signed(KEY, header(), payload).serialize();
  }

  private static JwtReason reason(Exception e) {
    return (JwtReason) ((Refused) e.getCause()).refusal().reason();
  }

  private static DefaultJWTProcessor<SecurityContext> theirs() {
    DefaultJWTProcessor<SecurityContext> nimbus = new DefaultJWTProcessor<>();
    nimbus.setJWSKeySelector(
        new JWSVerificationKeySelector<>(
            JWSAlgorithm.ES256, new ImmutableJWKSet<>(new JWKSet(KEY.toPublicJWK()))));
    return nimbus;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"aud\":\"my-api\"",
        "\"aud\":[\"other\",\"my-api\"],\"scope\":\"read write\"",
        "\"aud\":\"my-api\",\"n\":0,\"big\":9223372036854775807,\"low\":-9223372036854775808",
        "\"aud\":\"my-api\",\"x\":1.5,\"y\":-0.1,\"z\":1e10,\"tiny\":1e-300",
        "\"aud\":\"my-api\",\"t\":true,\"f\":false,\"none\":null,\"empty\":{},\"list\":[]",
        "\"aud\":\"my-api\",\"realm_access\":{\"roles\":[\"a\",{\"b\":[1,2.25,null]}]}",
        "\"aud\":\"my-api\",\"text\":\"gr\\u00f6\\u00dfe \\ud83d\\ude00\""
      })
  void claims_ofAGoodToken_areThoseOfNimbus(String more) throws Exception {
    String token = token("{" + members() + "," + more + "}");
    JWTClaimsSet ours = processor.process(token, null);
    assertThat(ours.getClaims()).isEqualTo(theirs().process(token, null).getClaims());
    assertThat(ours.getSubject()).isEqualTo("alice");
    assertThat(ours.getAudience()).contains(AUDIENCE);
  }

  @Test
  void numbers_thatNoDoubleHolds_areNotRounded() throws Exception {
    String token =
        token(
            "{"
                + members()
                + ",\"aud\":\"my-api\",\"a\":9223372036854775808,\"b\":0.1234567890123456789,"
                + "\"c\":1e999,\"d\":[{\"e\":12345678901234567890}]}");
    Map<String, Object> claims = processor.process(token, null).getClaims();
    assertThat(claims.get("a")).isEqualTo(new BigDecimal("9223372036854775808"));
    assertThat(claims.get("b")).isEqualTo(new BigDecimal("0.1234567890123456789"));
    assertThat(claims.get("c")).isEqualTo(new BigDecimal("1e999"));
    assertThat(claims.get("d"))
        .isEqualTo(List.of(Map.of("e", new BigDecimal("12345678901234567890"))));
  }

  @Test
  @SuppressWarnings("JavaUtilDate") // Nimbus has no other
  void times_ofAGoodToken_areDates_andFractionsStay() throws Exception {
    long now = Instant.now().getEpochSecond();
    String payload =
        "{\"iss\":\""
            + ISSUER
            + "\",\"aud\":\"my-api\",\"iat\":"
            + now
            + ",\"exp\":"
            + (now + 60)
            + ".25}";
    JWTClaimsSet claims = processor.process(token(payload), null);
    assertThat(claims.getIssueTime()).isEqualTo(new Date(now * 1000));
    assertThat(claims.getExpirationTime()).isEqualTo(new Date((now + 60) * 1000 + 250));
    assertThat(claims.getNotBeforeTime()).isNull();
  }

  @Test
  void everyKindOfObject_goesByItsOriginalText() throws Exception {
    SignedJWT parsed = SignedJWT.parse(token(good()));
    assertThat(processor.process(parsed, null).getSubject()).isEqualTo("alice");
    assertThat(processor.process((JWT) parsed, null).getSubject()).isEqualTo("alice");
    SignedJWT own = new SignedJWT(header().build(), JWTClaimsSet.parse(good()));
    refused(BadJOSEException.class, JwtReason.MALFORMED, own);
    own.sign(new ECDSASigner(KEY));
    assertThat(processor.process(own, null).getSubject()).isEqualTo("alice");

    refused(
        BadJOSEException.class,
        JwtReason.ALGORITHM_NOT_ALLOWED,
        new PlainJWT(JWTClaimsSet.parse(good())));
    EncryptedJWT encrypted =
        new EncryptedJWT(
            new JWEHeader(JWEAlgorithm.DIR, EncryptionMethod.A128GCM), JWTClaimsSet.parse(good()));
    refused(BadJOSEException.class, JwtReason.MALFORMED, encrypted);
    encrypted.encrypt(new DirectEncrypter(new SecretKeySpec(new byte[16], "AES")));
    refused(BadJOSEException.class, JwtReason.MALFORMED, encrypted);
    refused(BadJOSEException.class, JwtReason.MALFORMED, EncryptedJWT.parse(encrypted.serialize()));

    assertThatExceptionOfType(BadJOSEException.class)
        .isThrownBy(() -> processor.process((SignedJWT) null, null));
    assertThatExceptionOfType(BadJOSEException.class)
        .isThrownBy(() -> processor.process((String) null, null));
  }

  private void refused(Class<? extends Exception> type, JwtReason reason, JWT jwt) {
    assertThatExceptionOfType(Exception.class)
        .isThrownBy(() -> processor.process(jwt, null))
        .isExactlyInstanceOf(type)
        .satisfies(e -> assertThat(reason(e)).isEqualTo(reason));
  }

  @Test
  void everyForgery_isABadTokenAndNoOutage() throws Exception {
    String good = token(good());
    assertThat(processor.process(good, null).getSubject()).isEqualTo("alice");
    List<ForgedToken> forged = ForgedTokens.of(good, KEY.toECPublicKey());
    assertThat(forged).hasSizeGreaterThan(115);
    for (ForgedToken one : forged) {
      assertThatExceptionOfType(BadJOSEException.class)
          .as(one.attack())
          .isThrownBy(() -> processor.process(one.token(), null));
      JWT parsed = parsed(one.token());
      // Nimbus' parser trims blanks away, and then it is the good token's own text
      if (parsed != null && !good.equals(parsed.getParsedString())) {
        assertThatExceptionOfType(BadJOSEException.class)
            .as(one.attack())
            .isThrownBy(() -> processor.process(parsed, null));
      }
    }
  }

  private static JWT parsed(String token) {
    try {
      return JWTParser.parse(token);
    } catch (ParseException | RuntimeException e) {
      return null;
    }
  }

  @Test
  void refusal_isOfTheKindThatItsCallersKnow() {
    long now = Instant.now().getEpochSecond();
    refused(
        BadJWSException.class, JwtReason.SIGNATURE_INVALID, signed(key("k1"), header(), good()));
    refused(
        BadJOSEException.class,
        JwtReason.KEY_UNKNOWN,
        signed(KEY, header().keyID("../k1"), good()));
    refused(
        BadJOSEException.class,
        JwtReason.TYPE_MISMATCH,
        signed(KEY, header().type(new JOSEObjectType("logout+jwt")), good()));
    refused(
        BadJWTException.class,
        JwtReason.AUDIENCE_MISMATCH,
        signed(KEY, header(), "{" + members() + ",\"aud\":\"other\"}"));
    refused(
        BadJWTException.class,
        JwtReason.CLAIM_MISSING,
        signed(KEY, header(), "{\"iss\":\"" + ISSUER + "\",\"aud\":\"my-api\"}"));
    refused(
        BadJWTException.class,
        JwtReason.ISSUER_MISMATCH,
        signed(KEY, header(), good().replace(ISSUER, "https://other.example")));
    SignedJWT expired =
        signed(
            KEY,
            header(),
            "{\"iss\":\"" + ISSUER + "\",\"aud\":\"my-api\",\"exp\":" + (now - 3600) + "}");
    assertThatExceptionOfType(ExpiredJWTException.class)
        .isThrownBy(() -> processor.process(expired, null))
        .withMessageContaining("exp passed");
  }

  @Test
  void keysThatCouldNotBeGot_areAnOutage_andNoBadToken() {
    try (RemoteJwks keys =
        RemoteJwks.of(
            "vault", () -> CompletableFuture.failedFuture(new IllegalStateException("sealed")))) {
      NimbusJwtProcessor<SecurityContext> without =
          NimbusJwtProcessor.of(
              JwtVerifier.of(TrustedIssuer.of(ISSUER, keys, JwsAlgorithm.ES256), AUDIENCE));
      assertThatExceptionOfType(RemoteKeySourceException.class)
          .isThrownBy(() -> without.process(token(good()), null))
          .isInstanceOf(KeySourceException.class)
          .satisfies(e -> assertThat(reason(e)).isEqualTo(JwtReason.KEYS_UNAVAILABLE));
    }
  }

  @Test
  void guardThatCanNotTell_isAnOutage_andOneThatCanIsNot() throws Exception {
    ReplayGuard.Use[] answer = {ReplayGuard.Use.UNDECIDED};
    NimbusJwtProcessor<SecurityContext> once =
        NimbusJwtProcessor.of(
            JwtVerifier.builder(issuer(), AUDIENCE)
                .withSingleUse((scope, id, until) -> answer[0])
                .build());
    assertThatExceptionOfType(JOSEException.class)
        .isThrownBy(() -> once.process(token(good()), null))
        .satisfies(e -> assertThat(reason(e)).isEqualTo(JwtReason.REPLAY_UNDECIDED));
    answer[0] = ReplayGuard.Use.REPEATED;
    assertThatExceptionOfType(BadJWTException.class)
        .isThrownBy(() -> once.process(token(good()), null))
        .satisfies(e -> assertThat(reason(e)).isEqualTo(JwtReason.REPLAYED));
    answer[0] = ReplayGuard.Use.FIRST;
    assertThat(once.process(token(good()), null).getJWTID()).isEqualTo("1");
  }

  /** A context of the application's own. */
  private record Shown(JwtRequest request) implements SecurityContext {}

  @Test
  void request_ofTheContext_isWhatTheVerifierChecks() throws Exception {
    NimbusJwtProcessor<Shown> bound =
        NimbusJwtProcessor.of(
            verifier, context -> context == null ? JwtRequest.bare() : context.request());
    String token =
        token(
            "{"
                + members()
                + ",\"aud\":\"my-api\",\"cnf\":{\"x5t#S256\":\""
                + "A".repeat(43)
                + "\"}}");
    assertThatExceptionOfType(BadJWTException.class)
        .isThrownBy(() -> bound.process(token, new Shown(JwtRequest.bare())))
        .satisfies(e -> assertThat(reason(e)).isEqualTo(JwtReason.BINDING_MISSING));
    X509Certificate other = DevCa.of("other").leaf("client").issue().certificate();
    assertThatExceptionOfType(BadJWTException.class)
        .isThrownBy(
            () -> bound.process(token, new Shown(JwtRequest.bare().withClientCertificate(other))))
        .satisfies(e -> assertThat(reason(e)).isEqualTo(JwtReason.BINDING_MISMATCH));
    assertThat(bound.process(token(good()), null).getSubject()).isEqualTo("alice");
    assertThat(bound).asString().contains(ISSUER).contains("ES256");
  }
}
