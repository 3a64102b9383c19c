package io.bartizan.integrity.jwt;

import io.bartizan.core.SafeText;
import io.bartizan.core.SecretBytes;
import io.bartizan.core.house.Require;
import io.bartizan.integrity.json.JsonWriter;
import io.bartizan.integrity.keys.KeyGate;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The key that a {@link JwtSigner} signs with: a private key or a shared secret, its algorithm, and
 * what verifiers may know of it.
 *
 * <p>A private key may live in a security module; it is used through whichever provider accepts it.
 * Where it tells its public key, the pair is tried. Immutable and thread-safe.
 *
 * <pre>{@code
 * try (SecretBytes pem = SecretSource.file(Path.of("/run/secrets/jwt-key.pem")).read()) {
 *   SigningKey key = SigningKey.pem(JwsAlgorithm.ES256, pem).withKeyId("2026-11");
 *   JwtSigner signer = JwtSigner.of("https://issuer", Duration.ofMinutes(5), key);
 *   String published = SigningKey.publicJwkSet(List.of(key)); // for the issuer's /jwks.json
 * }
 * }</pre>
 */
public final class SigningKey {

  private final JwsAlgorithm algorithm;
  private final SigningMaterial material;
  private final @Nullable PublicKey publicKey;
  private final @Nullable String keyId;
  private final boolean edDsaName;

  private SigningKey(
      JwsAlgorithm algorithm,
      SigningMaterial material,
      @Nullable PublicKey publicKey,
      @Nullable String keyId,
      boolean edDsaName) {
    this.algorithm = algorithm;
    this.material = material;
    this.publicKey = publicKey;
    this.keyId = keyId;
    this.edDsaName = edDsaName;
  }

  /**
   * A private key.
   *
   * @param algorithm what the key is for
   * @param key an RSA, EC or Ed25519 key
   * @return the key, with its public one if it tells it
   * @throws IllegalArgumentException if the key is weak or not of the algorithm's kind
   */
  public static SigningKey of(JwsAlgorithm algorithm, PrivateKey key) {
    return of(algorithm, SigningPair.of(algorithm, key));
  }

  /**
   * A shared secret; whoever can verify can also sign.
   *
   * @param algorithm {@code HS256}, {@code HS384} or {@code HS512}
   * @param secret random bytes, from the hash's length to 1024; copied
   * @return the key, which has no public one
   * @throws IllegalArgumentException if the algorithm is no HMAC, or the secret unfit for it
   */
  public static SigningKey secret(JwsAlgorithm algorithm, SecretBytes secret) {
    Objects.requireNonNull(algorithm, "algorithm");
    VerifyingKey shared = secret.lend(bytes -> VerifyingKey.ofSecret(null, algorithm, bytes));
    return new SigningKey(algorithm, SigningMaterial.of(shared), null, null, false);
  }

  /**
   * A private key from the text of a PEM file.
   *
   * @param algorithm what the key is for
   * @param pem exactly one block {@code PRIVATE KEY}, which is PKCS#8 without a password; may be
   *     closed afterwards
   * @return the key, with its public one
   * @throws IllegalArgumentException if the text is something else, or the key weak or not of the
   *     algorithm's kind
   */
  public static SigningKey pem(JwsAlgorithm algorithm, SecretBytes pem) {
    return of(algorithm, SigningPair.pem(algorithm, pem));
  }

  /**
   * A private JSON Web Key (RFC 7517); its {@code kid}, if it has one, becomes the key's id.
   *
   * @param algorithm what the key is for; a JWK that says another {@code alg} is refused
   * @param jwk the JSON text of one RSA key with its primes, EC or Ed25519 key; may be closed
   *     afterwards
   * @return the key, with its public one
   * @throws IllegalArgumentException if the text is something else, its public members are not
   *     those of the private ones, or the key is weak, not for signing or not of the algorithm's
   *     kind
   */
  public static SigningKey jwk(JwsAlgorithm algorithm, SecretBytes jwk) {
    return of(algorithm, SigningPair.jwk(algorithm, jwk));
  }

  /**
   * A private key that signs elsewhere, such as in a KMS. Each {@link JwtSigner} asks it once when
   * it is built. Each answer is verified with the public key and must have the form of the first.
   *
   * @param algorithm what the key is for; no HMAC
   * @param publicKey the other half of the pair
   * @param signer signs with the private half
   * @return the key, with its public one
   * @throws IllegalArgumentException if the public key is weak or not of the algorithm's kind
   */
  public static SigningKey external(
      JwsAlgorithm algorithm, PublicKey publicKey, ExternalSigner signer) {
    Objects.requireNonNull(algorithm, "algorithm");
    PublicKey passed =
        VerifyingKey.ofPublic(null, algorithm, KeyGate.lasting(KeyGate.pass(publicKey))).publicKey;
    return new SigningKey(algorithm, SigningMaterial.of(signer), passed, null, false);
  }

