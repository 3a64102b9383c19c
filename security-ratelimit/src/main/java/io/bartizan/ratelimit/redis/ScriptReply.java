package io.bartizan.ratelimit.redis;

/** Reads the script's numbers in their order. */
final class ScriptReply {

  private final long[] numbers;
  private int at;

  ScriptReply(long[] numbers) {
    this.numbers = numbers;
  }

  long next() {
    return numbers[at++];
  }
}
