package io.bartizan.benchmarks;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.crypto.factories.DefaultJWSVerifierFactory;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.proc.SingleKeyJWSKeySelector;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import java.security.GeneralSecurityException;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.jose4j.jwa.AlgorithmConstraints.ConstraintType;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.JwtConsumer;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The same tokens as in {@link JwtBenchmark}, verified by the peers. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class JwtPeerBenchmark {
  /**
   * Nimbus as its "validating JWT access tokens" page sets it up
   * (https://connect2id.com/products/nimbus-jose-jwt/examples/validating-jwt-access-tokens), the
   * processor made once; its key selector is the cheapest there is, one key. The processor takes no
   * Ed25519 keys.
   */
  @State(Scope.Benchmark)
  public static class Nimbus {
    @Param({"HS256", "RS256", "ES256"})
    public String algorithm = "HS256";

    /** Whose arithmetic: the JDK's, or Bouncy Castle's. */
    @Param({"default", "BC"})
    public String provider = "default";

    final DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();
    String token = "";

    @Setup
    public void build() throws GeneralSecurityException {
      JwtSample sample = JwtSample.of(algorithm);
      token = sample.token();
      processor.setJWSKeySelector(
          new SingleKeyJWSKeySelector<>(JWSAlgorithm.parse(algorithm), sample.key()));
      processor.setJWTClaimsSetVerifier(
          new DefaultJWTClaimsVerifier<>(
              JwtSample.AUDIENCE,
              new JWTClaimsSet.Builder().issuer(JwtSample.ISSUER).build(),
              Set.of("sub", "iat", "exp")));
      if (provider.equals("BC")) {
        DefaultJWSVerifierFactory factory = new DefaultJWSVerifierFactory();
        factory.getJCAContext().setProvider(new BouncyCastleProvider());
        processor.setJWSVerifierFactory(factory);
      }
    }
  }

  /** jose4j as its "JWT examples" page does: https://bitbucket.org/b_c/jose4j/wiki/JWT Examples. */
  @State(Scope.Benchmark)
  public static class Jose4j {
    @Param({"HS256", "RS256", "ES256", "ED25519"})
    public String algorithm = "HS256";

    JwtConsumer consumer = new JwtConsumerBuilder().build();
    String token = "";

    @Setup
    public void build() throws GeneralSecurityException {
      JwtSample sample = JwtSample.of(algorithm);
      token = sample.token();
      consumer =
          new JwtConsumerBuilder()
              .setRequireExpirationTime()
              .setRequireSubject()
              .setExpectedIssuer(JwtSample.ISSUER)
              .setExpectedAudience(JwtSample.AUDIENCE)
              .setVerificationKey(sample.key())
              .setJwsAlgorithmConstraints(
                  ConstraintType.PERMIT, algorithm.equals("ED25519") ? "EdDSA" : algorithm)
              .build();
    }
  }

  @Benchmark
  public JWTClaimsSet nimbus(Nimbus state) throws Exception {
    return state.processor.process(state.token, null);
  }

  @Benchmark
  public JwtClaims jose4j(Jose4j state) throws InvalidJwtException {
    return state.consumer.processToClaims(state.token);
  }
}
