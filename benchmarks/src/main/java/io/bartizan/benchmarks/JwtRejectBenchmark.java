package io.bartizan.benchmarks;

import io.bartizan.core.Checked;
import io.bartizan.core.SecretBytes;
import io.bartizan.integrity.jwt.JwsAlgorithm;
import io.bartizan.integrity.jwt.JwtKeys;
import io.bartizan.integrity.jwt.JwtReason;
import io.bartizan.integrity.jwt.JwtSigner;
import io.bartizan.integrity.jwt.JwtVerifier;
import io.bartizan.integrity.jwt.SigningKey;
import io.bartizan.integrity.jwt.TrustedIssuer;
import io.bartizan.integrity.jwt.VerifiedJwt;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What a token costs that is refused before any signature is computed, and one that is good. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class JwtRejectBenchmark {
  private String good = "";
  private String unknownAlgorithm = "";
  private String badBase64 = "";
  private String unknownKey = "";
  private @Nullable JwtVerifier verifier;

  @Setup
  public void build() {
    try (SecretBytes secret = SecretBytes.random(32)) {
      good = signed(secret, "key-1");
      unknownKey = signed(secret, "key-2");
      JwtKeys keys = JwtKeys.secret(JwsAlgorithm.HS256, secret).withKeyId("key-1");
      verifier =
          JwtVerifier.of(
              TrustedIssuer.of(JwtSample.ISSUER, keys, JwsAlgorithm.HS256), JwtSample.AUDIENCE);
    }
    String header = "{\"alg\":\"XS256\",\"kid\":\"key-1\"}";
    unknownAlgorithm =
        Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(header.getBytes(StandardCharsets.UTF_8))
            + good.substring(good.indexOf('.'));
    // The last character of all, so that whoever reads from the left has read everything.
    badBase64 = good.substring(0, good.length() - 1) + "!";
    expect(accept(), null);
    expect(unknownAlgorithm(), JwtReason.ALGORITHM_NOT_ALLOWED);
    expect(badBase64(), JwtReason.MALFORMED);
    expect(unknownKey(), JwtReason.KEY_UNKNOWN);
  }

  private static String signed(SecretBytes secret, String keyId) {
    return JwtSigner.of(
            JwtSample.ISSUER,
            Duration.ofDays(1),
            SigningKey.secret(JwsAlgorithm.HS256, secret).withKeyId(keyId))
        .sign(JwtSample.claims());
  }

  private static void expect(Checked<VerifiedJwt> result, @Nullable JwtReason reason) {
    if (result instanceof Checked.Rejected<VerifiedJwt> rejected
        ? rejected.refusal().reason() != reason
        : reason != null) {
      throw new IllegalStateException("expected " + reason + ", got " + result);
    }
  }

  @Benchmark
  @SuppressWarnings("NullAway") // set up by JMH
  public Checked<VerifiedJwt> accept() {
    return verifier.check(good);
  }

  @Benchmark
  @SuppressWarnings("NullAway")
  public Checked<VerifiedJwt> unknownAlgorithm() {
    return verifier.check(unknownAlgorithm);
  }

  @Benchmark
  @SuppressWarnings("NullAway")
  public Checked<VerifiedJwt> badBase64() {
    return verifier.check(badBase64);
  }

  @Benchmark
  @SuppressWarnings("NullAway")
  public Checked<VerifiedJwt> unknownKey() {
    return verifier.check(unknownKey);
  }
}
