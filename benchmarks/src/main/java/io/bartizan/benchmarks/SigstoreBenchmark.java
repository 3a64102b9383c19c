package io.bartizan.benchmarks;

import io.bartizan.integrity.attest.sigstore.IdentityPolicy;
import io.bartizan.integrity.attest.sigstore.SignedStatement;
import io.bartizan.integrity.attest.sigstore.SignerSubject;
import io.bartizan.integrity.attest.sigstore.SigstoreVerifier;
import io.bartizan.integrity.attest.sigstore.TrustedRoot;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** A keyless bundle read and verified, offline: from its JSON to the verdict. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SigstoreBenchmark {
  private byte[] bundle = {};
  private @Nullable SigstoreVerifier verifier;

  @Setup
  public void build() throws IOException {
    bundle = SigstoreSample.bundle().getBytes(StandardCharsets.UTF_8);
    verifier =
        SigstoreVerifier.of(
            TrustedRoot.parse(SigstoreSample.trustedRoot(), Instant.now()),
            IdentityPolicy.of(SigstoreSample.ISSUER, SignerSubject.uri(SigstoreSample.SUBJECT)));
  }

  @Benchmark
  @SuppressWarnings("NullAway") // set up by JMH
  public SignedStatement verify() {
    return verifier.verifyStatement(bundle, SigstoreSample.ARTIFACT, SigstoreSample.PREDICATE);
  }
}
