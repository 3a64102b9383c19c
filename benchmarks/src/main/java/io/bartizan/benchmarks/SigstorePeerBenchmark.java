package io.bartizan.benchmarks;

import dev.sigstore.KeylessVerifier;
import dev.sigstore.TrustedRootProvider;
import dev.sigstore.VerificationOptions;
import dev.sigstore.VerificationOptions.CertificateMatcher;
import dev.sigstore.bundle.Bundle;
import dev.sigstore.strings.StringMatcher;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * The same bundle as in {@link SigstoreBenchmark}, verified by sigstore-java as its README does
 * (https://github.com/sigstore/sigstore-java), with the trusted root from a file.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SigstorePeerBenchmark {
  private String bundle = "";
  private byte[] digest = {};
  private VerificationOptions options = VerificationOptions.empty();
  private @Nullable KeylessVerifier verifier;

  @Setup
  public void build() throws Exception {
    bundle = SigstoreSample.bundle();
    digest = SigstoreSample.ARTIFACT.bytes();
    options =
        VerificationOptions.builder()
            .addCertificateMatchers(
                CertificateMatcher.fulcio()
                    .issuer(StringMatcher.string(SigstoreSample.ISSUER))
                    .subjectAlternativeName(StringMatcher.string(SigstoreSample.SUBJECT))
                    .build())
            .build();
    Path root = Files.createTempFile("trusted_root", ".json");
    try {
      Files.writeString(root, SigstoreSample.trustedRoot());
      verifier =
          KeylessVerifier.builder().trustedRootProvider(TrustedRootProvider.from(root)).build();
    } finally {
      Files.delete(root);
    }
  }

  @Benchmark
  @SuppressWarnings("NullAway") // set up by JMH
  public Bundle verify() throws Exception {
    Bundle read = Bundle.from(new StringReader(bundle));
    verifier.verify(digest, read, options);
    return read;
  }
}
