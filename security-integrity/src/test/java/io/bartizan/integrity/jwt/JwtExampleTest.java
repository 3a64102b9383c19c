package io.bartizan.integrity.jwt;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.Pem;
import io.bartizan.core.VerificationException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples of the package's Javadoc and of docs/guides/jwt.md, compiled and run. */
class JwtExampleTest {

  @TempDir Path folder;

  @Test
  void example_signAndVerify() throws Exception {
    Path path = folder.resolve("issuer.pem");
    Files.writeString(
        path, Pem.encode("PUBLIC KEY", Keys.publicKey(JwsAlgorithm.ES256).getEncoded()));
    PrivateKey privateKey = Keys.privateKey(JwsAlgorithm.ES256);

    JwtKeys keys = JwtKeys.pem(JwsAlgorithm.ES256, Files.readString(path)).withKeyId("2026-11");
    TrustedIssuer issuer = TrustedIssuer.of("https://issuer", keys, JwsAlgorithm.ES256);
    JwtVerifier api = JwtVerifier.of(issuer, "my-api");

    JwtSigner signer =
        JwtSigner.of(
            "https://issuer",
            Duration.ofMinutes(5),
            SigningKey.of(JwsAlgorithm.ES256, privateKey).withKeyId("2026-11"));
    JwtClaims claims =
        JwtClaims.forAudience("my-api").withSubject("alice").with("scope", "read write");
    String token = signer.sign(claims);

    VerifiedJwt jwt = api.verify(token);
    assertThat(jwt.subject()).contains("alice");
    assertThat(jwt.scopes()).containsExactlyInAnyOrder("read", "write");

    String who = api.check(token).fold(ok -> ok.subject().orElse("?"), refused -> "nobody");
    assertThat(who).isEqualTo("alice");
    assertThat(api.toString())
        .contains(
            "https://issuer", "ES256 by Bouncy Castle", "clock skew 30 seconds", "binding checked");
    assertThat(signer.toString() + keys + claims + jwt).doesNotContain("alice");

    String bare = token;
    JwtRequest request =
        JwtRequest.bare().withDpop("POST", URI.create("https://api/pay"), "not.a.proof");
    try {
      VerifiedJwt unused = api.verify(bare, request);
      throw new AssertionError("a token without binding came with a proof");
    } catch (VerificationException e) {
      assertThat(e.reason()).isEqualTo(JwtReason.BINDING_MISMATCH);
    }
  }

  @Test
  void example_fetchedKeys() {
    HttpClient client = HttpClient.newHttpClient();
    try (RemoteJwks keys =
        RemoteJwks.builder(client, URI.create("https://issuer/jwks.json"))
            .withMaxAge(Duration.ofHours(1))
            .build()) {
      JwtVerifier api =
          JwtVerifier.builder(
                  TrustedIssuer.of(
                      "https://issuer", keys, JwsAlgorithm.ES256, JwsAlgorithm.ED25519),
                  "my-api")
              .withCache(10_000)
              .build();
      assertThat(api.toString()).contains("https://issuer/jwks.json", "cache of 8192 tokens");
      assertThat(keys.health().detail()).isEqualTo("no keys: nothing was fetched yet");
    }
  }
}
