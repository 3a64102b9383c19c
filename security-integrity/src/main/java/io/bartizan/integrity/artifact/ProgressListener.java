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
   * What is to be done in all, told once before the first file; not by downloads.
   *
   * @param files how many files
   * @param bytes their sizes together, as far as they can be told
   */
  default void planned(int files, long bytes) {}

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
   * Work on the file ended; also told of a file that could not be opened and so never started.
   *
   * @param name the file's name
   * @param accepted whether it is the expected one; where that is decided later, whether it was
   *     read to its end
   */
  default void finished(String name, boolean accepted) {}
}
