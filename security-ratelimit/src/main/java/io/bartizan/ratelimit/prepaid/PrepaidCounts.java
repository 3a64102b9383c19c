package io.bartizan.ratelimit.prepaid;

/**
 * The counts of a {@link PrepaidRateLimiter} since it was made. Every permit taken is used, given
 * back, lapsed or held: {@code taken = used + returned + lapsed + held}, when nothing is under way.
 *
 * @param lots how many lots came
 * @param taken permits of these lots
 * @param used permits of lots that were admitted
 * @param returned permits of lots that were given back
 * @param lapsed permits of lots that ended unused and were not given back
 * @param held permits of lots that are held now, unused
 * @param fromLots checks that were allowed from a lot
 * @param remembered checks that were refused because a refusal still held
 * @param calls calls of the shared limiter for lots, also for those that were refused, and for
 *     give-backs
 */
public record PrepaidCounts(
    long lots,
    long taken,
    long used,
    long returned,
    long lapsed,
    long held,
    long fromLots,
    long remembered,
    long calls) {

  /**
   * How many calls of the shared limiter fewer there were than checks.
   *
   * @return negative if lots have cost more calls than they saved
   */
  public long callsSaved() {
    return fromLots + remembered - calls;
  }

  /**
   * What part of the permits of lots was not used: given back or lapsed.
   *
   * @return 0 to 1; 0 if there was no lot
   */
  public double unusedShare() {
    return taken == 0 ? 0 : (double) (returned + lapsed) / taken;
  }
}
