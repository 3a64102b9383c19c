package io.bartizan.benchmarks.backtest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class ByteSearchTest {
  @Test
  void find_inSeededBytes_isWhereTheFirstOneIs() {
    long seed = 3;
    Random random = new Random(seed);
    byte[] near = {'\n', '\n' - 1, '\n' + 1, (byte) ('\n' | 0x80), 0, (byte) 0x80, (byte) 0xff};
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = new byte[random.nextInt(40)];
      for (int at = 0; at < bytes.length; at++) {
        bytes[at] = near[random.nextInt(8) == 0 ? 0 : 1 + random.nextInt(near.length - 1)];
      }
      int from = random.nextInt(bytes.length + 1);
      int to = from + random.nextInt(bytes.length - from + 1);
      int expected = from;
      while (expected < to && bytes[expected] != '\n') {
        expected++;
      }
      assertThat(ByteSearch.find(bytes, from, to, '\n')).as("seed %d", seed).isEqualTo(expected);
    }
  }
}
