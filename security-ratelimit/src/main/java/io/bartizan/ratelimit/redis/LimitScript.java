package io.bartizan.ratelimit.redis;

import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.Limits;
import java.util.stream.Collectors;

/** Limits with their names, which make those of the keys, and how the script knows them. */
final class LimitScript {

  private final Limits limits;
  private final Definitions definitions;
  private final String keyHead;

  /** Whether the server refused access to its keys when it was asked last. */
  private volatile boolean forbidden;

  LimitScript(Limits limits, String prefix, Definitions definitions) {
    this.limits = limits;
    this.definitions = definitions;
    String names = limits.list().stream().map(Limit::name).collect(Collectors.joining("+"));
    this.keyHead = prefix + ":" + names + ":" + definitions.letters() + ":{";
  }

  Limits limits() {
    return limits;
  }

  Definitions definitions() {
    return definitions;
  }

  /** What the names of keys begin with, up to the brace that opens the hash tag. */
  String keyHead() {
    return keyHead;
  }

  /** Equal to that of all whose keys one call may concern. */
  Object company() {
    return forbidden ? this : definitions.company();
  }

  /**
   * Notes whether the server refused access to its keys alone, which must be no one else's loss.
   */
  void forbidden(boolean refused) {
    if (forbidden != refused) {
      forbidden = refused;
    }
  }
}
