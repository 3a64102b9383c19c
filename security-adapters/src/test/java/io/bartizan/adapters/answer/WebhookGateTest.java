package io.bartizan.adapters.answer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.bartizan.core.SecretBytes;
import io.bartizan.integrity.mac.WebhookEncoding;
import io.bartizan.integrity.mac.WebhookFormat;
import io.bartizan.integrity.mac.WebhookScheme;
import io.bartizan.integrity.mac.WebhookVerifier;
import org.junit.jupiter.api.Test;

class WebhookGateTest {

  private static WebhookVerifier verifier(WebhookFormat.Builder format) {
    return WebhookVerifier.of(
        WebhookScheme.acceptingReplays(format.build(), SecretBytes.random(32)));
  }

  @Test
  void new_verifierThatNeedsEachRequestsAddress_isRefused() {
    WebhookFormat.Builder format =
        WebhookFormat.builder("crm", "signature", WebhookEncoding.HEX).withSigned("{url}{body}");
    WebhookVerifier differs = verifier(format.withOrigin("https://shop.example"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new WebhookGate(differs, 1000))
        .withMessageContaining("at(target)");
    WebhookVerifier declared =
        verifier(
            WebhookFormat.builder("crm", "signature", WebhookEncoding.HEX)
                .withSigned("{url}{body}")
                .withUrl("https://shop.example/hooks"));
    assertThat(new WebhookGate(declared, 1000).maxBytes()).isEqualTo(1000);
  }
}
