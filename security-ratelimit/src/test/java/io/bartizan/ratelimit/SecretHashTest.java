package io.bartizan.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.tests.SeededCases;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;
import org.bouncycastle.crypto.macs.SipHash;
import org.bouncycastle.crypto.params.KeyParameter;
import org.junit.jupiter.api.Test;

class SecretHashTest {

  @Test
  void hash_of_any_text_is_that_of_another_implementation() {
    SeededCases.check(
        3000,
        random -> {
          long key0 = random.nextLong();
          long key1 = random.nextLong();
          String text = text(random, random.nextInt(random.nextInt(10) == 0 ? 300 : 20));
          assertThat(new SecretHash(key0, key1).of(text)).isEqualTo(other(key0, key1, text));
        });
  }

  @Test
  void texts_of_one_hash_code_have_different_hashes() {
    SecretHash hash = SecretHash.random();
    assertThat(hash.of("Aa")).isEqualTo(hash.of("Aa")).isNotEqualTo(hash.of("BB"));
    assertThat(SecretHash.random().of("Aa")).isNotEqualTo(hash.of("Aa"));
  }

  private static String text(SplittableRandom random, int length) {
    int units = random.nextBoolean() ? 128 : 65_536;
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.append((char) random.nextInt(units));
    }
    return text.toString();
  }

  private static long other(long key0, long key1, String text) {
    byte[] key = new byte[16];
    littleEndian(key).putLong(key0).putLong(key1);
    byte[] units = new byte[2 * text.length()];
    littleEndian(units).asCharBuffer().put(text);
    SipHash hash = new SipHash(1, 3);
    hash.init(new KeyParameter(key));
    hash.update(units, 0, units.length);
    return hash.doFinal();
  }

  private static ByteBuffer littleEndian(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
