package io.bartizan.integrity.mac;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ConstantTimeTest {

  @Test
  void equal_isTrueForTheSameBytesAlone() {
    byte[] computed = new byte[32];
    computed[31] = 1;
    assertThat(ConstantTime.equal(computed, computed.clone())).isTrue();
    assertThat(ConstantTime.equal(new byte[0], new byte[0])).isTrue();
    for (int bit = 0; bit < 256; bit++) {
      byte[] other = computed.clone();
      other[bit / 8] ^= (byte) (1 << (bit % 8));
      assertThat(ConstantTime.equal(computed, other)).as("bit %s", bit).isFalse();
    }
    for (int length : new int[] {0, 1, 31, 33, 64}) {
      byte[] other = Arrays.copyOf(computed, length);
      assertThat(ConstantTime.equal(computed, other)).as("%s bytes", length).isFalse();
      assertThat(ConstantTime.equal(other, computed)).as("%s bytes", length).isFalse();
    }
  }
}
