package io.bartizan.ratelimit.adaptive;

import java.util.List;

/**
 * The importance of a piece of work: which part of the limit it may use, and who is served first of
 * those who wait. The first is the most important.
 *
 * <p>Work of a priority starts at once only if, with it, no more permits are held than {@code
 * ceil(limit × share / 100)}, where the permits of all priorities count. So as the limit fills, the
 * least important work is refused first, and the last part is kept for the most important. The
 * shares are those below unless the limiter's builder says otherwise.
 */
public enum Priority {
  /** What others depend on: health checks, payments. The whole limit. */
  CRITICAL(0, 100),
  /** What says nothing of its priority: 90 % of the limit, so below 10 all of it. */
  NORMAL(1, 90),
  /** What can be repeated later: 70 % of the limit. */
  LOW(2, 70),
  /** What nobody waits for: 50 % of the limit. */
  BULK(3, 50);

  static final List<Priority> ALL = List.of(values());

  /** How many are more important. */
  final int rank;

  private final int share;

  Priority(int rank, int share) {
    this.rank = rank;
    this.share = share;
  }

  /**
   * The part of the limit that work of this priority may use if the builder does not change it.
   *
   * @return percent of the limit
   */
  public int defaultShare() {
    return share;
  }
}
