package io.bartizan.examples.verify;

import io.bartizan.integrity.artifact.ProgressListener;
import java.io.Console;
import java.io.PrintWriter;
import java.util.concurrent.atomic.AtomicLong;

/** Draws how much of the known bytes was hashed, at most once a percent; nothing of short work. */
final class ProgressBar implements ProgressListener {

  /** What takes about a second from a slow disk. */
  static final long LONG_BYTES = 128L << 20;

  private static final int WIDTH = 40;

  private final PrintWriter out;
  private final long least;
  private final AtomicLong total = new AtomicLong();
  private final AtomicLong done = new AtomicLong();
  private final AtomicLong shown = new AtomicLong(-1);

  /** Of work of at least so many bytes. */
  ProgressBar(PrintWriter out, long least) {
    this.out = out;
    this.least = least;
  }

  /** Drawn when asked, and of long work where somebody may be looking. */
  static ProgressBar of(PrintWriter out, boolean asked) {
    return new ProgressBar(out, asked ? 0 : isTerminal() ? LONG_BYTES : Long.MAX_VALUE);
  }

  /** From JDK 22 on there may be a console that is no terminal, and a method that tells. */
  @SuppressWarnings("SystemConsoleNull")
  private static boolean isTerminal() {
    Console console = System.console();
    try {
      return console != null
          && Boolean.TRUE.equals(Console.class.getMethod("isTerminal").invoke(console));
    } catch (NoSuchMethodException e) {
      return true; // before that JDK there is one at a terminal only
    } catch (ReflectiveOperationException e) {
      return false;
    }
  }

  @Override
  public void planned(int files, long bytes) {
    total.set(bytes);
  }

  @Override
  public void advanced(String name, long bytes) {
    long now = done.addAndGet(bytes);
    if (total.get() < least) {
      return;
    }
    long percent = 100 * now / Math.max(1, total.get());
    long before = shown.get();
    if (percent != before && shown.compareAndSet(before, percent)) {
      int filled = (int) Math.min(WIDTH, percent * WIDTH / 100);
      out.printf("\r[%s%s] %d MiB", "#".repeat(filled), ".".repeat(WIDTH - filled), now >> 20);
      out.flush();
    }
  }

  @Override
  public void finished(String name, boolean verified) {
    if (!verified) {
      clear(); // what is said of it next must not share its line
    }
  }

  void clear() {
    if (shown.get() >= 0) {
      out.print("\r" + " ".repeat(WIDTH + 20) + "\r");
      out.flush();
    }
  }
}
