package io.bartizan.benchmarks.backtest;

import java.io.IOException;

/** The file for what does not fit into memory can't be written or read. */
final class SpoolException extends IOException {
  private static final long serialVersionUID = 1L;

  SpoolException(IOException cause) {
    super("requests can't be stored in the folder java.io.tmpdir", cause);
  }
}
