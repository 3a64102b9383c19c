package io.bartizan.benchmarks;

import io.bartizan.integrity.jwt.JwtVerifier;
import io.bartizan.integrity.jwt.TrustedIssuer;
import io.bartizan.integrity.jwt.VerifiedJwt;
import java.security.GeneralSecurityException;
import java.util.concurrent.TimeUnit;
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
  @Param({"HS256", "RS256", "ES256", "ED25519"})
  public String algorithm = "HS256";

  private String token = "";
  private @Nullable JwtVerifier verifier;
  private @Nullable JwtVerifier cached;

  @Setup
  public void build() throws GeneralSecurityException {
    JwtSample sample = JwtSample.of(algorithm);
    TrustedIssuer issuer = sample.issuer();
    token = sample.token();
    verifier = JwtVerifier.of(issuer, JwtSample.AUDIENCE);
    cached = JwtVerifier.builder(issuer, JwtSample.AUDIENCE).withCache(1_000).build();
  }

  @Benchmark
  @SuppressWarnings("NullAway") // set up by JMH
  public VerifiedJwt verify() {
    return verifier.verify(token);
  }

  /** The same token again and again: signature and parsing are remembered, times are not. */
  @Benchmark
  @SuppressWarnings("NullAway")
  public VerifiedJwt verifyCached() {
    return cached.verify(token);
  }
}
