package io.bartizan.core;

/** {@link System#nanoTime()} as a final class, so that a hot loop can inline it. */
enum SystemTicker implements Ticker {
  INSTANCE;

  @Override
  public long nanos() {
    return System.nanoTime();
  }

  @Override
  public String toString() {
    return "Ticker.system()";
  }
}
