package io.bartizan.integrity.jwt;

import io.bartizan.core.SafeText;
import io.bartizan.core.SecretBytes;
import io.bartizan.integrity.json.JsonWriter;
import io.bartizan.integrity.json.StrictBase64;
import io.bartizan.integrity.keys.KeyGate;
import java.nio.charset.StandardCharsets;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.time.Duration;
import java.time.InstantSource;
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
 * Issues the tokens that {@link JwtVerifier} accepts: one issuer, one key, one algorithm, one
 * validity.
 *
 * <p>Immutable and thread-safe. The private key may live in a security module; it is used through
 * whichever provider accepts it.
 *
 * <pre>{@code
 * JwtSigner signer =
 *     JwtSigner.of("https://issuer", Duration.ofMinutes(5), JwsAlgorithm.ES256, privateKey)
 *         .withKeyId("2026-11")
 *         .build();
 * String token = signer.sign(JwtClaims.forAudience("my-api").withSubject("alice"));
 * String published = JwtSigner.publicJwkSet(List.of(signer)); // for the issuer's /jwks.json
 * }</pre>
 */
public final class JwtSigner {

  private final String issuer;
  private final Duration validity;
  private final SigningEngine engine;
  private final InstantSource clock;
  private final String encodedHeader;
  private final String description;
  private final @Nullable Map<String, Object> publicJwk;

  private JwtSigner(Builder builder, SigningEngine engine) {
    this.issuer = builder.issuer;
    this.validity = builder.validity;
    this.engine = engine;
    this.clock = builder.clock;
    Map<String, Object> header = new LinkedHashMap<>();
    header.put("alg", builder.edDsaName ? "EdDSA" : builder.algorithm.headerName());
    header.put("typ", builder.type);
    if (builder.keyId != null) {
      header.put("kid", builder.keyId);
    }
    this.encodedHeader = encode(header);
    this.description =
        "JwtSigner[" + SafeText.of(issuer) + ", " + builder.algorithm + ", " + validity + "]";
    this.publicJwk = builder.publicJwk();
  }

  /**
   * A signer with a private key from the text of a PEM file.
   *
   * <pre>{@code
   * try (SecretBytes pem = SecretSource.file(Path.of("/run/secrets/jwt-key.pem")).read()) {
   *   JwtSigner signer =
   *       JwtSigner.pem("https://issuer", Duration.ofMinutes(5), JwsAlgorithm.ES256, pem)
   *           .withKeyId("2026-11")
   *           .build();
   * }
   * }</pre>
   *
   * @param issuer the claim {@code iss}
   * @param validity from issue to expiry, 1 second to 3650 days
   * @param algorithm what the key is for
   * @param pem exactly one block {@code PRIVATE KEY}, which is PKCS#8 without a password; may be
   *     closed afterwards
   * @return a builder
   * @throws IllegalArgumentException if the issuer is empty, the validity out of range, the text
   *     something else, or the key weak or not of the algorithm's kind
   */
  public static Builder pem(
      String issuer, Duration validity, JwsAlgorithm algorithm, SecretBytes pem) {
    return new Builder(issuer, validity, algorithm, SigningKey.pem(algorithm, pem), null);
  }

  /**
   * A signer with a private JSON Web Key (RFC 7517), whose {@code kid}, if it has one, becomes the
   * tokens' unless {@link Builder#withKeyId} says another.
   *
   * @param issuer the claim {@code iss}
   * @param validity from issue to expiry, 1 second to 3650 days
   * @param algorithm what the key is for; a JWK that says another {@code alg} is refused
   * @param jwk the JSON text of one RSA key with its primes, EC or Ed25519 key; may be closed
   *     afterwards
   * @return a builder
   * @throws IllegalArgumentException if the issuer is empty, the validity out of range, the text
   *     something else, or the key weak, not for signing or not of the algorithm's kind
   */
  public static Builder jwk(
      String issuer, Duration validity, JwsAlgorithm algorithm, SecretBytes jwk) {
    return new Builder(issuer, validity, algorithm, SigningKey.jwk(algorithm, jwk), null);
  }

  /**
   * A signer with a private key.
   *
   * @param issuer the claim {@code iss}
   * @param validity from issue to expiry, 1 second to 3650 days
   * @param algorithm what the key is for
   * @param key an RSA, EC or Ed25519 key
   * @return a builder
   * @throws IllegalArgumentException if the issuer is empty, the validity out of range, or the key
   *     weak or not of the algorithm's kind
   */
  public static Builder of(
      String issuer, Duration validity, JwsAlgorithm algorithm, PrivateKey key) {
    return new Builder(issuer, validity, algorithm, SigningKey.of(algorithm, key), null);
  }

