package io.bartizan.ratelimit.prepaid;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.Limit;
import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Many processes on many keys in virtual time: keys are asked for by Zipf's law, one of them all of
 * a sudden, and a tenth of the processes die each minute and begin anew. The figures of
 * docs/guides/prepaid.md are what the deep test logs.
 */
class PrepaidSimulationTest {

  private static final long MILLI = VirtualTime.MILLI;

  /**
   * What is simulated.
   *
   * @param perMilli checks a millisecond of all processes together
   * @param limit of each key; the first key asks for more, the second for less
   * @param sudden checks a millisecond that come to a key in the middle, for a second
   */
  private record Setting(
      int processes, int keys, int perMilli, String limit, int sudden, int seconds, long hold) {}

  /** What came out. */
  private static final class Outcome {
    long checks;
    long calls;
    long firstAdmitted;
    long firstPeak;
    long secondAsked;
    long secondRefused;
    long suddenAsked;
    long suddenRefused;
    long otherRefused;
    long taken;
    long used;
    long returned;
    long lapsed;
    long lost;
    long heldAtTheEnd;
    long mostHeld;
    long deaths;
    final double[] newcomerShare = new double[2];

    long unused() {
      return returned + lapsed + lost;
    }
  }

  @Test
  void forty_processes_admit_the_limit_and_spare_calls() {
    Setting setting = new Setting(40, 10_000, 40, "3000 burst, 3000/s", 2, 4, 500 * MILLI);
    judge(setting, run(setting, 20261128));
  }

  @Test
  @Tag("deep")
  void thousand_processes_and_a_million_keys_admit_the_limit_and_spare_calls() {
    Setting setting =
        new Setting(1000, 1_000_000, 1000, "50000 burst, 50000/s", 30, 6, 1000 * MILLI);
    judge(setting, run(setting, 20261128));
  }

  private static void judge(Setting setting, Outcome outcome) {
    Limit limit = Limit.parse(setting.limit());
    long rate = Long.parseLong(setting.limit().replaceAll(".*, |/s", ""));
    double plain = limit.capacity() + rate * (double) setting.seconds();
    double held = rate * (setting.hold() / 1e9);
    System.getLogger("deep")
        .log(
            System.Logger.Level.INFO,
            String.format(
                "%s:%n%d checks, %d calls (%.1f %%)%nfirst key: %d admitted of %.0f (%.2f %%),"
                    + " within any second at most %d%nsecond key: %d of %d refused; sudden key: %d"
                    + " of %d; other keys: %d%nlots: %d taken, %d used, %d returned, %d lapsed, %d"
                    + " lost by %d deaths (%.2f %% unused), %d held at the end, at most %d at a"
                    + " time%nnewcomer: %.2f times what the others get on average in its first"
                    + " second, %.2f in its second",
                setting,
                outcome.checks,
                outcome.calls,
                100.0 * outcome.calls / outcome.checks,
                outcome.firstAdmitted,
                plain,
                100 * outcome.firstAdmitted / plain,
                outcome.firstPeak,
                outcome.secondRefused,
                outcome.secondAsked,
                outcome.suddenRefused,
                outcome.suddenAsked,
                outcome.otherRefused,
                outcome.taken,
                outcome.used,
                outcome.returned,
                outcome.lapsed,
                outcome.lost,
                outcome.deaths,
                100.0 * outcome.unused() / outcome.taken,
                outcome.heldAtTheEnd,
                outcome.mostHeld,
                outcome.newcomerShare[0],
                outcome.newcomerShare[1]));
    assertThat((double) outcome.firstAdmitted).isBetween(0.9 * plain, plain + held + 1);
    assertThat((double) outcome.firstPeak).isLessThanOrEqualTo(limit.capacity() + rate + held + 1);
    assertThat(outcome.secondRefused).isLessThan(outcome.secondAsked / 100);
    assertThat(outcome.suddenRefused).isLessThan(outcome.suddenAsked / 100);
    assertThat(outcome.otherRefused).isZero();
    assertThat(outcome.deaths).isPositive();
    assertThat(outcome.unused()).isLessThan(outcome.taken / 4);
    assertThat(outcome.taken).isEqualTo(outcome.used + outcome.unused() + outcome.heldAtTheEnd);
    for (double share : outcome.newcomerShare) {
      assertThat(share).as("a newcomer's, in each of its first seconds").isGreaterThan(0.7);
    }
    assertThat(outcome.calls).isLessThan(outcome.checks);
  }

