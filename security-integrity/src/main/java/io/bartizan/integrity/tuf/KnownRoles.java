package io.bartizan.integrity.tuf;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Metadata of delegated roles that were verified, by name and keys: what the keys of one delegation
 * signed is nothing to another. Within a bound of their files' bytes; those that were not needed
 * for longest leave first, and are read from the folder and verified again. Thread-safe.
 */
final class KnownRoles {

  /** Two of the largest. */
  static final long MAX_BYTES = 2L * TargetsMetadata.MAX_BYTES;

  /** What a role costs beside its file. */
  private static final int OVERHEAD = 1_024;

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<RoleKeys, TargetsMetadata> roles = new LinkedHashMap<>(16, 0.75f, true);
  private long bytes;

  @Nullable TargetsMetadata get(RoleKeys keys) {
    lock.lock();
    try {
      return roles.get(keys);
    } finally {
      lock.unlock();
    }
  }

  void put(RoleKeys keys, TargetsMetadata role) {
    lock.lock();
    try {
      TargetsMetadata before = roles.put(keys, role);
      bytes += cost(role) - (before == null ? 0 : cost(before));
      Iterator<TargetsMetadata> oldest = roles.values().iterator();
      while (bytes > MAX_BYTES && oldest.hasNext()) {
        bytes -= cost(oldest.next());
        oldest.remove();
      }
    } finally {
      lock.unlock();
    }
  }

  private static long cost(TargetsMetadata role) {
    return (long) role.metadata().size() + OVERHEAD;
  }
}