  /**
   * A signer with a shared secret; whoever can verify can also sign.
   *
   * @param issuer the claim {@code iss}
   * @param validity from issue to expiry, 1 second to 3650 days
   * @param algorithm {@code HS256}, {@code HS384} or {@code HS512}
   * @param secret random bytes, from the hash's length to its block size; copied
   * @return a builder
   * @throws IllegalArgumentException if the issuer is empty, the validity out of range, the
   *     algorithm no HMAC, or the secret unfit for it
   */
  public static Builder of(
      String issuer, Duration validity, JwsAlgorithm algorithm, SecretBytes secret) {
    Objects.requireNonNull(algorithm, "algorithm");
    VerifyingKey key = secret.lend(bytes -> VerifyingKey.ofSecret(null, algorithm, bytes));
    return new Builder(issuer, validity, algorithm, null, key);
  }

  /**
   * Signs claims, with {@code iss}, {@code iat} and {@code exp} of now.
   *
   * @param claims the rest
   * @return a compact token
   * @throws IllegalArgumentException if a claim's value is of a type that JSON does not have
   * @throws IllegalStateException if the provider fails
   */
  public String sign(JwtClaims claims) {
    long now = Math.floorDiv(clock.millis(), 1000L);
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("iss", issuer);
    members.put("iat", now);
    members.put("exp", Math.addExact(now, validity.toSeconds()));
    members.putAll(claims.members());
    String input = encodedHeader + '.' + encode(members);
    byte[] signature = engine.sign(input.getBytes(StandardCharsets.US_ASCII));
    return input + '.' + StrictBase64.encodeUrl(signature);
  }

  /**
   * The public key as JSON Web Key, for those who verify: {@code kty} and its members, {@code kid},
   * {@code alg} and {@code use}.
   *
   * @return JSON on one line, without anything private; {@link JwtKeys#jwk} reads it
   * @throws IllegalStateException if the key is a secret, or in a security module that does not
   *     tell its public part and {@link Builder#withPublicKey} did not either
   */
  public String publicJwk() {
    return JsonWriter.write(publicMembers());
  }

  /**
   * The JSON Web Key set that an issuer publishes, such as at {@code /jwks.json}.
   *
   * <p>When keys rotate, publish the next signer's key for as long as verifiers keep the old set
   * before it signs, and the last one's until its tokens have expired.
   *
   * @param signers those of now, of next and of before
   * @return JSON on one line; {@link JwtKeys#jwkSet} and {@link JwtKeys#jwks} read it
   * @throws IllegalArgumentException if there is no signer, two have one key id, or one of several
   *     has none, so that verifiers could not tell the keys apart
   * @throws IllegalStateException if {@link #publicJwk} of one throws it
   */
  public static String publicJwkSet(Collection<JwtSigner> signers) {
    Set<Object> ids = new HashSet<>();
    List<Map<String, Object>> keys = new ArrayList<>();
    for (JwtSigner signer : signers) {
      Map<String, Object> jwk = signer.publicMembers();
      Object id = jwk.get("kid");
      if (signers.size() > 1 && (id == null || !ids.add(id))) {
        throw new IllegalArgumentException(
            id == null
                ? "a signer has no key id, each of several needs one"
                : "two signers have the key id " + SafeText.of(id.toString()));
      }
      keys.add(jwk);
    }
    if (keys.isEmpty()) {
      throw new IllegalArgumentException("there is no signer, at least one is needed");
    }
    return JsonWriter.write(Map.of("keys", keys));
  }

  private Map<String, Object> publicMembers() {
    if (publicJwk == null) {
      throw new IllegalStateException(
          "the signer has no public key: a secret is never published, and a key in a security"
              + " module may need withPublicKey");
    }
    return publicJwk;
  }

  private static String encode(Map<String, ?> members) {
    return StrictBase64.encodeUrl(JsonWriter.write(members).getBytes(StandardCharsets.UTF_8));
  }

  /** Issuer, algorithm and validity; never the key. */
  @Override
  public String toString() {
    return description;
  }

  /** The optional parts of a {@link JwtSigner}. Not thread-safe. */
  public static final class Builder {

