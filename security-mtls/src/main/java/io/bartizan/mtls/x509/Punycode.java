package io.bartizan.mtls.x509;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Decodes labels of international names (RFC 3492). {@link java.net.IDN} knows IDNA2003 alone, by
 * which the names of IDNA2008 with {@code ß}, {@code ς} or a joiner are none.
 */
final class Punycode {

  private static final int BASE = 36;
  private static final int MIN = 1;
  private static final int MAX = 26;
  private static final int SKEW = 38;
  private static final int DAMP = 700;
  private static final int FIRST_BIAS = 72;
  private static final int FIRST = 0x80;

  private Punycode() {}

  /** The code points of what stands after {@code xn--}, in lower case; null if it is none. */
  static int @Nullable [] decoded(String encoded) {
    int delimiter = encoded.lastIndexOf('-');
    int[] points = new int[encoded.length()];
    int length = 0;
    for (; length < delimiter; length++) {
      points[length] = encoded.charAt(length);
    }
    long point = FIRST;
    long at = 0;
    int bias = FIRST_BIAS;
    for (int in = delimiter > 0 ? delimiter + 1 : 0; in < encoded.length(); ) {
      long before = at;
      long weight = 1;
      for (int k = BASE; ; k += BASE) {
        int digit = in < encoded.length() ? digit(encoded.charAt(in++)) : -1;
        if (digit < 0) {
          return null;
        }
        at += digit * weight;
        if (at > Integer.MAX_VALUE) {
          return null;
        }
        int threshold = Math.min(Math.max(k - bias, MIN), MAX);
        if (digit < threshold) {
          break;
        }
        weight *= BASE - threshold;
      }
      bias = adapted(at - before, length + 1, before == 0);
      point += at / (length + 1);
      at %= length + 1;
      if (point > Character.MAX_CODE_POINT) {
        return null;
      }
      System.arraycopy(points, (int) at, points, (int) at + 1, length - (int) at);
      points[(int) at++] = (int) point;
      length++;
    }
    return Arrays.copyOf(points, length);
  }

  private static int digit(char c) {
    return c >= 'a' && c <= 'z' ? c - 'a' : c >= '0' && c <= '9' ? c - '0' + 26 : -1;
  }

  private static int adapted(long difference, int points, boolean first) {
    long delta = first ? difference / DAMP : difference / 2;
    delta += delta / points;
    int k = 0;
    while (delta > (BASE - MIN) * MAX / 2) {
      delta /= BASE - MIN;
      k += BASE;
    }
    return (int) (k + (BASE - MIN + 1) * delta / (delta + SKEW));
  }
}
