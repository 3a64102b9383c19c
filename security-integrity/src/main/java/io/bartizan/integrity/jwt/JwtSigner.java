package io.bartizan.integrity.jwt;

import io.bartizan.core.SafeText;
import io.bartizan.core.SecretBytes;
import io.bartizan.integrity.json.JsonWriter;
import io.bartizan.integrity.json.StrictBase64;
import java.nio.charset.StandardCharsets;
import java.security.PrivateKey;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
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
 * }</pre>
 */
public final class JwtSigner {

  private final String issuer;
  private final Duration validity;
  private final SigningEngine engine;
  private final InstantSource clock;
  private final String encodedHeader;
  private final String description;

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
    KeyLint.checkPrivate(algorithm, key);
    return new Builder(issuer, validity, algorithm, key, null);
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
    KeyMaterial key = secret.lend(bytes -> KeyMaterial.ofSecret(null, algorithm, bytes));
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
    private final @Nullable KeyMaterial secret;
    private @Nullable String keyId;
    private String type = "JWT";
    private boolean edDsaName;
    private InstantSource clock = InstantSource.system();

    private Builder(
        String issuer,
        Duration validity,
        JwsAlgorithm algorithm,
        @Nullable PrivateKey key,
        @Nullable KeyMaterial secret) {
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
      this.key = key;
      this.secret = secret;
    }

    /**
     * The key's id, by which verifiers find it.
     *
     * @param id the header {@code kid}, 1 to 256 characters
     * @return this
     * @throws IllegalArgumentException if it is out of range
     */
    public Builder withKeyId(String id) {
      if (id.isEmpty() || id.length() > JwkReader.MAX_KEY_ID_CHARS) {
        throw new IllegalArgumentException(
            "keyId has " + id.length() + " characters, 1 to 256 are accepted");
      }
      this.keyId = id;
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
    public Builder withEdDsaName() {
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
     * @throws IllegalArgumentException if no provider signs with the key
     */
    public JwtSigner build() {
      return new JwtSigner(this, SigningEngine.of(algorithm, key, secret));
    }
  }
}
