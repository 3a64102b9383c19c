package io.bartizan.mtls;

import io.bartizan.core.Ticker;
import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread that reloads at an interval, and sooner when a folder reports a change.
 *
 * <p>The interval alone would do: contents are compared, not times, so no event can be lost. Events
 * only make it quicker. Watched are the folders of the configured paths, which Kubernetes does not
 * replace, and the real ones behind symbolic links, asked for anew each time.
 */
final class ReloadLoop implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger("io.bartizan.mtls");

  /** Events come in bursts, and files are not written at once. */
  private static final long SETTLE_MILLIS = 50;

  /** The longest pause after events that changed nothing, as in a folder busy with other files. */
  private static final long MAX_SETTLE_MILLIS = 400;

  /** How long reading all files may take before health says that it hangs. */
  private static final long OVERDUE_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final Generations generations;
  private final Duration interval;
  private final @Nullable WatchService watch;
  private final Map<Path, WatchKey> watched = new HashMap<>();
  private final Thread thread;
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Ticker ticker;
  private volatile long due;
  private long settleMillis = SETTLE_MILLIS;

  ReloadLoop(Generations generations, Duration interval, Ticker ticker) {
    this.generations = generations;
    this.ticker = ticker;
    this.due = ticker.nanos();
    this.interval = interval;
    this.watch = newWatchService();
    this.thread = new Thread(this::run, "bartizan-mtls-reload");
    thread.setDaemon(true);
    thread.start();
  }

  private static @Nullable WatchService newWatchService() {
    try {
      return FileSystems.getDefault().newWatchService();
    } catch (IOException | UnsupportedOperationException e) {
      LOG.info("folders can't be watched, the interval alone finds changes: {}", e.toString());
      return null;
    }
  }

  private void run() {
    while (ended.getCount() > 0) {
      try {
        boolean added = watchFolders();
        due = ticker.nanos() + interval.toNanos();
        // What came between the reading that failed and the watch of its folder is no event.
        boolean changed = (added && generations.hasNone()) || await();
        due = ticker.nanos();
        if (ended.getCount() > 0) {
          boolean published = generations.reload(this::settle);
          settleMillis =
              published || !changed ? SETTLE_MILLIS : Math.min(2 * settleMillis, MAX_SETTLE_MILLIS);
        }
      } catch (InterruptedException | ClosedWatchServiceException e) {
        return;
      } catch (TlsMaterialException e) {
        // reported to log, listener and health; the next round tries again
      } catch (RuntimeException | Error e) {
        // Whatever it was, material that changes later must still be seen.
        LOG.error("a reload failed", e);
      }
    }
  }

  /** Between two readings of new files; a half-written one differs the second time. */
  private void settle() {
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(SETTLE_MILLIS));
  }

  /** Whether a reading takes so long that the files can hardly be reached. */
  boolean isOverdue() {
    return ticker.nanos() - due > OVERDUE_NANOS;
  }

  /** Until a folder reports a change, which gives true, or the interval is over. */
  private boolean await() throws InterruptedException {
    WatchService service = watch;
    if (service == null) {
      boolean unused = ended.await(interval.toMillis(), TimeUnit.MILLISECONDS);
      return false;
    }
    WatchKey key = service.poll(interval.toMillis(), TimeUnit.MILLISECONDS);
    boolean changed = key != null;
    if (key != null && !ended.await(settleMillis, TimeUnit.MILLISECONDS)) {
      while (key != null) {
        key.pollEvents();
        key.reset();
        key = service.poll();
      }
    }
    return changed;
  }

  /**
   * Whether there is one more; a folder that can't be watched, as of a closed file system, is no
   * reason not to read.
   */
  private boolean watchFolders() {
    WatchService service = watch;
    if (service != null) {
      try {
        return watchFolders(service);
      } catch (RuntimeException | Error e) {
        LOG.debug("folders can't be watched, the interval alone finds changes", e);
      }
    }
    return false;
  }

  private boolean watchFolders(WatchService service) {
    Set<Path> folders = new HashSet<>();
    for (Path file : generations.watched()) {
      addFolder(folders, file.toAbsolutePath());
      try {
        addFolder(folders, file.toRealPath());
      } catch (IOException e) {
        // gone for the moment; the configured folder tells when it is back
      }
    }
    watched
        .entrySet()
        .removeIf(
            entry -> {
              boolean old = !folders.contains(entry.getKey()) || !entry.getValue().isValid();
              if (old) {
                entry.getValue().cancel();
              }
              return old;
            });
    int before = watched.size();
    for (Path folder : folders) {
      watched.computeIfAbsent(folder, path -> register(service, path));
    }
    return watched.size() > before;
  }

  private static void addFolder(Set<Path> folders, Path file) {
    Path folder = Files.isDirectory(file) ? file : file.getParent();
    if (folder != null) {
      folders.add(folder);
    }
  }

  private static @Nullable WatchKey register(WatchService service, Path folder) {
    try {
      return folder.register(
          service,
          StandardWatchEventKinds.ENTRY_CREATE,
          StandardWatchEventKinds.ENTRY_MODIFY,
          StandardWatchEventKinds.ENTRY_DELETE);
    } catch (IOException | RuntimeException e) {
      return null; // gone, or of a file system that can't be watched: the interval finds changes
    }
  }

  @Override
  public void close() {
    ended.countDown();
    thread.interrupt();
    if (watch != null) {
      try {
        watch.close();
      } catch (IOException e) {
        LOG.debug("closing a watch service failed", e);
      }
    }
  }

  @Override
  public String toString() {
    return "reload every " + interval;
  }
}
