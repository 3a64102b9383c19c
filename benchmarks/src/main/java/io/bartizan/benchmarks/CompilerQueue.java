package io.bartizan.benchmarks;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;

/**
 * What this JVM's optimizing compiler (C2) has still to do, by HotSpot's diagnostic command {@code
 * Compiler.queue}. A JVM without that command has nothing to do.
 */
final class CompilerQueue {
  private static final ObjectName COMMANDS = commands();
  private static final String THREAD = "C2 CompilerThread";
  private static final String WAITING = "C2 compile queue:\n";
  private static final int GLANCE_MILLIS = 5;

  private CompilerQueue() {}

  /**
   * Waits until the compiler has nothing to do, or gives up. Without the threads of a benchmark it
   * has a processor to itself, and gets no more to do.
   */
  static void awaitEmpty(Duration most) {
    long start = System.nanoTime();
    try {
      while (!isEmpty(shown()) && System.nanoTime() - start < most.toNanos()) {
        Thread.sleep(GLANCE_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether this text of the command's names no method that C2 compiles or shall compile. */
  static boolean isEmpty(String shown) {
    int waiting = shown.indexOf(WAITING);
    return waiting < 0
        || (!shown.contains(THREAD) && shown.startsWith("Empty", waiting + WAITING.length()));
  }

  /** Nothing on another JVM, which has no such command. */
  static String shown() {
    MBeanServer server = ManagementFactory.getPlatformMBeanServer();
    try {
      return (String) server.invoke(COMMANDS, "compilerQueue", new Object[0], new String[0]);
    } catch (JMException e) {
      return "";
    }
  }

  private static ObjectName commands() {
    try {
      return new ObjectName("com.sun.management:type=DiagnosticCommand");
    } catch (MalformedObjectNameException e) {
      throw new IllegalStateException(e);
    }
  }
}
