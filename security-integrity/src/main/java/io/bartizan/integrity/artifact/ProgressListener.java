package io.bartizan.integrity.artifact;

/**
 * Callbacks for the progress of long checks and downloads, for progress bars and logs.
 *
 * <p>Called from several threads at once where several files are worked on, and must return soon.
 * What it throws is caught and logged, and ends no work; interrupt the thread that asked for the
 * work to end it.
 */
public interface ProgressListener {

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
