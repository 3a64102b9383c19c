package io.bartizan.ratelimit;

/**
 * The handling of new keys while a keyed rate limiter in memory holds its largest number of keys.
 */
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