    private final String issuer;
    private final Duration validity;
    private final JwsAlgorithm algorithm;
    private final @Nullable PrivateKey key;
    private final @Nullable VerifyingKey secret;
    private @Nullable PublicKey publicKey;
    private @Nullable String keyId;
    private String type = "JWT";
    private boolean edDsaName;
    private InstantSource clock = InstantSource.system();

    private Builder(
        String issuer,
        Duration validity,
        JwsAlgorithm algorithm,
        @Nullable SigningKey signing,
        @Nullable VerifyingKey secret) {
      if (issuer.isEmpty()) {
        throw new IllegalArgumentException("issuer is empty");
      }
      if (validity.toSeconds() < 1 || validity.toDays() > 3650) {
        throw new IllegalArgumentException(
            "validity is " + validity + ", 1 second to 3650 days are accepted");
      }
      this.issuer = issuer;
      this.validity = validity;
      this.algorithm = algorithm;
      this.key = signing == null ? null : signing.key();
      this.secret = secret;
      PublicKey derived = signing == null ? null : signing.publicKey();
      this.publicKey = derived == null ? null : linted(derived);
      String named = signing == null ? null : signing.keyId();
      this.keyId = named == null ? null : inRange(named);
    }

    private @Nullable PublicKey linted(PublicKey other) {
      return VerifyingKey.ofPublic(null, algorithm, KeyGate.pass(other)).publicKey;
    }

    private static String inRange(String id) {
      if (id.isEmpty() || id.length() > JwkReader.MAX_KEY_ID_CHARS) {
        throw new IllegalArgumentException(
            "keyId has " + id.length() + " characters, 1 to 256 are accepted");
      }
      return id;
    }

    /**
     * The public key that belongs to the private one, for {@link JwtSigner#publicJwk}; needed only
     * where a security module does not tell it.
     *
     * @param key the other half of the pair, which {@link #build} tries
     * @return this
     * @throws IllegalArgumentException if the key is weak or not of the algorithm's kind, as where
     *     it is loaded to verify
     */
    public Builder withPublicKey(PublicKey key) {
      this.publicKey = linted(key);
      return this;
    }

    private @Nullable Map<String, Object> publicJwk() {
      if (publicKey == null) {
        return null;
      }
      Map<String, Object> jwk = new LinkedHashMap<>(Thumbprint.members(publicKey));
      if (keyId != null) {
        jwk.put("kid", keyId);
      }
      jwk.put("alg", edDsaName ? "EdDSA" : algorithm.headerName());
      jwk.put("use", "sig");
      return jwk;
    }

    /**
     * The key's id, by which verifiers find it.
     *
     * @param id the header {@code kid}, 1 to 256 characters
     * @return this
     * @throws IllegalArgumentException if it is out of range
     */
    public Builder withKeyId(String id) {
      this.keyId = inRange(id);
      return this;
    }

    /**
     * The token's type.
     *
     * @param typ the header {@code typ}, such as {@code at+jwt}; {@code JWT} unless set
     * @return this
     * @throws IllegalArgumentException if it is empty
     */
    public Builder withType(String typ) {
      if (typ.isEmpty()) {
        throw new IllegalArgumentException("type is empty");
      }
      this.type = typ;
      return this;
    }

    /**
     * Writes {@code EdDSA} where RFC 9864 says {@code Ed25519}, for verifiers older than it.
     *
     * @return this
     * @throws IllegalArgumentException if the algorithm is not {@link JwsAlgorithm#ED25519}
     */
    public Builder withEdDsaAlias() {
      if (algorithm != JwsAlgorithm.ED25519) {
        throw new IllegalArgumentException(algorithm + " is never called EdDSA");
      }
      this.edDsaName = true;
      return this;
    }

    /**
     * The wall clock.
     *
     * @param source tells the time; the system's unless set
     * @return this
     */
    public Builder withClock(InstantSource source) {
      this.clock = Objects.requireNonNull(source, "clock");
      return this;
    }

    /**
     * The signer; it has signed once to try the key.
     *
     * @return immutable and thread-safe
     * @throws IllegalArgumentException if no provider signs with the key, or the public key is not
     *     the private one's
     */
    public JwtSigner build() {
      if (publicKey != null && (key == null || !SigningEngine.arePair(algorithm, key, publicKey))) {
        throw new IllegalArgumentException("the public key is not the one of the private key");
      }
      return new JwtSigner(this, SigningEngine.of(algorithm, key, secret));
    }
  }
}
