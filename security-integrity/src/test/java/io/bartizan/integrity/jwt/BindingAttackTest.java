package io.bartizan.integrity.jwt;

import static io.bartizan.integrity.jwt.Forge.GOOD;
import static io.bartizan.integrity.jwt.Forge.NOW;
import static io.bartizan.integrity.jwt.Forge.base64;
import static io.bartizan.integrity.jwt.Forge.refuses;
import static io.bartizan.integrity.jwt.Forge.refusesUse;
import static io.bartizan.integrity.jwt.Forge.strict;
import static io.bartizan.integrity.jwt.Forge.token;
import static io.bartizan.integrity.jwt.JwsAlgorithm.ED25519;
import static io.bartizan.integrity.jwt.JwsAlgorithm.ES256;
import static io.bartizan.integrity.jwt.JwsAlgorithm.HS256;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.bartizan.integrity.replay.ReplayGuard;
import io.bartizan.testkit.DevCa;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

/** D11 and D12 of the attack matrix: tokens that are bound to a key or a certificate. */
class BindingAttackTest {

  private static final URI PAY = URI.create("https://api.example:443/pay?x=1#f");
  private static final String CLAIMS =
      "{\"jti\":\"p1\",\"htm\":\"POST\",\"htu\":\"https://api.example/pay\",\"iat\":"
          + NOW
          + ",\"ath\":\"%s\"}";

  private final Set<String> used = ConcurrentHashMap.newKeySet();
  private final ReplayGuard guard =
      (scope, id, until) ->
          used.add(scope + "/" + new String(id, StandardCharsets.UTF_8))
              ? ReplayGuard.Use.FIRST
              : ReplayGuard.Use.REPEATED;
  private final JwtVerifier verifier = strict(HS256).withDpop(guard).build();
  private final KeyPair clientKey = Keys.pair(ES256, 7);
  private final String bound = token(HS256, bind("jkt", Thumbprint.of(clientKey.getPublic())));
  private final String ath = base64(Thumbprint.sha256(bound.getBytes(ISO_8859_1)));

  @Test
  void D11_goodProof_isAcceptedOnce() {
    JwtRequest request = request(proof(CLAIMS.formatted(ath)));
    assertThat(verifier.verify(bound, request).subject()).contains("alice");
    refusesUse(verifier, bound, request, JwtReason.PROOF_REPLAYED);
    assertThat(used).containsExactly("dpop:" + Thumbprint.of(clientKey.getPublic()) + "/p1");
  }

