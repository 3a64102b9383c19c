package io.bartizan.ratelimit;

/** What a keyed limiter in memory does with new keys while it holds as many as it may. */
public enum Overflow {
  /**
   * New keys share a fixed number of buckets, by a secret hash of the key: each gets its limit or
   * less, never more, until there is room. Then a key that took nothing of its shared bucket begins
   * with the whole limit, another with at least what it took.
   */
  SHARE,
  /** New keys are refused until there is room. */
  REFUSE
}
