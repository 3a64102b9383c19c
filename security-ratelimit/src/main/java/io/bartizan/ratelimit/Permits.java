package io.bartizan.ratelimit;

/** The one check of a number of permits. */
final class Permits {

  private Permits() {}

  static void check(long permits) {
    if (permits < 1) {
      throw new IllegalArgumentException("permits is " + permits + ", at least 1 is accepted");
    }
  }
}
