package io.bartizan.integrity.artifact;

import io.bartizan.core.house.Listeners;
import org.jspecify.annotations.Nullable;

/** Tells those who hear of progress; what they throw ends no work. */
final class ContainedProgress implements ProgressListener {

  /** Without a logger, so that whoever adds nobody starts no logging. */
  static final ContainedProgress NOBODY = new ContainedProgress(null);

  private final @Nullable Listeners<ProgressListener> listeners;

  private ContainedProgress(@Nullable Listeners<ProgressListener> listeners) {
    this.listeners = listeners;
  }

  /** These and one more. */
  ContainedProgress and(ProgressListener listener) {
    Listeners<ProgressListener> before =
        listeners == null ? Listeners.none(ProgressListener.class) : listeners;
    return new ContainedProgress(before.and(listener));
  }

  @Override
  public void planned(int files, long bytes) {
    if (listeners != null) {
      listeners.tell(listener -> listener.planned(files, bytes));
    }
  }

  @Override
  public void started(String name, long bytes) {
    if (listeners != null) {
      listeners.tell(listener -> listener.started(name, bytes));
    }
  }

  @Override
  public void advanced(String name, long bytes) {
    if (listeners != null) {
      listeners.tell(listener -> listener.advanced(name, bytes));
    }
  }

  @Override
  public void finished(String name, boolean accepted) {
    if (listeners != null) {
      listeners.tell(listener -> listener.finished(name, accepted));
    }
  }
}
