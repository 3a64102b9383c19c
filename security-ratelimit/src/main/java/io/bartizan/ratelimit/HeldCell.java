package io.bartizan.ratelimit;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A cell behind a flag that is held for some tens of nanoseconds: never while anything waits,
 * allocates much, or runs code of the application.
 */
abstract class HeldCell extends Cell {

  private static final VarHandle HELD;

  static {
    try {
      HELD = MethodHandles.lookup().findVarHandle(HeldCell.class, "held", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  @SuppressWarnings("UnusedVariable") // through HELD
  private volatile boolean held;

  @SuppressWarnings("ThreadPriorityCheck") // whoever holds the flag lost its processor meanwhile
  final void hold() {
    int tries = 0;
    while (!HELD.compareAndSet(this, false, true)) {
      if (++tries % 64 == 0) {
        Thread.yield();
      } else {
        Thread.onSpinWait();
      }
    }
  }

  final void release() {
    HELD.setRelease(this, false);
  }
}
