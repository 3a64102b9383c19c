package io.bartizan.integrity.artifact;

import io.bartizan.core.Refusal;
import io.bartizan.core.VerificationException;
import io.bartizan.core.house.Require;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Checks many files at once on a bounded number of threads, the biggest first.
 *
 * <p>The threads live only while {@link #check} runs. Immutable, thread-safe; an interrupt ends the
 * work with {@link InterruptedIOException}.
 *
 * <pre>{@code
 * FileBatch batch = FileBatch.builder().withThreads(4).build();
 * FileReport report = batch.check(Map.of(file, Expected.of(digest)));
 * }</pre>
 */
public final class FileBatch {

  private static final int MAX_THREADS = 64;

  private final int threads;
  private final ContainedProgress listener;

  private FileBatch(int threads, ContainedProgress listener) {
    this.threads = threads;
    this.listener = listener;
  }

  /**
   * A batch with all defaults.
   *
   * @return a batch, to be used as often as needed
   */
  public static FileBatch of() {
    return builder().build();
  }

  /**
   * Options, each with a default.
   *
   * @return a builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Checks all files and throws the first refusal.
   *
   * @param files what each file must be
   * @return one result for each, in the map's order, all accepted
   * @throws NullPointerException if {@code files} is or holds null
   * @throws VerificationException if a file is refused, or there is none
   * @throws InterruptedIOException if the thread is interrupted
   */
  public FileReport verify(Map<Path, Expected> files) throws InterruptedIOException {
    return check(files).orThrow();
  }

  /**
   * Checks all files and reports each; no failure of one hides another.
   *
   * @param files what each file must be
   * @return one result for each, in the map's order
   * @throws NullPointerException if {@code files} is or holds null
   * @throws InterruptedIOException if the thread is interrupted
   */
  public FileReport check(Map<Path, Expected> files) throws InterruptedIOException {
    List<Task> tasks = new ArrayList<>();
    files.forEach(
        (file, expected) ->
            tasks.add(
                new Task(
                    file.toString(), file, Objects.requireNonNull(expected, "expected"), true)));
    return new FileReport(run(tasks));
  }

  /** One file, null if it is known not to be there; links are followed only as it says. */
  record Task(String name, @Nullable Path file, Expected expected, boolean followLinks) {
    long sizeOrZero() {
      try {
        return file == null ? 0 : Files.size(file);
      } catch (IOException e) {
        return 0; // told when it is opened
      }
    }
  }

  private record Sized(int index, long bytes) {}

  List<FileResult> run(List<Task> tasks) throws InterruptedIOException {
    List<Sized> order = new ArrayList<>();
    for (int i = 0; i < tasks.size(); i++) {
      order.add(new Sized(i, tasks.get(i).sizeOrZero()));
    }
    listener.planned(tasks.size(), order.stream().mapToLong(Sized::bytes).sum());
    order.sort(Comparator.comparingLong(Sized::bytes).reversed());
    FileResult[] results = new FileResult[tasks.size()];
    int used = Math.max(1, Math.min(threads, tasks.size()));
    List<Thread> workers = Collections.synchronizedList(new ArrayList<>());
    ExecutorService pool =
        Executors.newFixedThreadPool(
            used,
            work -> {
              Thread worker = thread(work);
              workers.add(worker);
              return worker;
            });
    try {
      List<Future<?>> futures = new ArrayList<>();
      for (Sized next : order) {
        futures.add(
            pool.submit(
                () -> {
                  results[next.index()] = check(tasks.get(next.index()), used == 1);
                  return null;
                }));
      }
      for (Future<?> future : futures) {
        if (Thread.interrupted()) { // get() of a finished task would not notice
          throw new InterruptedException();
        }
        future.get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while files were checked");
    } catch (ExecutionException e) {
      throw new IllegalStateException("a file could not be checked", e.getCause());
    } finally {
      stop(pool, workers);
    }
    return List.of(results);
  }

  private FileResult check(Task task, boolean ahead) {
    Refusal refusal = null;
    Path file = task.file();
    if (file == null) {
      listener.finished(task.name(), false);
      return new FileResult(
          task.name(), refused(ArtifactReason.FILE_MISSING, task, "does not exist"));
    }
    try (FileContent content = open(file, task.followLinks())) {
      listener.started(task.name(), content.size());
      content.hash(
          task.expected(), ahead, (buffer, length) -> listener.advanced(task.name(), length));
    } catch (VerificationException e) {
      refusal = e.refusal();
    } catch (NoSuchFileException e) {
      refusal = refused(ArtifactReason.FILE_MISSING, task, "does not exist");
    } catch (IOException e) {
      refusal = refused(ArtifactReason.FILE_UNREADABLE, task, "can't be read: " + e.getMessage());
    }
    listener.finished(task.name(), refusal == null);
    return new FileResult(task.name(), refusal);
  }

  private static FileContent open(Path file, boolean followLinks) throws IOException {
    return followLinks ? FileContent.open(file) : FileContent.open(file, LinkOption.NOFOLLOW_LINKS);
  }

  private static Refusal refused(ArtifactReason reason, Task task, String what) {
    return Refusal.of(reason, "\"" + DigestText.shortened(task.name()) + "\" " + what);
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "bartizan-file-batch");
    thread.setDaemon(true);
    return thread;
  }

  /** Waits for the threads, so that none outlives the call; a pool ends before its threads do. */
  private static void stop(ExecutorService pool, List<Thread> workers) {
    pool.shutdownNow();
    boolean interrupted = false;
    for (Thread worker : List.copyOf(workers)) {
      while (worker.isAlive()) {
        try {
          worker.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public String toString() {
    return "FileBatch[" + threads + " threads]";
  }

  /** Options of a {@link FileBatch}; not thread-safe. */
  public static final class Builder {
    private int threads = Math.min(8, Runtime.getRuntime().availableProcessors());
    private ContainedProgress listener = ContainedProgress.NOBODY;

    private Builder() {}

    /**
     * How many files are hashed at once; the number of processors, at most 8, unless said. Use 1
     * for spinning disks.
     *
     * @param number 1 to 64
     * @return this builder
     * @throws IllegalArgumentException if it is out of that range
     */
    public Builder withThreads(int number) {
      threads = Require.within("number", number, 1, MAX_THREADS);
      return this;
    }

    /**
     * Adds one who hears of progress; nobody unless said.
     *
     * @param heard the listener, called from several threads
     * @return this builder
     * @throws NullPointerException if it is null
     */
    public Builder withListener(ProgressListener heard) {
      listener = listener.and(heard);
      return this;
    }

    /**
     * Makes the batch.
     *
     * @return a batch, to be used as often as needed
     */
    public FileBatch build() {
      return new FileBatch(threads, listener);
    }
  }
}
