package io.bartizan.mtls;

import io.bartizan.core.Ticker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.WatchKey;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What reloads one context at an interval, and sooner when a folder reports a change; its turns
 * come from {@link ReloadWatch}, never two at a time.
 *
 * <p>The interval alone would do: contents are compared, not times, so no event can be lost. Events
 * only make it quicker. Watched are the folders of the configured paths, which Kubernetes does not
 * replace, and the real ones behind symbolic links, asked for anew each time.
 */
final class ReloadLoop implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger("io.bartizan.mtls");

  /** Events come in bursts, and files are not written at once. */
  private static final long SETTLE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  /** The longest pause after events that changed nothing, as in a folder busy with other files. */
  private static final long MAX_SETTLE_NANOS = TimeUnit.MILLISECONDS.toNanos(400);

  /** How long reading all files may take before health says that it hangs. */
  private static final long OVERDUE_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final Generations generations;
  private final Duration interval;
  private final Ticker ticker;

  /** Of the application that built the context; the thread that reads is another's. */
  private final @Nullable ClassLoader classes = Thread.currentThread().getContextClassLoader();

  private final ReloadWatch watch;
  private volatile long due;
  private volatile long settleNanos = SETTLE_NANOS;
  private volatile boolean closed;
  private Map<Path, WatchKey> watched = Map.of();
  private boolean begun;

  ReloadLoop(Generations generations, Duration interval, Ticker ticker) {
    this.generations = generations;
    this.ticker = ticker;
    this.due = ticker.nanos();
    this.interval = interval;
    this.watch = ReloadWatch.join(this);
  }

  long intervalNanos() {
    return interval.toNanos();
  }

  /** How long after a change that a folder reports the files are read. */
  long settleNanos() {
    return settleNanos;
  }

  boolean isClosed() {
    return closed;
  }

  /** Whether a reading takes so long that the files can hardly be reached. */
  boolean isOverdue() {
    return ticker.nanos() - due > OVERDUE_NANOS;
  }

  /**
   * Reads and watches what was read; the first time watches alone, for the start has read.
   *
   * @param changed whether a folder reported a change
   * @param by whose turn it is, which the constructor may not have returned yet
   * @return the nanoseconds until the next turn
   */
  long read(boolean changed, ReloadWatch by) {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(classes);
    try {
      due = ticker.nanos();
      if (begun) {
        reload(changed);
      }
      begun = true;
      // What came between a reading that failed and the watch of its folder is no event.
      boolean again = watchFolders(by.folders()) && generations.hasNone();
      long pause = again ? 0 : interval.toNanos();
      due = ticker.nanos() + pause;
      return pause;
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  private void reload(boolean changed) {
    try {
      boolean published = !closed && generations.reload(this::settle);
      settleNanos =
          published || !changed ? SETTLE_NANOS : Math.min(2 * settleNanos, MAX_SETTLE_NANOS);
    } catch (TlsMaterialException e) {
      // reported to log, listener and health; the next round tries again
    } catch (RuntimeException | Error e) {
      // Whatever it was, material that changes later must still be seen.
      LOG.error("a reload failed", e);
    }
  }

  /** Between two readings of new files; a half-written one differs the second time. */
  private void settle() {
    LockSupport.parkNanos(SETTLE_NANOS);
  }

  /**
   * Whether there is one more; a folder that can't be watched, as of a closed file system, is no
   * reason not to read.
   */
  private boolean watchFolders(WatchedFolders folders) {
    int before = watched.size();
    try {
      watched = folders.replace(this, watched, foldersOfFiles());
    } catch (RuntimeException | Error e) {
      LOG.debug("folders can't be watched, the interval alone finds changes", e);
    }
    return watched.size() > before;
  }

  private Set<Path> foldersOfFiles() {
    Set<Path> folders = new HashSet<>();
    for (Path file : generations.watched()) {
      addFolder(folders, file.toAbsolutePath());
      try {
        addFolder(folders, file.toRealPath());
      } catch (IOException e) {
        // gone for the moment; the configured folder tells when it is back
      }
    }
    return folders;
  }

  private static void addFolder(Set<Path> folders, Path file) {
    Path folder = Files.isDirectory(file) ? file : file.getParent();
    if (folder != null) {
      folders.add(folder);
    }
  }

  @Override
  public void close() {
    closed = true;
    watch.leave(this);
  }

  @Override
  public String toString() {
    return "reload every " + interval;
  }
}
