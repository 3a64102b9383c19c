package io.bartizan.ratelimit.redis.link;

/** Reads the script's numbers in their order. */
public final class ScriptReply {

  private final long[] numbers;
  private int at;

  /** A reader at the first number. */
  public ScriptReply(long[] numbers) {
    this.numbers = numbers;
  }

  /** The next number, which stays the next. */
  public long peek() {
    return numbers[at];
  }

  /** The next number. */
  public long next() {
    return numbers[at++];
  }
}
