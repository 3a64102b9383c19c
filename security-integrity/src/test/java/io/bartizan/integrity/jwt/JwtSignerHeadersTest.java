package io.bartizan.integrity.jwt;

import static io.bartizan.integrity.jwt.JwsAlgorithm.ES256;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.bartizan.testkit.DevCa;
import io.bartizan.testkit.DevCertificate;
import io.bartizan.tests.SeededCases;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** TK-15: further members of the header. */
class JwtSignerHeadersTest {

  private static final JwtClaims CLAIMS = JwtClaims.forAudience("my-api");
  private final JwtVerifier verifier = Forge.strict(ES256).build();

  private static JwtSigner.Builder signer() {
    return Keys.signer(ES256, Forge.ISSUER, 0).withClock(Forge.clock());
  }

  private static String header(JwtSigner signer) {
    String first = Forge.part(signer.sign(CLAIMS), 0);
    return new String(Base64.getUrlDecoder().decode(first), UTF_8);
  }

  @Test
  void TK15_headerMembers_areWrittenAndVerified() {
    JwtSigner signer =
        signer()
            .withHeader("x5t#S256", "A".repeat(43))
            .withHeader("x-tenant", Map.of("id", 7, "names", List.of("a", "b")))
            .withHeader("jwk", Map.of("kty", "EC", "x", "AA"))
            .build();
    assertThat(header(signer))
        .contains("\"alg\":\"ES256\"", "\"x5t#S256\":\"AAAA", "\"names\":[\"a\",\"b\"]");
    Forge.accepts(verifier, signer.sign(CLAIMS));
  }

  /** The certificate as RFC 7515 sections 4.1.6 and 4.1.8 have it, computed here by the JDK. */
  @Test
  void TK15_certificateOfTheKey_isNamedAndCarried() throws Exception {
    DevCertificate leaf = DevCa.of("client").leaf("client").forClient().issue();
    X509Certificate own = leaf.certificate();
    JwtSigner.Builder builder =
        JwtSigner.builder(
            Forge.ISSUER, Duration.ofMinutes(1), SigningKey.of(ES256, leaf.privateKey()));
    JwtSigner signer =
        builder.withCertificateThumbprint(own).withCertificateChain(leaf.chain()).build();
    byte[] hash = MessageDigest.getInstance("SHA-256").digest(own.getEncoded());
    assertThat(header(signer))
        .contains(
            "\"x5t#S256\":\"" + Forge.base64(hash) + "\"",
            "\"x5c\":[\"" + Base64.getEncoder().encodeToString(own.getEncoded()) + "\"");
    JwtVerifier ofTheKey =
        JwtVerifier.of(
            TrustedIssuer.of(Forge.ISSUER, JwtKeys.publicKey(ES256, own.getPublicKey()), ES256),
            "my-api");
    Forge.accepts(ofTheKey, signer.sign(CLAIMS));

    X509Certificate other = DevCa.of("other").certificate();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> signer().withCertificateThumbprint(other))
        .withMessageContaining("another key");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> signer().withCertificateChain(List.of(other)));
    assertThatIllegalArgumentException().isThrownBy(() -> signer().withCertificateChain(List.of()));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.withCertificateThumbprint(own))
        .withMessageContaining("twice");
  }

  @Test
  void TK15_membersOfTheKeyAndRefusedOnes_areNeverSetByHand() {
    for (String name : List.of("alg", "kid", "typ", "crit", "b64", "zip", "enc")) {
      assertThatIllegalArgumentException()
          .as(name)
          .isThrownBy(() -> signer().withHeader(name, "none"))
          .withMessageContaining(name);
    }
    for (String member : List.of("d", "p", "q", "dp", "dq", "qi", "oth", "k")) {
      assertThatIllegalArgumentException()
          .as(member)
          .isThrownBy(() -> signer().withHeader("jwk", Map.of("kty", "EC", member, "AA")))
          .withMessageContaining("no public key");
    }
    assertThatIllegalArgumentException().isThrownBy(() -> signer().withHeader("jwk", "text"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> signer().withHeader("x", 1).withHeader("x", 2))
        .withMessage("the header has x twice");
    assertThatIllegalArgumentException().isThrownBy(() -> signer().withHeader("x", 0.5));
    assertThatNullPointerException().isThrownBy(() -> signer().withHeader("x", null));
    for (Map.Entry<String, Object> each :
        Map.<String, Object>of(
                "cty", "JWT", "x", "y".repeat(4096), "x5c", List.of("z".repeat(5000)))
            .entrySet()) {
      assertThatIllegalArgumentException()
          .as(each.getKey())
          .isThrownBy(() -> signer().withHeader(each.getKey(), each.getValue()).build())
          .withMessageStartingWith("no verifier would accept");
    }
    assertThat(header(signer().build())).isEqualTo("{\"alg\":\"ES256\",\"typ\":\"JWT\"}");
  }

  /** Whatever is built is accepted: names and values of every length and letter. */
  @Test
  void TK15_everyHeaderThatIsBuilt_isAccepted() {
    String letters = "abk\"\\\u0001é漢{}[]:, ";
    SeededCases.check(
        200,
        random -> {
          JwtSigner.Builder builder = signer();
          try {
            for (int i = random.nextInt(5); i >= 0; i--) {
              StringBuilder name = new StringBuilder();
              for (int j = random.nextInt(6); j >= 0; j--) {
                name.append(letters.charAt(random.nextInt(letters.length())));
              }
              Object value =
                  switch (random.nextInt(4)) {
                    case 0 -> "v".repeat(random.nextInt(1500));
                    case 1 -> java.util.Collections.nCopies(random.nextInt(80), 1);
                    case 2 -> new java.math.BigInteger("9".repeat(1 + random.nextInt(40)));
                    default -> Map.of("a", Map.of("b", List.of(Map.of())));
                  };
              builder = builder.withHeader(name.toString(), value);
            }
            Forge.accepts(verifier, builder.build().sign(CLAIMS));
          } catch (IllegalArgumentException refused) {
            assertThat(refused).hasMessageMatching("(?s)(no verifier would|the header).*");
          }
        });
  }
}
