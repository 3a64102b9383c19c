package io.bartizan.adapters.answer;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.adapters.IncomingRequest;
import io.bartizan.core.Refusal;
import io.bartizan.core.SecretBytes;
import io.bartizan.integrity.jwt.VerifiedJwt;
import io.bartizan.integrity.mac.MacReason;
import io.bartizan.integrity.mac.WebhookEncoding;
import io.bartizan.integrity.mac.WebhookFormat;
import io.bartizan.integrity.mac.WebhookScheme;
import io.bartizan.integrity.mac.WebhookVerifier;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WebhookGateTest {

  /** A framework's request that says nothing of its target. */
  private record WithoutTarget() implements IncomingRequest {

    @Override
    public Optional<InetAddress> remoteAddress() {
      return Optional.empty();
    }

    @Override
    public List<String> headers(String name) {
      return List.of("0".repeat(64));
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

  private static Object reason(WebhookFormat.Builder format) {
    WebhookVerifier verifier =
        WebhookVerifier.of(
            WebhookScheme.acceptingReplays(
                format.withSigned("{url}{body}").build(), SecretBytes.random(32)));
    return new WebhookGate(verifier, 1000)
        .check("{}".getBytes(StandardCharsets.US_ASCII), new WithoutTarget())
        .<Object>fold(event -> "accepted", Refusal::reason);
  }

  @Test
  void check_addressSigned_needsTheTargetOfTheRequest() {
    WebhookFormat.Builder differs =
        WebhookFormat.builder("crm", "signature", WebhookEncoding.HEX)
            .withOrigin("https://shop.example");
    assertThat(reason(differs)).isEqualTo(MacReason.MALFORMED);
    WebhookFormat.Builder declared =
        WebhookFormat.builder("crm", "signature", WebhookEncoding.HEX)
            .withUrl("https://shop.example/hooks");
    assertThat(reason(declared)).isEqualTo(MacReason.SIGNATURE_INVALID);
  }
}
