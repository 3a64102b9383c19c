package io.bartizan.mtls;

import io.bartizan.core.Ticker;
import io.bartizan.core.house.Span;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reloads at an interval, and sooner when a file has another time, size or identity than before.
 *
 * <p>The interval alone would do: contents are compared, not times, so no change can be lost. Times
 * only make it quicker. They are asked for by path through all symbolic links, so that a folder
 * that Kubernetes replaces is another file. After a change contents are compared once more two
 * seconds later, for some file systems know no shorter times. The threads are those of all
 * contexts.
 */
final class ReloadLoop implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger("io.bartizan.mtls");

  /** How often times are asked for. */
  private static final long STAMP_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  /** Seldomer where that takes long: a fiftieth of the time, but every five seconds at least. */
  private static final int STAMP_SHARE = 50;

  private static final long MAX_STAMP_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** Files are not written at once: they are read when nothing has changed for so long. */
  private static final long SETTLE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  /** The longest wait for that, as in a folder busy with other files. */
  private static final long MAX_SETTLE_NANOS = TimeUnit.MILLISECONDS.toNanos(400);

  /** The coarsest times of a file system. */
  private static final Duration COARSE = Duration.ofSeconds(2);

  /** After a reading that failed: time alone may mend it, or a source that was away may be back. */
  private static final Duration RETRY = Duration.ofSeconds(30);

  /** How long reading all files may take before health says that it hangs. */
  private static final long OVERDUE_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final Generations generations;
  private final Duration interval;
  private final Duration again;
  private final Duration retry;
  private final Ticker ticker;
  private final ReloadThreads.Task task;
  private volatile long due;

  // One turn at a time, each after the lock of the threads.
  private Map<Path, Stamp> stamps = Map.of();
  private long nextReading = System.nanoTime();
  private long settledAtLatest;
  private boolean settling;

  ReloadLoop(Generations generations, Duration interval, Ticker ticker) {
    this(generations, interval, ticker, COARSE, RETRY);
  }

  /**
   * {@code again} is how long after a change contents are compared once more, {@code retry} how
   * long after a reading that failed, if the interval is not shorter.
   */
  ReloadLoop(
      Generations generations, Duration interval, Ticker ticker, Duration again, Duration retry) {
    this.generations = generations;
    this.interval = interval;
    this.again = again;
    this.retry = retry;
    this.ticker = ticker;
    this.due = ticker.nanos();
    this.task = ReloadThreads.SHARED.join(this::turn);
  }

  /**
   * What differs after nearly every change; of a file that is not there or can't be asked, why. On
   * Unix the time of change too, which also tells of new rights, and which no copy sets back.
   */
  record Stamp(
      @Nullable Object key,
      @Nullable Object modified,
      @Nullable Object size,
      @Nullable Object changed) {

    static Stamp of(Path file) {
      try {
        Stamp stamp = ofUnix(file);
        if (stamp != null) {
          return stamp;
        }
        BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
        return new Stamp(found.fileKey(), found.lastModifiedTime(), found.size(), null);
      } catch (NoSuchFileException e) {
        return new Stamp(null, null, null, null);
      } catch (IOException | RuntimeException e) {
        return new Stamp(e.getClass(), null, null, null); // the reading says what is wrong
      }
    }

    /** Null where the file system does not have it, or an access control denies it. */
    private static @Nullable Stamp ofUnix(Path file) throws IOException {
      try {
        if (file.getFileSystem().supportedFileAttributeViews().contains("unix")) {
          Map<String, Object> found =
              Files.readAttributes(file, "unix:fileKey,lastModifiedTime,size,ctime");
          return new Stamp(
              found.get("fileKey"),
              found.get("lastModifiedTime"),
              found.get("size"),
              found.get("ctime"));
        }
      } catch (RuntimeException e) {
        // asked for less then
      }
      return null;
    }
  }

  /** Looks at the files; the first turn reads them, since they may have changed meanwhile. */
  private long turn() {
    long begin = System.nanoTime();
    due = ticker.nanos();
    Map<Path, Stamp> found = stamps();
    long now = System.nanoTime();
    boolean differs = !found.equals(stamps);
    stamps = found;
    if (differs && !settling) {
      settling = true;
      settledAtLatest = now + MAX_SETTLE_NANOS;
    }
    if (now - nextReading >= 0 || (settling && (!differs || now - settledAtLatest >= 0))) {
      read();
    }
    long pause =
        settling
            ? SETTLE_NANOS
            : Math.min(Math.max(STAMP_NANOS, STAMP_SHARE * (now - begin)), MAX_STAMP_NANOS);
    long wait = Math.max(0, Math.min(pause, nextReading - System.nanoTime()));
    due = ticker.nanos() + wait;
    return wait;
  }

  /** Stamps are older than the contents: what changes meanwhile differs at the next turn. */
  private Map<Path, Stamp> stamps() {
    Map<Path, Stamp> found = new HashMap<>();
    generations.watched().forEach(file -> found.put(file, Stamp.of(file)));
    return found;
  }

  private void read() {
    long pause = Math.min(interval.toNanos(), retry.toNanos());
    try {
      generations.reload(ReloadLoop::settle);
      pause = interval.toNanos();
    } catch (TlsMaterialException e) {
      // reported to log, listener and health; the next reading tries again
    } catch (RuntimeException | Error e) {
      // Whatever it was, material that changes later must still be seen.
      LOG.error("a reload failed", e);
    } finally {
      nextReading = System.nanoTime() + (settling ? Math.min(again.toNanos(), pause) : pause);
      settling = false;
    }
  }

  /** Between two readings of new files; a half-written one differs the second time. */
  private static void settle() {
    LockSupport.parkNanos(SETTLE_NANOS);
  }

  /** Whether a reading takes so long that the files can hardly be reached. */
  boolean isOverdue() {
    return ticker.nanos() - due > OVERDUE_NANOS;
  }

  /** Waits for no file: a reading that hangs is left to itself. */
  @Override
  public void close() {
    ReloadThreads.SHARED.leave(task);
  }

  @Override
  public String toString() {
    return "reload every " + Span.exact(interval);
  }
}
