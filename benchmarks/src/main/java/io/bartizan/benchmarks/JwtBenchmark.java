package io.bartizan.benchmarks;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.crypto.factories.DefaultJWSVerifierFactory;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.proc.SingleKeyJWSKeySelector;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import io.bartizan.core.SecretBytes;
import io.bartizan.integrity.jwt.JwsAlgorithm;
import io.bartizan.integrity.jwt.JwtClaims;
import io.bartizan.integrity.jwt.JwtKeys;
import io.bartizan.integrity.jwt.JwtSigner;
import io.bartizan.integrity.jwt.JwtVerifier;
import io.bartizan.integrity.jwt.JwtVerifierBuilder;
import io.bartizan.integrity.jwt.TrustedIssuer;
import io.bartizan.integrity.jwt.VerifiedJwt;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.JwtConsumer;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** One token parsed, its signature and its issuer, audience and times checked. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class JwtBenchmark {
  private static final String ISSUER = "https://issuer.example";
  private static final String AUDIENCE = "my-api";

  @Param({"HS256", "RS256", "ES256", "ED25519"})
  public String algorithm = "HS256";

  /** Whose arithmetic Nimbus uses; ours chooses for itself. */
  @Param({"default", "BC"})
  public String provider = "default";

  private String token = "";
  private @Nullable JwtVerifier verifier;
  private @Nullable JwtVerifier cached;
  private @Nullable DefaultJWTProcessor<SecurityContext> nimbus;
  private @Nullable JwtConsumer jose4j;

  @Setup
  public void build() throws Exception {
    JwsAlgorithm ours = JwsAlgorithm.valueOf(algorithm);
    JwtClaims claims =
        JwtClaims.forAudience(AUDIENCE).withSubject("alice").with("role", "admin").withId("17");
    JwtKeys keys;
    Key verifying;
    if (ours == JwsAlgorithm.HS256) {
      byte[] secret = SecretBytes.random(32).exposedCopy();
      try (SecretBytes bytes = SecretBytes.copyOf(secret)) {
        token = JwtSigner.of(ISSUER, Duration.ofDays(1), ours, bytes).build().sign(claims);
        keys = JwtKeys.secret(ours, bytes);
      }
      verifying = new SecretKeySpec(secret, "HmacSHA256");
    } else {
      KeyPair pair = pair(ours);
      token =
          JwtSigner.of(ISSUER, Duration.ofDays(1), ours, pair.getPrivate()).build().sign(claims);
      keys = JwtKeys.publicKey(ours, pair.getPublic());
      verifying = pair.getPublic();
    }
    TrustedIssuer issuer = TrustedIssuer.of(ISSUER, keys, ours);
    verifier = JwtVerifier.of(issuer, AUDIENCE).build();
    JwtVerifierBuilder remembering = JwtVerifier.of(issuer, AUDIENCE).withCache(1_000);
    cached = remembering.build();
    VerifiedJwt first = cached.verify(token);
    if (!first.toString().isEmpty() && ours != JwsAlgorithm.ED25519) {
      nimbus = nimbus(JWSAlgorithm.parse(algorithm), verifying);
    }
    jose4j = ours == JwsAlgorithm.ED25519 ? jose4j(verifying) : null;
  }

  private static KeyPair pair(JwsAlgorithm algorithm) throws GeneralSecurityException {
    if (algorithm == JwsAlgorithm.ES256) {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    }
    if (algorithm == JwsAlgorithm.RS256) {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      return generator.generateKeyPair();
    }
    return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
  }

  /**
   * Nimbus as its "validating JWT access tokens" page sets it up
   * (https://connect2id.com/products/nimbus-jose-jwt/examples/validating-jwt-access-tokens), the
   * processor made once; its key selector is the cheapest there is, one key.
   */
  private DefaultJWTProcessor<SecurityContext> nimbus(JWSAlgorithm expected, Key key) {
    DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();
    processor.setJWSKeySelector(new SingleKeyJWSKeySelector<>(expected, key));
    processor.setJWTClaimsSetVerifier(
        new DefaultJWTClaimsVerifier<>(
            AUDIENCE,
            new JWTClaimsSet.Builder().issuer(ISSUER).build(),
            Set.of("sub", "iat", "exp")));
    if (provider.equals("BC")) {
      DefaultJWSVerifierFactory factory = new DefaultJWSVerifierFactory();
      factory.getJCAContext().setProvider(new BouncyCastleProvider());
      processor.setJWSVerifierFactory(factory);
    }
    return processor;
  }

  /** jose4j as its "JWT examples" page does: https://bitbucket.org/b_c/jose4j/wiki/JWT Examples. */
  private static JwtConsumer jose4j(Key key) {
    return new JwtConsumerBuilder()
        .setRequireExpirationTime()
        .setRequireSubject()
        .setExpectedIssuer(ISSUER)
        .setExpectedAudience(AUDIENCE)
        .setVerificationKey(key)
        .setJwsAlgorithmConstraints(AlgorithmConstraints.ConstraintType.PERMIT, "EdDSA", "Ed25519")
        .build();
  }

  @Benchmark
  @SuppressWarnings("NullAway") // set up by JMH
  public VerifiedJwt verify() {
    return verifier.verify(token);
  }

  @Benchmark
  @SuppressWarnings("NullAway")
  public VerifiedJwt verifyCached() {
    return cached.verify(token);
  }

  @Benchmark
  @SuppressWarnings("NullAway")
  public JWTClaimsSet nimbus() throws Exception {
    return nimbus.process(token, null);
  }

  @Benchmark
  @SuppressWarnings("NullAway")
  public Object jose4j() throws InvalidJwtException {
    return jose4j.processToClaims(token);
  }
}
