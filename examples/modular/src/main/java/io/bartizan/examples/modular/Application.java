package io.bartizan.examples.modular;

import io.bartizan.core.SecretBytes;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.mac.MacKeyRing;
import io.bartizan.integrity.mac.SignedValues;
import io.bartizan.mtls.PeerPolicy;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.Rate;
import io.bartizan.ratelimit.RateLimiter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.temporal.ChronoUnit;

/** One line of each library module. */
final class Application {

  private Application() {}

  static boolean oncePerHour() {
    return RateLimiter.of(Limit.tokenBucket(1, Rate.per(1, ChronoUnit.HOURS)))
        .tryAcquire()
        .isAllowed();
  }

  static String emptyDigest() {
    return Digest.sha256Of(new byte[0]).hex();
  }

  static String signedAndBack(String payload) {
    MacKeyRing ring = MacKeyRing.of(SecretBytes.random(32));
    SignedValues values = SignedValues.of("greeting", ring, Duration.ofMinutes(1));
    return values.verify(values.sign(payload.getBytes(StandardCharsets.UTF_8))).text();
  }

  static String policy() {
    return PeerPolicy.dns("billing.internal").toString();
  }
}
