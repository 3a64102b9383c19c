package io.bartizan.integrity.artifact;

/**
 * Hears how far long work has come; for progress bars and logs.
 *
 * <p>Called from several threads at once where several files are worked on. It must return soon and
 * must not throw: what it throws ends the work.
 */
public interface ProgressListener {

  /** Hears nothing. */
  ProgressListener NONE = new ProgressListener() {};

  /**
   * Work on one file begins.
   *
   * @param name the file's name as it was listed or given
   * @param bytes its size, -1 if not known
   */
  default void started(String name, long bytes) {}

  /**
   * More of the file was worked on.
   *
   * @param name the file's name
   * @param bytes how many bytes more; negative if a download starts again
   */
  default void advanced(String name, long bytes) {}

  /**
   * Work on the file ended.
   *
   * @param name the file's name
   * @param accepted whether it is the expected one
   */
  default void finished(String name, boolean accepted) {}
}
