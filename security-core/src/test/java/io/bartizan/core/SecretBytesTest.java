package io.bartizan.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class SecretBytesTest {

  @Test
  void copyOf_original_isIndependent() {
    byte[] original = {1, 2, 3};
    try (SecretBytes secret = SecretBytes.copyOf(original)) {
      original[0] = 9;
      assertThat(secret.exposedCopy()).containsExactly(1, 2, 3);
      secret.exposedCopy()[0] = 9;
      assertThat(secret.exposedCopy()).containsExactly(1, 2, 3);
      assertThat(secret.length()).isEqualTo(3);
    }
  }

  @Test
  void ofUtf8_text_isItsBytes_andNothingIsReplaced() {
    assertThat(SecretBytes.ofUtf8("wh\u00e9c_\ud83d\ude00 \n").exposedCopy())
        .isEqualTo("wh\u00e9c_\ud83d\ude00 \n".getBytes(StandardCharsets.UTF_8));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SecretBytes.ofUtf8("hunter\ud83d"))
        .withMessageNotContaining("hunter");
    for (char edge : new char[] {'\ud800', '\udbff', '\udc00', '\udfff'}) {
      assertThatIllegalArgumentException().isThrownBy(() -> SecretBytes.ofUtf8("a" + edge));
    }
    for (char edge : new char[] {'\ud7ff', '\ue000'}) {
      assertThat(SecretBytes.ofUtf8("" + edge).length()).isEqualTo(3);
    }
  }

  @Test
  void lend_copy_isOverwrittenAfterwards() {
    AtomicReference<byte[]> kept = new AtomicReference<>();
    SecretBytes secret = SecretBytes.copyOf(new byte[] {7, 7});
    int sum =
        secret.lend(
            lent -> {
              kept.set(lent);
              return lent[0] + lent[1];
            });
    assertThat(sum).isEqualTo(14);
    assertThat(kept.get()).containsExactly(0, 0);
  }

  @Test
  void close_everyUse_fails() {
    SecretBytes secret = SecretBytes.random(32);
    secret.close();
    secret.close();
    assertThatIllegalStateException().isThrownBy(secret::length);
    assertThatIllegalStateException().isThrownBy(secret::exposedCopy);
    assertThatIllegalStateException().isThrownBy(() -> secret.lend(b -> b));
    assertThat(secret).hasToString("SecretBytes[closed]");
    assertThat(secret).isNotEqualTo(SecretBytes.copyOf(new byte[32]));
  }

  @Test
  void close_overwritesWhatIsInside() throws Exception {
    SecretBytes secret = SecretBytes.copyOf(new byte[] {7, 8});
    Field field = SecretBytes.class.getDeclaredField("bytes");
    field.setAccessible(true);
    byte[] inside = (byte[]) field.get(secret);
    assertThat(inside).containsExactly(7, 8);
    secret.close();
    assertThat(inside).containsExactly(0, 0);
  }

  @Test
  void lend_functionThatThrows_leavesNoCopyEither() {
    AtomicReference<byte[]> kept = new AtomicReference<>();
    SecretBytes secret = SecretBytes.copyOf(new byte[] {7, 7});
    assertThatIllegalStateException()
        .isThrownBy(
            () ->
                secret.lend(
                    lent -> {
                      kept.set(lent);
                      throw new IllegalStateException();
                    }));
    assertThat(kept.get()).containsExactly(0, 0);
    assertThat(secret.exposedCopy()).containsExactly(7, 7);
  }

  @Test
  void equals_sameBytes_isTrue() {
    SecretBytes one = SecretBytes.copyOf(new byte[] {1, 2});
    SecretBytes same = SecretBytes.copyOf(new byte[] {1, 2});
    assertThat(one).isEqualTo(same).hasSameHashCodeAs(same);
    assertThat(one).isNotEqualTo(SecretBytes.copyOf(new byte[] {1, 3})).isNotEqualTo("x");
    assertThat(one.equals(one)).isTrue();
    same.close();
    assertThat(one.equals(same)).isFalse();
    assertThat(same.equals(one)).isFalse();
    assertThat(same.equals(SecretBytes.copyOf(new byte[] {1, 2}))).isFalse();
  }

  @Test
  void toString_hidesTheBytes() {
    assertThat(SecretBytes.copyOf("hunter2".getBytes(StandardCharsets.UTF_8)))
        .hasToString("SecretBytes[7 bytes]");
  }

  @Test
  void random_lengthOutOfRange_isRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> SecretBytes.random(15));
    assertThatIllegalArgumentException().isThrownBy(() -> SecretBytes.random(1025));
    assertThat(SecretBytes.random(16).length()).isEqualTo(16);
    assertThat(SecretBytes.random(1024).length()).isEqualTo(1024);
    assertThat(SecretBytes.random(16)).isNotEqualTo(SecretBytes.copyOf(new byte[16]));
    assertThat(SecretBytes.random(32)).isNotEqualTo(SecretBytes.random(32));
  }
}
