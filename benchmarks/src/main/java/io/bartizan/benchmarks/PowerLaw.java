package io.bartizan.benchmarks;

/**
 * The power law nearest to some points: a straight line through their logarithms, least squares.
 *
 * @param exponent 0 where the value does not depend on the count, 1 where it is proportional
 * @param off the largest share by which a point lies off the law
 */
record PowerLaw(double exponent, double off) {
  static PowerLaw through(double[] counts, double[] values) {
    int n = counts.length;
    if (n < 2 || values.length != n) {
      throw new IllegalArgumentException("points: " + n + ", at least 2");
    }
    double meanX = 0;
    double meanY = 0;
    for (int i = 0; i < n; i++) {
      meanX += Math.log(counts[i]) / n;
      meanY += Math.log(values[i]) / n;
    }
    double over = 0;
    double under = 0;
    for (int i = 0; i < n; i++) {
      double x = Math.log(counts[i]) - meanX;
      over += x * (Math.log(values[i]) - meanY);
      under += x * x;
    }
    double exponent = over / under;
    double off = 0;
    for (int i = 0; i < n; i++) {
      double law = Math.exp(meanY + exponent * (Math.log(counts[i]) - meanX));
      off = Math.max(off, Math.abs(values[i] / law - 1));
    }
    return new PowerLaw(exponent, off);
  }
}
