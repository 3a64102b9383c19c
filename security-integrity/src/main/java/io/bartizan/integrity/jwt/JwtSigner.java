package io.bartizan.integrity.jwt;

import io.bartizan.core.Refusal;
import io.bartizan.core.SafeText;
import io.bartizan.core.VerificationException;
import io.bartizan.core.house.Require;
import io.bartizan.core.house.Span;
import io.bartizan.integrity.json.JsonWriter;
import io.bartizan.integrity.json.StrictBase64;
import java.nio.charset.StandardCharsets;
import java.security.Provider;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Issues the tokens that {@link JwtVerifier} accepts: one issuer, one key with its algorithm, one
 * validity.
 *
 * <p>Immutable and thread-safe.
 *
 * <pre>{@code
 * SigningKey key = SigningKey.of(JwsAlgorithm.ES256, privateKey).withKeyId("2026-11");
 * JwtSigner signer = JwtSigner.of("https://issuer", Duration.ofMinutes(5), key);
 * String token = signer.sign(JwtClaims.forAudience("my-api").withSubject("alice"));
 * }</pre>
 */
public final class JwtSigner {

  private final String issuer;
  private final Duration validity;
  private final SigningEngine engine;
  private final InstantSource clock;
  private final int maxTokenChars;
  private final String encodedHeader;
  private final String description;

  private JwtSigner(Builder builder) {
    issuer = builder.issuer;
    validity = builder.validity;
    clock = builder.clock;
    engine = builder.key.engine(builder.provider);
    maxTokenChars = builder.maxTokenChars;
    Map<String, Object> header = new LinkedHashMap<>();
    header.put("alg", builder.key.headerName());
    header.put("typ", builder.type);
    String keyId = builder.key.keyId();
    if (keyId != null) {
      header.put("kid", keyId);
    }
    header.putAll(builder.headers.members());
    encodedHeader = encode(header);
    byte[] ascii = encodedHeader.getBytes(StandardCharsets.US_ASCII);
    Refusal refused = JwsHeader.parse(ascii, ascii.length).refusal;
    if (refused != null) {
      throw new IllegalArgumentException("no verifier would accept " + refused.detail());
    }
    description =
        "JwtSigner["
            + SafeText.of(issuer)
            + ", "
            + builder.key.algorithm()
            + ", "
            + Span.exact(validity)
            + "]";
  }

  /**
   * A signer with all defaults: {@code typ} is {@code JWT}, the clock the system's. It has signed
   * once to try the key.
   *
   * @param issuer the claim {@code iss}
   * @param validity from issue to expiry, 1 second to 3650 days
   * @param key what signs
   * @return immutable and thread-safe
   * @throws IllegalArgumentException if the issuer is empty, the validity out of range, or no
   *     provider signs with the key
   */
  public static JwtSigner of(String issuer, Duration validity, SigningKey key) {
    return builder(issuer, validity, key).build();
  }

  /**
   * A signer with settings.
   *
   * @param issuer the claim {@code iss}
   * @param validity from issue to expiry, 1 second to 3650 days
   * @param key what signs
   * @return a builder
   * @throws IllegalArgumentException if the issuer is empty or the validity out of range
   */
  public static Builder builder(String issuer, Duration validity, SigningKey key) {
    return new Builder(issuer, validity, key);
  }

  /**
   * Signs claims, with {@code iss}, {@code iat} and {@code exp} of now.
   *
   * @param claims the rest
   * @return a compact token
   * @throws IllegalArgumentException if a claim's value is of a type that JSON does not have, or a
   *     {@link JwtVerifier} with all defaults would refuse the token for its form or size
   * @throws IllegalStateException if the provider or the external signer fails
   */
  public String sign(JwtClaims claims) {
    long now = Math.floorDiv(clock.millis(), 1000L);
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("iss", issuer);
    members.put("iat", now);
    members.put("exp", Math.addExact(now, validity.toSeconds()));
    members.putAll(claims.members());
    byte[] payload = JsonWriter.write(members).getBytes(StandardCharsets.UTF_8);
    String input = encodedHeader + '.' + StrictBase64.encodeUrl(payload);
    byte[] signature = engine.sign(input.getBytes(StandardCharsets.US_ASCII));
    String token = input + '.' + StrictBase64.encodeUrl(signature);
    requireAcceptable(payload, token);
    return token;
  }

