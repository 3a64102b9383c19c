package io.bartizan.testkit;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** What a {@link FaultProxy} does at present; every byte asks it. */
final class FaultGate {

  private volatile boolean refused;
  private volatile boolean stalled;
  private volatile boolean repliesLost;
  private volatile long delayNanos;

  void refuse(boolean on) {
    refused = on;
  }

  boolean refuses() {
    return refused;
  }

  void stall(boolean on) {
    stalled = on;
  }

  void loseReplies(boolean on) {
    repliesLost = on;
  }

  boolean losesReplies() {
    return repliesLost;
  }

  void delay(long nanos) {
    delayNanos = nanos;
  }

  void clear() {
    refused = false;
    stalled = false;
    repliesLost = false;
    delayNanos = 0;
  }

  void awaitOpen() {
    while (stalled) {
      LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(1));
    }
  }

  void awaitDelay() {
    long end = System.nanoTime() + delayNanos;
    for (long left = delayNanos; left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(this, left);
    }
  }
}
