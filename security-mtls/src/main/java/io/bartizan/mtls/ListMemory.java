package io.bartizan.mtls;

import io.bartizan.mtls.x509.IssuedList;
import java.math.BigInteger;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The newest revocation list of each series that served so far, so that none goes back: an older
 * one, as a lagging copy or a restored volume gives it, would pardon whom the newer one named.
 */
record ListMemory(Map<String, Seen> series) {

  static final ListMemory NOTHING = new ListMemory(Map.of());

  /** How far a series has come. */
  private record Seen(Instant thisUpdate, @Nullable BigInteger number) {

    Seen and(IssuedList list) {
      BigInteger other = list.number();
      return new Seen(
          list.thisUpdate().isAfter(thisUpdate) ? list.thisUpdate() : thisUpdate,
          number == null ? other : other == null ? number : number.max(other));
    }

    boolean isBehind(Seen before) {
      return thisUpdate.isBefore(before.thisUpdate)
          || (number != null && before.number != null && number.compareTo(before.number) < 0);
    }

    @Override
    public String toString() {
      return "of " + thisUpdate + (number == null ? "" : " with number " + number);
    }
  }

  ListMemory {
    series = Map.copyOf(series);
  }

  /**
   * What is known after new lists.
   *
   * @throws TlsMaterialException if the newest of a series is older than what served
   */
  ListMemory and(Iterable<List<IssuedList>> lists) {
    Map<String, Seen> found = new HashMap<>();
    Map<String, IssuedList> examples = new HashMap<>();
    for (List<IssuedList> ofIssuer : lists) {
      for (IssuedList list : ofIssuer) {
        Seen one = new Seen(list.thisUpdate(), list.number());
        found.merge(list.series(), one, (before, unused) -> before.and(list));
        examples.putIfAbsent(list.series(), list);
      }
    }
    Map<String, Seen> all = new HashMap<>(series);
    found.forEach(
        (key, now) -> {
          Seen before = series.get(key);
          IssuedList example = examples.get(key);
          if (before != null && now.isBehind(before) && example != null) {
            throw new TlsMaterialException(
                MaterialReason.REVOCATION_OLDER,
                example.source(),
                "is older than the one that serves: the list of "
                    + example.issuer()
                    + " is "
                    + now
                    + ", that one "
                    + before
                    + "; if the authority began anew, call forgetRevocationLists()");
          }
          all.put(key, now);
        });
    return new ListMemory(all);
  }
}
