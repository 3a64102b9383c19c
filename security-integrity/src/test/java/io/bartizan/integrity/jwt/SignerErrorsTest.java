package io.bartizan.integrity.jwt;

import static io.bartizan.integrity.jwt.JwsAlgorithm.ES256;
import static io.bartizan.integrity.jwt.JwsAlgorithm.RS256;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureSpi;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** TK-15: a provider that throws an Error, as FIPS modules and mixed class paths do. */
class SignerErrorsTest {

  private static final AtomicReference<@Nullable Error> FAULT = new AtomicReference<>();

  @AfterEach
  void mend() {
    FAULT.set(null);
  }

  /** The JDK's signatures, until there is a fault. */
  public static final class Failing extends SignatureSpi {
    private final Signature real;

    /** For the provider. */
    public Failing() throws GeneralSecurityException {
      real = Signature.getInstance("SHA256withRSA");
    }

    @Override
    protected void engineInitVerify(PublicKey key) throws java.security.InvalidKeyException {
      real.initVerify(key);
    }

    @Override
    protected void engineInitSign(PrivateKey key) throws java.security.InvalidKeyException {
      real.initSign(key);
    }

    @Override
    protected void engineUpdate(byte b) throws java.security.SignatureException {
      real.update(b);
    }

    @Override
    protected void engineUpdate(byte[] b, int from, int length)
        throws java.security.SignatureException {
      real.update(b, from, length);
    }

    @Override
    protected byte[] engineSign() throws java.security.SignatureException {
      Error fault = FAULT.get();
      if (fault != null) {
        throw fault;
      }
      return real.sign();
    }

    @Override
    protected boolean engineVerify(byte[] signature) throws java.security.SignatureException {
      return real.verify(signature);
    }

    @Override
    @Deprecated
    protected void engineSetParameter(String name, Object value) {}

    @Override
    @Deprecated
    @SuppressWarnings("InlineMeSuggester")
    protected Object engineGetParameter(String name) {
      return name;
    }
  }

  private static final class FailingProvider extends Provider {
    private static final long serialVersionUID = 1L;

    FailingProvider() {
      super("Failing", "1", "for tests");
      put("Signature.SHA256withRSA", Failing.class.getName());
    }
  }

  private static JwtSigner signer() {
    SigningKey key = SigningKey.of(RS256, Keys.privateKey(RS256));
    return JwtSigner.builder("https://issuer", Duration.ofMinutes(5), key)
        .withProvider(new FailingProvider())
        .build();
  }

  @Test
  void TK15_errorOfAProvider_isTheDocumentedException_andTheNextSignatureIsMade() {
    JwtSigner signer = signer();
    JwtClaims claims = JwtClaims.forAudience("a");
    FAULT.set(new AssertionError("not approved"));
    assertThatIllegalStateException()
        .isThrownBy(() -> signer.sign(claims))
        .withMessageContaining("failed to sign with RS256")
        .withCauseInstanceOf(AssertionError.class);
    FAULT.set(null);
    assertThat(signer.sign(claims)).isNotEmpty();
  }

  @Test
  void TK15_errorOfAProviderWhenBuilt_isTheDocumentedException() {
    FAULT.set(new NoClassDefFoundError("org/bouncycastle/X"));
    assertThatIllegalArgumentException()
        .isThrownBy(SignerErrorsTest::signer)
        .withMessageContaining("signs RS256")
        .withCauseInstanceOf(NoClassDefFoundError.class);
  }

  @Test
  void TK15_errorOfAnExternalSigner_isTheDocumentedException() {
    ExternalSigner broken =
        message -> {
          throw new NoClassDefFoundError("kms");
        };
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                JwtSigner.builder(
                        "https://issuer",
                        Duration.ofMinutes(5),
                        SigningKey.external(ES256, Keys.publicKey(ES256), broken))
                    .build())
        .withMessageContaining("external signer failed");
  }
}
