package io.bartizan.integrity.mac;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.SecretBytes;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The examples of the Javadoc. */
class SignedValuesExampleTest {

  @Test
  void hmac_example_runs() {
    SecretBytes key = SecretBytes.random(32);
    byte[] message = {1, 2, 3};
    Hmac hmac = Hmac.of(HmacAlgorithm.SHA_256, key);
    byte[] tag = hmac.sign(message);
    hmac.verify(message, tag);
    assertThat(tag).hasSize(32);
  }

  @Test
  void signedValues_example_runs() {
    MacKeyRing ring = MacKeyRing.of(SecretBytes.random(32), SecretBytes.random(64));
    String userId = "u-17";
    SignedValues carts = SignedValues.of("cart", ring, Duration.ofHours(1));
    String cookie = carts.sign("3 apples", "user", userId);
    SignedValue cart = carts.verify(cookie, "user", userId); // or VerificationException
    assertThat(cart.text()).isEqualTo("3 apples");
    assertThat(cart.shouldReissue()).isFalse();
    assertThat(carts.check(cookie, "user", "u-18").isAccepted()).isFalse();
  }
}
