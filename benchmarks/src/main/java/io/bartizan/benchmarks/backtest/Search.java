package io.bartizan.benchmarks.backtest;

import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.Limits;
import io.bartizan.ratelimit.Rate;
import io.bartizan.ratelimit.TokenBucket;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Finds the fewest permits with which a kind of limit refuses no more than it may. Whatever is
 * found was replayed, and so was one permit less, which refuses too much.
 */
final class Search {
  private static final List<Duration> PERIODS =
      List.of(
          Duration.ofSeconds(1), Duration.ofMinutes(1), Duration.ofHours(1), Duration.ofDays(1));

  /** Limits that differ in their permits alone. */
  record Family(
      Algorithm algorithm, Duration period, @Nullable Rate refill, LongFunction<Limit> limit) {}

  /**
   * The smallest limit of a family.
   *
   * @param limit the limit; null if there is none
   * @param whyNot why there is none; empty if there is one
   * @param with what it would have done
   * @param oneLess what one permit less would have done; null if there is none
   */
  record Found(
      Family family,
      @Nullable Limit limit,
      String whyNot,
      @Nullable Outcome with,
      @Nullable Outcome oneLess) {

    static Found none(Family family, String whyNot) {
      return new Found(family, null, whyNot, null, null);
    }
  }

  private final Replay replay;
  private final Spare spare;
  private final long mayBeRefused;
  private final Callers callers;

  Search(Replay replay, Spare spare, Spool spool, Callers callers) {
    this.replay = replay;
    this.spare = spare;
    this.callers = callers;
    this.mayBeRefused =
        spare.mayBeRefused(spare.of() == Spare.Of.CALLERS ? callers.active() : spool.size());
  }

  /**
   * Each algorithm with each usual period, and those of the given limits, that is no longer than
   * the log; and each given token bucket's refill.
   */
  static List<Family> families(Limits given, Duration span) {
    TreeSet<Duration> periods = new TreeSet<>(PERIODS);
    given.list().forEach(limit -> periods.add(limit.window()));
    periods.removeIf(period -> period.compareTo(span) > 0 || period.toMillis() < 1);
    if (periods.isEmpty()) {
      periods.add(PERIODS.get(0));
    }
    List<Family> families = new ArrayList<>();
    for (Limit limit : given.list()) {
      if (limit instanceof TokenBucket bucket) {
        Rate refill = bucket.refill();
        families.add(
            new Family(
                Algorithm.TOKEN_BUCKET,
                bucket.window(),
                refill,
                permits -> Limit.tokenBucket(permits, refill)));
      }
    }
    for (Duration period : periods) {
      for (Algorithm algorithm : Algorithm.values()) {
        families.add(new Family(algorithm, period, null, permits -> algorithm.of(permits, period)));
      }
    }
    return families;
  }

  /** Doubles until the limit refuses little enough, then halves the distance to what did not. */
  Found smallest(Family family) throws IOException {
    try {
      return found(family);
    } catch (IllegalStateException e) {
      return Found.none(family, String.valueOf(e.getMessage()));
    }
  }

  private Found found(Family family) throws IOException {
    NeedOfCallers known = new NeedOfCallers(callers);
    long most = most(family);
    long tooFew = 0;
    long enough = 1;
    while (!isEnough(family, enough, known)) {
      if (enough == most) {
        return Found.none(family, "even " + family.limit().apply(most) + " refuses more");
      }
      tooFew = enough;
      enough = Math.min(2 * enough, most);
    }
    while (enough - tooFew > 1) {
      long middle = tooFew + (enough - tooFew) / 2;
      if (isEnough(family, middle, known)) {
        enough = middle;
      } else {
        tooFew = middle;
      }
    }
    Limit limit = family.limit().apply(enough);
    return new Found(
        family,
        limit,
        "",
        replay.through(limit, known),
        tooFew == 0 ? null : replay.through(family.limit().apply(tooFew), known));
  }

  /** No caller has more requests, and no limit of the family can hold more permits. */
  private long most(Family family) {
    long most = 1;
    long tooMany = Math.max(1, callers.mostRequests()) + 1L;
    while (tooMany - most > 1) {
      long middle = most + (tooMany - most) / 2;
      if (isLimit(family, middle)) {
        most = middle;
      } else {
        tooMany = middle;
      }
    }
    return most;
  }

  private static boolean isLimit(Family family, long permits) {
    try {
      return family.limit().apply(permits).capacity() == permits;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private boolean isEnough(Family family, long permits, NeedOfCallers known) throws IOException {
    return replay.sparesAllBut(mayBeRefused, spare.of(), family.limit().apply(permits), known);
  }
}
