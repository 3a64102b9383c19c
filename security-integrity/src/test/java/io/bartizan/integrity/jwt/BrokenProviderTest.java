package io.bartizan.integrity.jwt;

import static io.bartizan.integrity.jwt.Forge.GOOD;
import static io.bartizan.integrity.jwt.Forge.token;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.bartizan.core.Checked;
import io.bartizan.core.Reason;
import java.security.InvalidKeyException;
import java.security.Key;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.ProviderException;
import java.security.PublicKey;
import java.security.SignatureSpi;
import java.security.spec.AlgorithmParameterSpec;
import java.util.Set;
import javax.crypto.MacSpi;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A provider that breaks while it works, as a security module does when its cable is pulled. */
class BrokenProviderTest {

  /** Offers everything and does nothing. */
  static final class Broken extends Provider {
    private static final long serialVersionUID = 1L;

    Broken() {
      this(BrokenSignature.class);
    }

    Broken(Class<? extends SignatureSpi> signature) {
      super("Broken", "1", "breaks while it verifies");
      for (JwsAlgorithm algorithm : JwsAlgorithm.values()) {
        boolean mac = algorithm.isSymmetric();
        putService(
            new Service(
                this,
                mac ? "Mac" : "Signature",
                algorithm.jca,
                (mac ? BrokenMac.class : signature).getName(),
                null,
                null));
      }
    }
  }

  /** Takes any key. */
  public static class BrokenSignature extends SignatureSpi {
    @Override
    protected void engineInitVerify(PublicKey publicKey) {}

    @Override
    protected void engineInitSign(PrivateKey privateKey) {}

    @Override
    protected void engineUpdate(byte b) {}

    @Override
    protected void engineUpdate(byte[] b, int off, int len) {}

    @Override
    protected byte[] engineSign() {
      throw new ProviderException("slot 3, pin 1234: device removed");
    }

    @Override
    protected boolean engineVerify(byte[] sigBytes) {
      throw new ProviderException("slot 3, pin 1234: device removed");
    }

    @Override
    protected void engineSetParameter(AlgorithmParameterSpec params) {}

    @Override
    @Deprecated
    protected void engineSetParameter(String param, Object value) {}

    @Override
    @Deprecated
    protected Object engineGetParameter(String param) {
      throw new UnsupportedOperationException(param);
    }
  }

  /** As a FIPS module in its error state, whose errors are an {@link AssertionError}. */
  public static final class FailedSelfTest extends BrokenSignature {
    @Override
    protected boolean engineVerify(byte[] sigBytes) {
      throw new AssertionError("module in error state");
    }
  }

  /** As a FIPS module that does not approve of a key. */
  public static final class Unapproved extends BrokenSignature {
    @Override
    protected void engineInitVerify(PublicKey publicKey) {
      throw new AssertionError("not approved");
    }
  }

  /** Takes any key; it can't be cloned. */
  public static final class BrokenMac extends MacSpi {
    @Override
    protected int engineGetMacLength() {
      return 32;
    }

    @Override
    protected void engineInit(Key key, AlgorithmParameterSpec params) throws InvalidKeyException {}

    @Override
    protected void engineUpdate(byte input) {}

    @Override
    protected void engineUpdate(byte[] input, int offset, int len) {}

    @Override
    protected byte[] engineDoFinal() {
      throw new ProviderException("slot 3, pin 1234: device removed");
    }

    @Override
    protected void engineReset() {}
  }

  private static Reason reason(Checked<VerifiedJwt> result) {
    return result.fold(
        jwt -> {
          throw new AssertionError("accepted by a broken provider");
        },
        io.bartizan.core.Refusal::reason);
  }

  @ParameterizedTest
  @EnumSource
  void check_providerThatThrows_isARefusalOfItsOwn(JwsAlgorithm algorithm) {
    JwtVerifier verifier = Forge.strict(algorithm).withProvider(new Broken()).build();
    Checked<VerifiedJwt> result = verifier.check(token(algorithm, GOOD));
    assertThat(reason(result)).isEqualTo(JwtReason.PROVIDER_FAILED);
    assertThat(result.toString())
        .contains("Broken failed to verify: ProviderException")
        .doesNotContain("1234");
  }

  @Test
  void TK03_providerThatFailsWithAnError_isARefusal() {
    Provider provider = new Broken(FailedSelfTest.class);
    JwtVerifier verifier = Forge.strict(JwsAlgorithm.ES256).withProvider(provider).build();
    Checked<VerifiedJwt> result = verifier.check(token(JwsAlgorithm.ES256, GOOD));
    assertThat(reason(result)).isEqualTo(JwtReason.PROVIDER_FAILED);
    assertThat(result.toString()).contains("Broken failed to verify: AssertionError");
  }

  @Test
  void TK03_keyThatAProviderMeetsWithAnError_isSaidWhenBuilt_andLaterLeavesTheOthersUsable()
      throws Exception {
    Provider provider = new Broken(Unapproved.class);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Forge.strict(JwsAlgorithm.ES256).withProvider(provider).build())
        .withMessageContaining("not approved");
    Set<JwsAlgorithm> algorithms = Set.of(JwsAlgorithm.ES256);
    KeySnapshot keys = Keys.verifying(JwsAlgorithm.ES256).snapshot();
    KeyRing before = KeyRing.bind(keys, algorithms, null, null);
    KeySnapshot later = Keys.verifying(JwsAlgorithm.ES384).snapshot();
    KeyRing after = KeyRing.bind(later, Set.of(JwsAlgorithm.ES384), provider, before);
    assertThat(after.candidates(null, JwsAlgorithm.ES384)).hasSize(1);
  }

  @Test
  void check_hostileTokens_meetNoProvider() {
    JwtVerifier verifier = Forge.strict(JwsAlgorithm.ES256).withProvider(new Broken()).build();
    String good = token(JwsAlgorithm.ES256, GOOD);
    assertThat(reason(verifier.check(good.substring(0, good.length() - 2))))
        .isEqualTo(JwtReason.SIGNATURE_INVALID);
    assertThat(reason(verifier.check("garbage"))).isEqualTo(JwtReason.MALFORMED);
  }

  @Test
  void bind_keyThatCameLaterAndCannotBeUsed_leavesTheOthersUsable() throws Exception {
    KeySnapshot keys = Keys.verifying(JwsAlgorithm.ES256).snapshot();
    Set<JwsAlgorithm> algorithms = Set.of(JwsAlgorithm.ES256);
    Provider without = new Provider("Empty", "1", "offers nothing") {};
    assertThatIllegalArgumentException()
        .isThrownBy(() -> KeyRing.bind(keys, algorithms, without, null));

    KeyRing before = KeyRing.bind(keys, algorithms, null, null);
    KeySnapshot later = Keys.verifying(JwsAlgorithm.ES384).snapshot();
    KeyRing after = KeyRing.bind(later, Set.of(JwsAlgorithm.ES384), without, before);
    assertThat(after.candidates(null, JwsAlgorithm.ES384)).hasSize(1);
    assertThatIllegalStateException()
        .isThrownBy(
            () ->
                after
                    .candidates(null, JwsAlgorithm.ES384)[0]
                    .engine()
                    .verify(new byte[1], 1, new byte[96]))
        .withMessage("Empty can't use the key");
  }
}
