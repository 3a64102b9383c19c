package io.bartizan.examples.deploy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** Waits for what another process brings about. */
final class Waiting {

  private Waiting() {}

  /** Until it holds; fails after that time with what the last argument says then. */
  static void within(Duration most, String what, Callable<Boolean> condition, Callable<String> told)
      throws Exception {
    long end = System.nanoTime() + most.toNanos();
    while (!condition.call()) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("not within " + most + ": " + what + "\n" + told.call());
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  /** Until a process listens on loopback; false if it ends or the time passes before. */
  static boolean listens(Duration most, Process process, int port) throws InterruptedException {
    long end = System.nanoTime() + most.toNanos();
    while (!isOpen(port)) {
      if (process.waitFor(20, TimeUnit.MILLISECONDS) || System.nanoTime() - end > 0) {
        return false;
      }
    }
    return true;
  }

  private static boolean isOpen(int port) {
    try (Socket unused = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return true;
    } catch (IOException notYet) {
      return false;
    }
  }
}