  /** What a verifier with all defaults refuses is told to whoever makes it. */
  private void requireAcceptable(byte[] payload, String token) {
    if (token.length() > maxTokenChars) {
      throw new IllegalArgumentException(
          "the token has "
              + token.length()
              + " characters, maxTokenChars is "
              + maxTokenChars
              + "; verifiers read so many unless told otherwise");
    }
    try {
      ClaimSet claims = ClaimSet.parse(payload);
      if (claims.notBefore != ClaimSet.NONE && claims.notBefore >= claims.expiresAt) {
        throw new IllegalArgumentException("no verifier would accept nbf, it is not before exp");
      }
    } catch (VerificationException e) {
      throw new IllegalArgumentException(
          "no verifier would accept the claims: " + e.refusal().detail(), e);
    }
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
    private final SigningKey key;
    private String type = "JWT";
    private InstantSource clock = InstantSource.system();
    private @Nullable Provider provider;
    private int maxTokenChars = JwtVerifier.Builder.DEFAULT_MAX_TOKEN_CHARS;
    private final HeaderMembers headers = new HeaderMembers();

    private Builder(String issuer, Duration validity, SigningKey key) {
      if (issuer.isEmpty()) {
        throw new IllegalArgumentException("issuer is empty");
      }
      this.issuer = issuer;
      this.validity =
          Require.within("validity", validity, Duration.ofSeconds(1), Duration.ofDays(3650));
      this.key = Objects.requireNonNull(key, "key");
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
     * A further member of the header, such as {@code cty} or one of the application's own.
     * Verifiers of this library read none of them.
     *
     * @param name any name but {@code alg}, {@code kid} and {@code typ}, which have their own
     *     methods, and {@code crit}, {@code b64}, {@code zip} and {@code enc}, which verifiers
     *     refuse
     * @param value a String, integer, Boolean, Instant, UUID, or a List, Set or Map of such, which
     *     is copied
     * @return this
     * @throws NullPointerException if an argument is null
     * @throws IllegalArgumentException if the name is one of those or there twice, the value of
     *     another type, or a {@code jwk} that holds a private key
     */
    public Builder withHeader(String name, Object value) {
      headers.put(name, value);
      return this;
    }

    /**
     * Names the certificate of the key by its SHA-256 ({@code x5t#S256}, RFC 7515 section 4.1.8),
     * as Entra ID asks of client assertions.
     *
     * @param certificate of the signing key
     * @return this
     * @throws IllegalArgumentException if it is of another key, or there is one already
     */
    public Builder withCertificateThumbprint(X509Certificate certificate) {
      headers.thumbprint(certificate, key.publicKey());
      return this;
    }

    /**
     * Carries the certificate of the key and those above it ({@code x5c}, RFC 7515 section 4.1.6).
     * A header of more than 4096 bytes is refused.
     *
     * @param chain the certificate of the signing key, then each one's issuer
     * @return this
     * @throws IllegalArgumentException if it is empty, its first one of another key, or there is
     *     one already
     */
    public Builder withCertificateChain(List<X509Certificate> chain) {
      headers.chain(chain, key.publicKey());
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
     * The security provider that signs, instead of the first that accepts the key.
     *
     * @param jcaProvider must offer the algorithm; it need not be installed
     * @return this
     */
    public Builder withProvider(Provider jcaProvider) {
      this.provider = Objects.requireNonNull(jcaProvider, "jcaProvider");
      return this;
    }

    /**
     * The longest token that is issued; for verifiers with the same setting.
     *
     * @param chars 256 to 1 048 576; 16 384 unless set, which is the verifiers' default
     * @return this
     * @throws IllegalArgumentException if it is out of range
     */
    public Builder withMaxTokenChars(int chars) {
      this.maxTokenChars = Require.within("maxTokenChars", chars, 256, 1 << 20);
      return this;
    }

    /**
     * The signer; it has signed once to try the key.
     *
     * @return immutable and thread-safe
     * @throws IllegalArgumentException if no provider signs with the key, an external signer's
     *     answer is not of the public key, or a verifier would refuse the header
     */
    public JwtSigner build() {
      return new JwtSigner(this);
    }
  }
}
