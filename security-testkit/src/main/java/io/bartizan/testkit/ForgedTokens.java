package io.bartizan.testkit;

import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;

/**
 * Makes forged JSON Web Tokens out of a good one, so that users can try their own verifier, filter
 * or gateway. None needs more than what an attacker has.
 *
 * <p>Give a token that your verifier accepts, and check that it does; then every forged one must be
 * refused. The good token must not be an unsigned one. Pure functions, thread-safe.
 *
 * <pre>{@code
 * for (ForgedToken forged : ForgedTokens.of(good)) {
 *   assertThatThrownBy(() -> verifier.verify(forged.token())).as(forged.attack()).isNotNull();
 * }
 * }</pre>
 */
public final class ForgedTokens {

  private ForgedTokens() {}

  /**
   * More than 100 tokens that anyone can make who has seen the good one.
   *
   * @param good a compact token of any algorithm
   * @return an immutable list
   * @throws IllegalArgumentException if it is no compact token with an {@code alg}
   */
  public static List<ForgedToken> of(String good) {
    ForgedTokenList list = new ForgedTokenList(good);
    list.addUnsigned();
    list.addOtherAlgorithms();
    list.addKeysOfTheirOwn();
    list.addChangedContent();
    list.addChangedEncoding();
    list.addOtherShapes();
    return list.tokens();
  }

  /**
   * The tokens of {@link #of(String)}, and those that use the issuer's public key as an HMAC secret
   * (CVE-2016-10555 and its successors).
   *
   * @param good a compact token of an asymmetric algorithm
   * @param issuerKey the public key that verifies it
   * @return an immutable list
   * @throws IllegalArgumentException if it is no compact token with an {@code alg}, or the key has
   *     no encoding
   */
  public static List<ForgedToken> of(String good, PublicKey issuerKey) {
    byte[] encoded = issuerKey.getEncoded();
    if (encoded == null) {
      throw new IllegalArgumentException("issuerKey has no encoding");
    }
    ForgedTokenList list = new ForgedTokenList(good);
    list.addAll(of(good));
    list.addPublicKeyAsSecret(encoded);
    return list.tokens();
  }

  /**
   * Tokens whose signature is right and whose text is not: what a lenient reader makes of them
   * differs from what a strict one does. Most name libraries that fell for it.
   *
   * @param good a compact token whose payload has {@code iss}, {@code aud} and {@code exp}
   * @param signer signs the bytes of {@code header.payload} as the good token was signed
   * @return an immutable list
   * @throws IllegalArgumentException if it is no compact token with an {@code alg}
   */
  public static List<ForgedToken> signed(String good, UnaryOperator<byte[]> signer) {
    Objects.requireNonNull(signer, "signer");
    SignedForgeries list =
        new SignedForgeries(
            new ForgedTokenList(good),
            input -> signer.apply(input.getBytes(StandardCharsets.ISO_8859_1)));
    list.addHeaders();
    list.addPayloads();
    list.addClaims();
    return list.tokens();
  }
}