  /** One run; the newcomer begins in the middle and asks for the first key alone. */
  private static Outcome run(Setting setting, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Outcome outcome = new Outcome();
    VirtualTime time = new VirtualTime();
    SplittableRandom ways = random.split();
    Limit limit = Limit.parse(setting.limit()).named("each");
    FarPlace place = new FarPlace(time, limit, () -> MILLI / 5 + ways.nextLong(MILLI));
    PrepaidRateLimiter[] processes = new PrepaidRateLimiter[setting.processes()];
    for (int i = 0; i < processes.length; i++) {
      processes[i] = process(place, setting);
    }
    String[] names = new String[setting.keys()];
    double[] zipf = new double[setting.keys()];
    double sum = 0;
    for (int i = 0; i < zipf.length; i++) {
      names[i] = "k" + i;
      sum += 1.0 / (i + 1);
      zipf[i] = sum;
    }
    int sudden = setting.keys() / 100;
    int millis = setting.seconds() * 1000;
    long[] firstInMilli = new long[millis + 1];
    long[] newcomerInMilli = new long[millis + 1];
    PrepaidRateLimiter newcomer = process(place, setting);
    for (int milli = 0; milli < millis; milli++) {
      for (int i = 0; i < setting.perMilli(); i++) {
        int found = Arrays.binarySearch(zipf, random.nextDouble() * sum);
        int key = found < 0 ? -found - 1 : found;
        ask(
            processes[random.nextInt(processes.length)],
            names,
            key,
            sudden,
            time,
            outcome,
            firstInMilli);
      }
      if (milli >= millis / 3 && milli < millis / 3 + 1000) {
        for (int i = 0; i < setting.sudden(); i++) {
          ask(
              processes[random.nextInt(processes.length)],
              names,
              sudden,
              sudden,
              time,
              outcome,
              firstInMilli);
        }
      }
      if (milli >= millis / 2) {
        join(newcomer, setting, outcome, sum, random, newcomerInMilli, time);
      }
      if (random.nextInt(600_000 / setting.processes()) == 0) {
        int dies = random.nextInt(processes.length);
        outcome.lost += processes[dies].counts().held();
        account(processes[dies], outcome);
        processes[dies] = process(place, setting);
        outcome.deaths++;
      }
      sweep(processes, milli, setting, outcome);
      time.pass(MILLI);
    }
    for (PrepaidRateLimiter process : processes) {
      outcome.heldAtTheEnd += process.counts().held();
      account(process, outcome);
    }
    outcome.heldAtTheEnd += newcomer.counts().held();
    account(newcomer, outcome);
    for (int second = 0; second < outcome.newcomerShare.length; second++) {
      int from = millis / 2 + second * 1000;
      outcome.newcomerShare[second] =
          setting.processes() * sum(newcomerInMilli, from) / (double) sum(firstInMilli, from);
    }
    for (int milli = 0; milli < millis; milli++) {
      firstInMilli[milli] += newcomerInMilli[milli];
    }
    outcome.calls = place.calls;
    long inSecond = 0;
    for (int milli = 0; milli < millis; milli++) {
      inSecond += firstInMilli[milli] - (milli >= 1000 ? firstInMilli[milli - 1000] : 0);
      outcome.firstPeak = Math.max(outcome.firstPeak, inSecond);
      outcome.firstAdmitted += firstInMilli[milli];
    }
    return outcome;
  }

  private static PrepaidRateLimiter process(FarPlace place, Setting setting) {
    return PrepaidRateLimiter.builder(place.client())
        .withTicker(place.time)
        .withHold(Duration.ofNanos(setting.hold()))
        .withoutTimer()
        .build();
  }

  private static void ask(
      PrepaidRateLimiter process,
      String[] names,
      int key,
      int sudden,
      VirtualTime time,
      Outcome outcome,
      long[] firstInMilli) {
    outcome.checks++;
    outcome.secondAsked += key == 1 ? 1 : 0;
    outcome.suddenAsked += key == sudden ? 1 : 0;
    var unused =
        process
            .tryAcquire(names[key], 1)
            .thenAccept(told -> answered(told, key, sudden, time, outcome, firstInMilli));
  }

  private static void answered(
      Decision told, int key, int sudden, VirtualTime time, Outcome outcome, long[] firstInMilli) {
    if (key == 0) {
      int milli = (int) Math.min(firstInMilli.length - 1, time.nanos() / MILLI);
      firstInMilli[milli] += told.isAllowed() ? 1 : 0;
    } else if (!told.isAllowed()) {
      outcome.secondRefused += key == 1 ? 1 : 0;
      outcome.suddenRefused += key == sudden ? 1 : 0;
      outcome.otherRefused += key > 1 && key != sudden ? 1 : 0;
    }
  }

  private static long sum(long[] inMilli, int from) {
    return Arrays.stream(inMilli, from, from + 1000).sum();
  }

  /** The newcomer asks for the first key as often as each of the others. */
  private static void join(
      PrepaidRateLimiter newcomer,
      Setting setting,
      Outcome outcome,
      double sum,
      SplittableRandom random,
      long[] newcomerInMilli,
      VirtualTime time) {
    if (random.nextDouble() < setting.perMilli() / sum / setting.processes()) {
      outcome.checks++;
      var unused =
          newcomer
              .tryAcquire("k0", 1)
              .thenAccept(told -> answered(told, 0, -1, time, outcome, newcomerInMilli));
    }
  }

  private static void sweep(
      PrepaidRateLimiter[] processes, int milli, Setting setting, Outcome outcome) {
    int every = (int) (setting.hold() / 4 / MILLI);
    long held = 0;
    for (int i = 0; i < processes.length; i++) {
      if ((milli + i) % every == 0) { // each at a time of its own
        processes[i].sweep();
      }
      held += milli % 50 == 0 ? processes[i].counts().held() : 0;
    }
    outcome.mostHeld = Math.max(outcome.mostHeld, held);
  }

  private static void account(PrepaidRateLimiter process, Outcome outcome) {
    PrepaidCounts counts = process.counts();
    outcome.taken += counts.taken();
    outcome.used += counts.used();
    outcome.returned += counts.returned();
    outcome.lapsed += counts.lapsed();
  }
}
