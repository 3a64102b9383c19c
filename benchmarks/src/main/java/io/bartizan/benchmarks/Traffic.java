package io.bartizan.benchmarks;

import java.util.SplittableRandom;

/**
 * A service and its callers over a minute of simulated time: how many ask, how many are served at
 * once, and how long one takes.
 */
enum Traffic {
  /** A third of the servers is left between the 20th and the 40th second; more than fits asks. */
  STEP("step change of capacity") {
    @Override
    double perSecond(double at) {
      return 2500;
    }

    @Override
    int servers(double at) {
      return at < 20 || at >= 40 ? 36 : 12;
    }

    @Override
    double serviceSeconds(SplittableRandom random, double at) {
      return exponential(random, 0.020);
    }
  },
  /** Each answer takes longer and longer, up to four times as long in the end. */
  LEAK("slow leak") {
    @Override
    double perSecond(double at) {
      return 2000;
    }

    @Override
    int servers(double at) {
      return 20;
    }

    @Override
    double serviceSeconds(SplittableRandom random, double at) {
      return exponential(random, 0.010 * (1 + 3 * at / SECONDS));
    }
  },
  /** Seven tenths of what fits ask, and four times what fits for five seconds twice. */
  BURST("burst") {
    @Override
    double perSecond(double at) {
      boolean burst = (at >= 15 && at < 20) || (at >= 35 && at < 40);
      return burst ? 4000 : 700;
    }

    @Override
    int servers(double at) {
      return 20;
    }

    @Override
    double serviceSeconds(SplittableRandom random, double at) {
      return exponential(random, 0.020);
    }
  },
  /** Nine tenths take 10 ms and one tenth 100 ms; one and a half times what fits asks. */
  BIMODAL("bimodal latency") {
    @Override
    double perSecond(double at) {
      return 1600;
    }

    @Override
    int servers(double at) {
      return 20;
    }

    @Override
    double serviceSeconds(SplittableRandom random, double at) {
      return random.nextInt(10) == 0 ? 0.100 : 0.010;
    }
  };

  /** How long each runs. */
  static final double SECONDS = 60;

  private final String words;

  Traffic(String words) {
    this.words = words;
  }

  /** How many ask in a second, at random moments. */
  abstract double perSecond(double at);

  /** How many are served at once. */
  abstract int servers(double at);

  /** How long one of them takes. */
  abstract double serviceSeconds(SplittableRandom random, double at);

  private static double exponential(SplittableRandom random, double mean) {
    return -mean * Math.log(1 - random.nextDouble());
  }

  @Override
  public String toString() {
    return words;
  }
}
