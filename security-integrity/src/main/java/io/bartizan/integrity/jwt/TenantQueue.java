package io.bartizan.integrity.jwt;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The names of new issuers for whom there was no place when a token named them.
 *
 * <p>How it works: nothing in an unverified token tells a tenant that exists from one that somebody
 * invented, but people who have a tenant come again, and whoever invents names needs a new one each
 * time, since a name that failed is not asked again for a while. So the name that was asked for
 * most often is next, and the eldest among equals; a full queue gives up one that was asked for
 * once. Whoever wants to keep a tenant out has to ask for each of his names more often than the
 * tenant's own users do, for as many names as are tried in the time. Not thread-safe.
 */
final class TenantQueue {

  static final int MAX_NAMES = 4096;

  /** So many are looked at to find one that may be given up. */
  private static final int LOOKED_AT = 8;

  /** Nobody waits any more for a name that was not asked for so long. */
  private static final long FORGOTTEN_NANOS = TimeUnit.SECONDS.toNanos(30);

  private static final class Asked {
    private final String name;
    private final long firstNanos;
    private long lastNanos;
    private long times;
    private int place;

    Asked(String name, long now, int place) {
      this.name = name;
      this.firstNanos = now;
      this.lastNanos = now;
      this.times = 1;
      this.place = place;
    }
  }

  private final Map<String, Asked> names = new HashMap<>();
  private final List<Asked> places = new ArrayList<>();

  /** A token named it. */
  void ask(String name, long now) {
    Asked known = names.get(name);
    if (known != null) {
      known.times++;
      known.lastNanos = now;
      return;
    }
    if (places.size() >= MAX_NAMES) {
      Asked given = leastAsked();
      if (given.times > 1) { // so a full queue loses a count for each name that is turned away
        given.times--;
        return;
      }
      remove(given.name);
    }
    Asked asked = new Asked(name, now, places.size());
    names.put(name, asked);
    places.add(asked);
  }

  private Asked leastAsked() {
    Asked least = places.get(ThreadLocalRandom.current().nextInt(places.size()));
    for (int i = 1; i < LOOKED_AT; i++) {
      Asked other = places.get(ThreadLocalRandom.current().nextInt(places.size()));
      least = other.times < least.times ? other : least;
    }
    return least;
  }

  /** Takes out whose turn it is; null if nobody waits. */
  @Nullable String poll(long now) {
    Asked next = null;
    for (int i = places.size() - 1; i >= 0; i--) {
      Asked each = places.get(i);
      if (now - each.lastNanos > FORGOTTEN_NANOS) {
        remove(each.name); // moves the last one here, which was looked at
      } else if (next == null
          || each.times > next.times
          || (each.times == next.times && each.firstNanos - next.firstNanos < 0)) {
        next = each;
      }
    }
    if (next != null) {
      remove(next.name);
    }
    return next == null ? null : next.name;
  }

  void remove(String name) {
    Asked gone = names.remove(name);
    if (gone != null) {
      Asked last = places.remove(places.size() - 1);
      if (last != gone) {
        last.place = gone.place;
        places.set(gone.place, last);
      }
    }
  }

  int size() {
    return places.size();
  }

  void clear() {
    names.clear();
    places.clear();
  }
}
