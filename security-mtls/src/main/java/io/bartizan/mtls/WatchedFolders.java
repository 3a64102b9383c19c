package io.bartizan.mtls;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One watch service for the folders of several contexts. A folder that two of them look at, by
 * whatever path, has one key, which is cancelled when the last of them leaves it. Thread-safe.
 */
final class WatchedFolders implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger("io.bartizan.mtls");

  private final @Nullable WatchService service = newService();
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<WatchKey, Set<ReloadLoop>> watchers = new HashMap<>();

  private static @Nullable WatchService newService() {
    try {
      return FileSystems.getDefault().newWatchService();
    } catch (IOException | UnsupportedOperationException e) {
      LOG.info("folders can't be watched, the interval alone finds changes: {}", e.toString());
      return null;
    }
  }

  /** Those whose folder reported a change; none if the time is over or the thread interrupted. */
  Set<ReloadLoop> await(long nanos) {
    WatchKey key = null;
    try {
      if (service == null) {
        LockSupport.parkNanos(this, nanos);
      } else {
        key = service.poll(nanos, TimeUnit.NANOSECONDS);
      }
    } catch (InterruptedException e) {
      return Set.of();
    }
    if (key == null) {
      return Set.of();
    }
    key.pollEvents();
    key.reset();
    lock.lock();
    try {
      return Set.copyOf(watchers.getOrDefault(key, Set.of()));
    } finally {
      lock.unlock();
    }
  }

  /**
   * Watches these folders for a context, and no longer those that it watched before.
   *
   * @param before what the last call for this context returned
   */
  Map<Path, WatchKey> replace(ReloadLoop watcher, Map<Path, WatchKey> before, Set<Path> folders) {
    Map<Path, WatchKey> now = new HashMap<>();
    for (Path folder : folders) {
      WatchKey known = before.get(folder);
      WatchKey key = known != null && known.isValid() ? known : register(folder);
      if (key != null) {
        now.put(folder, key);
      }
    }
    Set<WatchKey> left = new HashSet<>(before.values());
    left.removeAll(now.values());
    lock.lock();
    try {
      for (WatchKey key : now.values()) {
        watchers.computeIfAbsent(key, unused -> new HashSet<>()).add(watcher);
      }
      leave(watcher, left);
      if (watcher.isClosed()) {
        leave(watcher, now.values());
      }
    } finally {
      lock.unlock();
    }
    return now;
  }

  /** Watches nothing for a context that is closed, also where it is being read. */
  void forget(ReloadLoop watcher) {
    lock.lock();
    try {
      leave(watcher, Set.copyOf(watchers.keySet()));
    } finally {
      lock.unlock();
    }
  }

  private void leave(ReloadLoop watcher, Collection<WatchKey> keys) {
    for (WatchKey key : keys) {
      Set<ReloadLoop> others = watchers.get(key);
      if (others != null && others.remove(watcher) && others.isEmpty()) {
        watchers.remove(key);
        key.cancel();
      }
    }
  }

  private @Nullable WatchKey register(Path folder) {
    if (service == null) {
      return null;
    }
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
    if (service != null) {
      try {
        service.close();
      } catch (IOException e) {
        LOG.debug("closing a watch service failed", e);
      }
    }
  }
}
