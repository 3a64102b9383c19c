package io.bartizan.ratelimit.redis.link;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The threads on which a client brings answers; whoever waits there for one waits in vain. */
final class ClientThreads {

  private final Set<Thread> known = ConcurrentHashMap.newKeySet();
  private volatile @Nullable Thread last;

  /** Notes the thread that runs this. */
  void noteThis() {
    Thread current = Thread.currentThread();
    if (current != last) {
      last = current;
      if (known.size() < 1000) {
        boolean unused = known.add(current);
      }
    }
  }

  boolean isOneOfThem(Thread thread) {
    return thread == last || known.contains(thread);
  }
}