  @Test
  void D11_tokenWithoutProof_isRefused() {
    refuses(verifier, bound, JwtReason.BINDING_MISSING);
    refuses(strict(HS256).build(), bound, JwtReason.BINDING_MISSING);
    refusesUse(
        strict(HS256).build(),
        bound,
        request(proof(CLAIMS.formatted(ath))),
        JwtReason.BINDING_MISSING);
    Forge.accepts(strict(HS256).ignoreBinding().build(), bound);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> strict(HS256).ignoreBinding().withDpop(guard).build());
  }

  @Test
  void D11_proofForAnotherRequest_isRefused() {
    String good = CLAIMS.formatted(ath);
    for (String bad :
        List.of(
            good.replace("POST", "GET"),
            good.replace("POST", "post"),
            good.replace("/pay", "/Pay"),
            good.replace("/pay", "/pay/"),
            good.replace("/pay", "/admin/../payx"),
            good.replace("https:", "http:"),
            good.replace("api.example", "api.example.evil"),
            good.replace("api.example", "api.example:444"),
            good.replace("https://api.example/pay", "not a uri"),
            good.replace(ath, base64(new byte[32])),
            good.replace(ath, ""),
            good.replace(",\"ath\":\"" + ath + "\"", ""),
            good.replace("\"jti\":\"p1\",", ""),
            good.replace("\"p1\"", "\"\""),
            good.replace("\"iat\":" + NOW + ",", ""),
            good.replace("" + NOW, "" + (NOW - 90)),
            good.replace("" + NOW, "" + (NOW + 31)),
            good.replace("" + NOW, "\"" + NOW + "\""),
            good.replace("\"htm\":\"POST\",", ""))) {
      refusesUse(verifier, bound, request(proof(bad)), JwtReason.DPOP_INVALID);
    }
    for (String fine :
        List.of(
            good.replace("api.example", "API.EXAMPLE:443"),
            good.replace("/pay", "/pay?query#fragment").replace("\"p1\"", "\"p2\""),
            good.replace("/pay", "/x/../pay").replace("\"p1\"", "\"p3\""),
            good.replace("" + NOW, "" + (NOW - 89)).replace("\"p1\"", "\"p4\""),
            good.replace("" + NOW, "" + (NOW + 30)).replace("\"p1\"", "\"p5\""))) {
      assertThat(verifier.check(bound, request(proof(fine))).isAccepted()).as(fine).isTrue();
    }
    assertThat(used).hasSize(5);
  }

  @Test
  void D11_proofOfAnotherForm_isRefused() {
    String claims = CLAIMS.formatted(ath);
    String jwk = EcJwk.of(clientKey.getPublic());
    for (String header :
        List.of(
            "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"jwk\":" + jwk + "}",
            "{\"alg\":\"ES256\",\"jwk\":" + jwk + "}",
            "{\"alg\":\"none\",\"typ\":\"dpop+jwt\",\"jwk\":" + jwk + "}",
            "{\"alg\":\"HS256\",\"typ\":\"dpop+jwt\",\"jwk\":" + jwk + "}",
            "{\"alg\":\"ES384\",\"typ\":\"dpop+jwt\",\"jwk\":" + jwk + "}",
            "{\"alg\":\"ES256\",\"typ\":\"dpop+jwt\"}",
            "{\"alg\":\"ES256\",\"typ\":\"dpop+jwt\",\"jwk\":null}",
            "{\"alg\":\"ES256\",\"typ\":\"dpop+jwt\",\"jwk\":{}}",
            "{\"alg\":\"ES256\",\"typ\":\"dpop+jwt\",\"jwk\":"
                + jwk.replace("\"x\"", "\"d\":\"AA\",\"x\"")
                + "}",
            "{\"alg\":\"ES256\",\"typ\":\"dpop+jwt\",\"jwk\":{\"kty\":\"oct\",\"k\":\"AA\"}}",
            "{\"alg\":\"ES256\",\"typ\":\"dpop+jwt\",\"crit\":[\"x\"],\"jwk\":" + jwk + "}")) {
      refusesUse(
          verifier, bound, request(proof(header, claims, clientKey)), JwtReason.DPOP_INVALID);
    }
    String emoji = "\ud83d\ude00".repeat(300);
    for (String text :
        List.of(
            "",
            "a.b",
            "a.b.c",
            "..",
            "x".repeat(9_000),
            proof(claims) + "A",
            emoji + ".a.b",
            proof(claims).replaceFirst("\\..*\\.", "." + emoji + "."))) {
      refusesUse(verifier, bound, request(text), JwtReason.DPOP_INVALID);
    }
    KeyPair other = Keys.pair(ES256, 8);
    refusesUse(
        verifier,
        bound,
        request(proof(proofHeader(EcJwk.of(other.getPublic())), claims, other)),
        JwtReason.BINDING_MISMATCH);
    refusesUse(
        verifier, bound, request(proof(proofHeader(jwk), claims, other)), JwtReason.DPOP_INVALID);
    assertThat(used).as("a bad proof burns nothing").isEmpty();
  }

  @Test
  void D11_nonce_mustBeTheExpectedOne() {
    String claims = CLAIMS.formatted(ath).replace("{", "{\"nonce\":\"n1\",");
    for (JwtRequest request :
        List.of(
            request(proof(claims)).withDpopNonce("n2"),
            request(proof(claims)).withDpopNonce("n2", "n3"),
            request(proof(claims)).withDpopNonce("n1").withDpopNonce("n2"),
            request(proof(claims)).withDpopNonce("n1n1", ""),
            request(proof(CLAIMS.formatted(ath))).withDpopNonce("n1"),
            request(proof(CLAIMS.formatted(ath))).withDpopNonce("n1", ""))) {
      refusesUse(verifier, bound, request, JwtReason.DPOP_NONCE_MISMATCH);
    }
    assertThat(used).as("a proof with another nonce burns nothing").isEmpty();
    assertThat(verifier.check(bound, request(proof(claims)).withDpopNonce("n1")).isAccepted())
        .isTrue();
  }

  @Test
  void D11_formerNonce_isAcceptedWhereItIsNamed() {
    String claims = CLAIMS.formatted(ath).replace("{", "{\"nonce\":\"n1\",");
    JwtRequest request = request(proof(claims)).withDpopNonce("n3", "n2", "n1");
    assertThat(verifier.check(bound, request).isAccepted()).isTrue();
  }

  @Test
  void D11_proofWithAnUnboundToken_isRefused() {
    refusesUse(
        verifier,
        token(HS256, GOOD),
        request(proof(CLAIMS.formatted(ath))),
        JwtReason.BINDING_MISMATCH);
  }

  @Test
  void D12_certificate_mustBeTheBoundOne() throws Exception {
    DevCa ca = DevCa.of("ca");
    X509Certificate mine = ca.leaf("a").issue().certificate();
    X509Certificate other = ca.leaf("a").issue().certificate();
    String token = token(HS256, bind("x5t#S256", base64(Thumbprint.sha256(mine.getEncoded()))));
    JwtRequest shown = JwtRequest.bare().withClientCertificate(mine);
    JwtVerifier plain = strict(HS256).build();
    assertThat(plain.check(token, shown).isAccepted()).isTrue();
    refuses(plain, token, JwtReason.BINDING_MISSING);
    refusesUse(
        plain, token, JwtRequest.bare().withClientCertificate(other), JwtReason.BINDING_MISMATCH);
    for (String bad : List.of("", "AA", "AA==", base64(new byte[32]))) {
      refusesUse(plain, token(HS256, bind("x5t#S256", bad)), shown, JwtReason.BINDING_MISMATCH);
    }
    JwtVerifier required = strict(HS256).withRequiredBinding().build();
    assertThat(required.check(token, shown).isAccepted()).isTrue();
    refusesUse(required, token(HS256, GOOD), shown, JwtReason.BINDING_MISSING);
    JwtVerifier cached = strict(ED25519).withCache(16).build();
    String cacheable =
        token(ED25519, bind("x5t#S256", base64(Thumbprint.sha256(mine.getEncoded()))));
    assertThat(cached.check(cacheable, shown).isAccepted()).isTrue();
    refuses(cached, cacheable, JwtReason.BINDING_MISSING);
  }

  @Test
  void D12_bindingOfAnUnknownKind_isRefused() {
    JwtVerifier plain = strict(HS256).build();
    for (String cnf :
        List.of("{\"kid\":\"a\"}", "{\"jwk\":{}}", "{\"x5t#S256\":\"a\",\"new\":1}")) {
      refuses(plain, token(HS256, Forge.payload("cnf", cnf)), JwtReason.BINDING_MISSING);
    }
    for (String cnf : List.of("null", "{}", "\"a\"", "[]", "{\"x5t#S256\":1}", "{\"jkt\":null}")) {
      refuses(plain, token(HS256, Forge.payload("cnf", cnf)), JwtReason.CLAIM_INVALID);
    }
  }

  private static String bind(String name, String value) {
    return Forge.payload("cnf", "{\"" + name + "\":\"" + value + "\"}");
  }

  private static JwtRequest request(String proof) {
    return JwtRequest.bare().withDpop("POST", PAY, proof);
  }

  private static String proofHeader(String jwk) {
    return "{\"alg\":\"ES256\",\"typ\":\"dpop+jwt\",\"jwk\":" + jwk + "}";
  }

  private String proof(String claims) {
    return proof(proofHeader(EcJwk.of(clientKey.getPublic())), claims, clientKey);
  }

  private static String proof(String header, String claims, KeyPair key) {
    String input = base64(header) + "." + base64(claims);
    return input + "." + base64(Forge.sign(ES256, key, input.getBytes(ISO_8859_1)));
  }
}
