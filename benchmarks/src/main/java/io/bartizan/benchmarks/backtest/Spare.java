package io.bartizan.benchmarks.backtest;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;

/** What share of callers or requests a limit must not refuse. */
record Spare(Of of, BigDecimal share) {

  /** Of what. */
  enum Of {
    CALLERS,
    REQUESTS
  }

  /** Reads {@code callers=0.99} or {@code requests=0.999}. */
  static Spare parse(String text) {
    int sign = text.indexOf('=');
    try {
      Of of = Of.valueOf(text.substring(0, Math.max(sign, 0)).toUpperCase(Locale.ROOT));
      BigDecimal share = new BigDecimal(text.substring(sign + 1));
      if (share.signum() > 0 && share.compareTo(BigDecimal.ONE) <= 0 && share.scale() <= 12) {
        return new Spare(of, share);
      }
    } catch (IllegalArgumentException e) {
      // Told below.
    }
    throw new IllegalArgumentException(
        "callers=SHARE and requests=SHARE are accepted, above 0 and up to 1, such as callers=0.99");
  }

  /** How many of so many may be refused. */
  long mayBeRefused(long total) {
    BigDecimal needed = share.multiply(BigDecimal.valueOf(total));
    return total - needed.setScale(0, RoundingMode.CEILING).longValueExact();
  }

  @Override
  public String toString() {
    BigDecimal percent = share.movePointRight(2).stripTrailingZeros();
    return percent.toPlainString() + " % of " + of.name().toLowerCase(Locale.ROOT);
  }
}
