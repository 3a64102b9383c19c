package io.bartizan.examples.verify;

import io.bartizan.integrity.artifact.ProgressListener;
import java.io.PrintWriter;
import java.util.concurrent.atomic.AtomicLong;

/** Draws how much of the known bytes was hashed, at most once a percent. */
final class ProgressBar implements ProgressListener {

  private static final int WIDTH = 40;

  private final PrintWriter out;
  private final AtomicLong total = new AtomicLong();
  private final AtomicLong done = new AtomicLong();
  private final AtomicLong shown = new AtomicLong(-1);

  ProgressBar(PrintWriter out) {
    this.out = out;
  }

  @Override
  public void planned(int files, long bytes) {
    total.set(bytes);
  }

  @Override
  public void advanced(String name, long bytes) {
    long now = done.addAndGet(bytes);
    long percent = 100 * now / Math.max(1, total.get());
    long before = shown.get();
    if (percent != before && shown.compareAndSet(before, percent)) {
      int filled = (int) Math.min(WIDTH, percent * WIDTH / 100);
      out.printf("\r[%s%s] %d MiB", "#".repeat(filled), ".".repeat(WIDTH - filled), now >> 20);
      out.flush();
    }
  }

  void clear() {
    if (shown.get() >= 0) {
      out.print("\r" + " ".repeat(WIDTH + 20) + "\r");
      out.flush();
    }
  }
}
