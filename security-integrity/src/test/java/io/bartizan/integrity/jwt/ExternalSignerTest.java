package io.bartizan.integrity.jwt;

import static io.bartizan.integrity.jwt.JwsAlgorithm.ES256;
import static io.bartizan.integrity.jwt.JwsAlgorithm.RS256;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.bartizan.integrity.keys.EcdsaForms;
import java.io.IOException;
import java.security.PublicKey;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** TK-15: private keys that sign elsewhere. */
class ExternalSignerTest {

  private static final JwtClaims CLAIMS = JwtClaims.forAudience("my-api").withSubject("alice");

  private static ExternalSigner kms(JwsAlgorithm algorithm, int number) {
    return message -> Forge.sign(algorithm, Keys.pair(algorithm, number), message);
  }

  private static JwtSigner signer(JwsAlgorithm algorithm, ExternalSigner signer) {
    SigningKey key = SigningKey.external(algorithm, Keys.publicKey(algorithm), signer);
    return JwtSigner.of("https://issuer", Duration.ofMinutes(5), key.withKeyId("k"));
  }

  private static JwtVerifier verifier(JwsAlgorithm algorithm, JwtKeys keys) {
    return JwtVerifier.of(TrustedIssuer.of("https://issuer", keys, algorithm), "my-api");
  }

  @ParameterizedTest
  @EnumSource(names = "HS.*", mode = EnumSource.Mode.MATCH_NONE)
  void TK15_externalSigner_signsWhatThePublishedKeyVerifies(JwsAlgorithm algorithm) {
    SigningKey key =
        SigningKey.external(algorithm, Keys.publicKey(algorithm), kms(algorithm, 0)).withKeyId("k");
    JwtKeys published = JwtKeys.jwkSet(SigningKey.publicJwkSet(List.of(key)));
    JwtSigner signer = JwtSigner.of("https://issuer", Duration.ofMinutes(5), key);
    VerifiedJwt jwt = verifier(algorithm, published).verify(signer.sign(CLAIMS));
    assertThat(jwt.subject()).contains("alice");
    assertThat(jwt.keyId()).contains("k");
    assertThat(key.toString()).isEqualTo("SigningKey[" + algorithm + ", k]");
  }

  /** KMS answer in DER; r and s of every length below the most come up in a few hundred. */
  @ParameterizedTest
  @EnumSource(names = "ES.*", mode = EnumSource.Mode.MATCH_ALL)
  void TK15_derOfEcdsa_isWrittenAsATokenHasIt(JwsAlgorithm algorithm) {
    JwtSigner signer =
        signer(algorithm, message -> EcdsaForms.toDer(kms(algorithm, 0).sign(message)));
    JwtVerifier verifier = verifier(algorithm, Keys.verifying(algorithm));
    for (int i = 0; i < (algorithm == ES256 ? 300 : 10); i++) {
      String token = signer.sign(CLAIMS.withId("id" + i));
      assertThat(verifier.check(token).isAccepted()).as(token).isTrue();
    }
  }

  @Test
  void TK15_signerOfAnotherKeyOrOfNothing_isRefusedWhenBuilt() {
    byte[] zeros = new byte[64];
    for (ExternalSigner bad :
        List.<ExternalSigner>of(
            kms(ES256, 1),
            message -> kms(ES256, 0).sign(new byte[] {9}),
            message -> zeros,
            message -> new byte[0],
            message -> Arrays.copyOf(kms(ES256, 0).sign(message), 65),
            message -> Arrays.copyOf(EcdsaForms.toDer(kms(ES256, 0).sign(message)), 73))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> signer(ES256, bad))
          .withMessageContaining("is no ES256 signature of the public key");
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> signer(RS256, kms(RS256, 1)))
        .withMessageContaining("is no RS256 signature of the public key");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> signer(ES256, message -> null))
        .withMessageContaining("gave no signature");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                signer(
                    ES256,
                    message -> {
                      throw new IOException("kms.internal refused");
                    }))
        .withMessageContaining("failed to sign with ES256")
        .withCauseInstanceOf(IOException.class);
  }

  /**
   * Later answers: another form than the first, another key, out of range, none. Nothing of them is
   * issued.
   */
  @Test
  void TK15_answerOfAnotherForm_isNeverIssued() {
    AtomicReference<ExternalSigner> now = new AtomicReference<>(kms(ES256, 0));
    JwtSigner signer = signer(ES256, message -> now.get().sign(message));
    assertThat(signer.sign(CLAIMS)).isNotEmpty();
    for (ExternalSigner bad :
        List.<ExternalSigner>of(
            message -> EcdsaForms.toDer(kms(ES256, 0).sign(message)),
            kms(ES256, 1),
            message -> new byte[64],
            message -> new byte[0],
            message -> {
              throw new IOException("down");
            })) {
      now.set(bad);
      assertThatIllegalStateException().isThrownBy(() -> signer.sign(CLAIMS));
    }
    now.set(kms(ES256, 0));
    assertThat(signer.sign(CLAIMS)).isNotEmpty();

    AtomicReference<ExternalSigner> der =
        new AtomicReference<>(message -> EcdsaForms.toDer(kms(ES256, 0).sign(message)));
    JwtSigner inDer = signer(ES256, message -> der.get().sign(message));
    der.set(kms(ES256, 0));
    assertThatIllegalStateException().isThrownBy(() -> inDer.sign(CLAIMS));

    AtomicReference<ExternalSigner> rsa = new AtomicReference<>(kms(RS256, 0));
    JwtSigner ofRsa = signer(RS256, message -> rsa.get().sign(message));
    rsa.set(message -> Arrays.copyOf(kms(RS256, 0).sign(message), 255));
    assertThatIllegalStateException().isThrownBy(() -> ofRsa.sign(CLAIMS));
  }

  @Test
  void TK15_interruptedSigner_keepsTheInterrupt() {
    AtomicInteger asked = new AtomicInteger();
    JwtSigner signer =
        signer(
            ES256,
            message -> {
              if (asked.getAndIncrement() > 0) {
                throw new InterruptedException();
              }
              return kms(ES256, 0).sign(message);
            });
    assertThatIllegalStateException().isThrownBy(() -> signer.sign(CLAIMS));
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void TK15_keyThatIsNotForTheAlgorithm_isRefused() {
    PublicKey ec = Keys.publicKey(ES256);
    for (JwsAlgorithm other : List.of(JwsAlgorithm.HS256, RS256, JwsAlgorithm.ES384)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> SigningKey.external(other, ec, kms(ES256, 0)));
    }
    PublicKey weak = Keys.generate("RSA", 1024, "").getPublic();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SigningKey.external(RS256, weak, kms(RS256, 0)))
        .withMessageContaining("1024 bits");
    SigningKey key = SigningKey.external(ES256, ec, kms(ES256, 0));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                JwtSigner.builder("https://issuer", Duration.ofMinutes(5), key)
                    .withProvider(new BouncyCastleProvider())
                    .build())
        .withMessageContaining("has nothing to do");
  }
}