  private static SigningKey of(JwsAlgorithm algorithm, SigningPair pair) {
    PublicKey told = pair.publicKey();
    SigningKey key = new SigningKey(algorithm, SigningMaterial.of(pair.key()), null, null, false);
    if (told != null) {
      key = key.withPublicKey(told);
    }
    String named = pair.keyId();
    return named == null ? key : key.withKeyId(named);
  }

  /**
   * The same key with an id, by which verifiers find it.
   *
   * @param id the header {@code kid}, 1 to 256 characters
   * @return a new key
   * @throws IllegalArgumentException if it is out of range
   */
  public SigningKey withKeyId(String id) {
    int unused = Require.sized("keyId", id.length(), "characters", 1, JwkReader.MAX_KEY_ID_CHARS);
    return new SigningKey(algorithm, material, publicKey, id, edDsaName);
  }

  /**
   * The same key with the public key that belongs to it; needed only where a security module does
   * not tell it. The pair is tried.
   *
   * @param other the other half of the pair
   * @return a new key
   * @throws IllegalArgumentException if the public key is weak, not of the algorithm's kind, or not
   *     the one of the private key
   */
  public SigningKey withPublicKey(PublicKey other) {
    PublicKey passed =
        VerifyingKey.ofPublic(null, algorithm, KeyGate.lasting(KeyGate.pass(other))).publicKey;
    if (passed == null || !material.isPairOf(algorithm, passed)) {
      throw new IllegalArgumentException("the public key is not the one of the private key");
    }
    return new SigningKey(algorithm, material, passed, keyId, edDsaName);
  }

  /**
   * The same key, written {@code EdDSA} where RFC 9864 says {@code Ed25519}, for verifiers older
   * than it.
   *
   * @return a new key
   * @throws IllegalArgumentException if the algorithm is not {@link JwsAlgorithm#ED25519}
   */
  public SigningKey withEdDsaAlias() {
    if (algorithm != JwsAlgorithm.ED25519) {
      throw new IllegalArgumentException(algorithm + " is never called EdDSA");
    }
    return new SigningKey(algorithm, material, publicKey, keyId, true);
  }

  /**
   * The public key as JSON Web Key, for those who verify: {@code kty} and its members, {@code kid},
   * {@code alg} and {@code use}.
   *
   * @return JSON on one line, without anything private; {@link JwtKeys#jwk} reads it
   * @throws IllegalStateException if the key is a secret, or in a security module that does not
   *     tell its public part and {@link #withPublicKey} did not either
   */
  public String publicJwk() {
    return JsonWriter.write(publicMembers());
  }

  /**
   * The JSON Web Key set that an issuer publishes, such as at {@code /jwks.json}.
   *
   * <p>When keys rotate, publish the next key for as long as verifiers keep the old set before it
   * signs, and the last one until its tokens have expired.
   *
   * @param keys those of now, of next and of before
   * @return JSON on one line; {@link JwtKeys#jwkSet} and {@link RemoteJwks} read it
   * @throws IllegalArgumentException if there is no key, two have one id, or one of several has
   *     none, so that verifiers could not tell the keys apart
   * @throws IllegalStateException if {@link #publicJwk} of one throws it
   */
  public static String publicJwkSet(Collection<SigningKey> keys) {
    Set<Object> ids = new HashSet<>();
    List<Map<String, Object>> members = new ArrayList<>();
    for (SigningKey each : keys) {
      Map<String, Object> jwk = each.publicMembers();
      Object id = jwk.get("kid");
      if (keys.size() > 1 && (id == null || !ids.add(id))) {
        throw new IllegalArgumentException(
            id == null
                ? "a key has no key id, each of several needs one"
                : "two keys have the key id " + SafeText.of(id.toString()));
      }
      members.add(jwk);
    }
    if (members.isEmpty()) {
      throw new IllegalArgumentException("there is no key, at least one is needed");
    }
    return JsonWriter.write(Map.of("keys", members));
  }

  private Map<String, Object> publicMembers() {
    if (publicKey == null) {
      throw new IllegalStateException(
          "there is no public key: a secret is never published, and a key in a security module"
              + " may need withPublicKey");
    }
    Map<String, Object> jwk = new LinkedHashMap<>(Thumbprint.members(publicKey));
    if (keyId != null) {
      jwk.put("kid", keyId);
    }
    jwk.put("alg", headerName());
    jwk.put("use", "sig");
    return jwk;
  }

  JwsAlgorithm algorithm() {
    return algorithm;
  }

  /** What the header's {@code alg} says. */
  String headerName() {
    return edDsaName ? "EdDSA" : algorithm.headerName();
  }

  @Nullable String keyId() {
    return keyId;
  }

  /** The public half, where it is known. */
  @Nullable PublicKey publicKey() {
    return publicKey;
  }

  /** Signs with it, once to try it; by the provider that accepts the key if none is given. */
  SigningEngine engine(@Nullable Provider provider) {
    return material.engine(algorithm, publicKey, provider);
  }

  /** Algorithm and id; never the key. */
  @Override
  public String toString() {
    return "SigningKey["
        + algorithm
        + (keyId == null ? "" : ", " + SafeText.of(keyId))
        + (publicKey == null ? ", no public key" : "")
        + "]";
  }
}
