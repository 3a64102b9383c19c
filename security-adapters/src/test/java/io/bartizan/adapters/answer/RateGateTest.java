package io.bartizan.adapters.answer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.adapters.CallerKey;
import io.bartizan.adapters.IncomingRequest;
import io.bartizan.integrity.jwt.VerifiedJwt;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.Limit;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RateGateTest {

  /** Of which nothing was verified. */
  private record Stranger() implements IncomingRequest {

    @Override
    public Optional<InetAddress> remoteAddress() {
      return Optional.empty();
    }

    @Override
    public List<String> headers(String name) {
      return List.of();
    }

    @Override
    public Optional<X509Certificate> peerCertificate() {
      return Optional.empty();
    }

    @Override
    public Optional<VerifiedJwt> token() {
      return Optional.empty();
    }

    @Override
    public Optional<String> principal() {
      return Optional.empty();
    }
  }

  /** A limit on a method of Spring has a gate of its own for each call. */
  @Test
  void misplacedLimit_isLoggedOnceAMinute_alsoByManyGates() {
    KeyedRateLimiter limiter = KeyedRateLimiter.of(Limit.parse("1 burst, 1/h"), 10);
    PrintStream before = System.err;
    ByteArrayOutputStream log = new ByteArrayOutputStream();
    System.setErr(new PrintStream(log, true, UTF_8));
    try {
      for (int i = 0; i < 1000; i++) {
        Answer answer = new RateGate(CallerKey.claim("tenant")).ask(limiter, new Stranger(), null);
        assertThat(answer.status()).isEqualTo(500);
      }
    } finally {
      System.setErr(before);
    }
    assertThat(log.toString(UTF_8).lines().filter(line -> line.contains("were refused")).count())
        .isLessThanOrEqualTo(1);
  }
}
