package io.bartizan.mtls.x509;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Selects the revocation lists of an issuer that count at a time. */
public final class NewestLists {

  private NewestLists() {}

  /** Of the lists of each scope that have begun, those of the latest thisUpdate. */
  public static List<IssuedList> of(List<IssuedList> lists, Instant now) {
    Map<String, List<IssuedList>> newest = new TreeMap<>();
    for (IssuedList list : lists) {
      if (now.isBefore(list.thisUpdate())) {
        continue;
      }
      List<IssuedList> best =
          newest.computeIfAbsent(
              (list.isDelta() ? "delta " : "") + list.scope().key(), key -> new ArrayList<>());
      int order = best.isEmpty() ? 1 : list.thisUpdate().compareTo(best.get(0).thisUpdate());
      if (order > 0) {
        best.clear();
      }
      if (order >= 0) {
        best.add(list);
      }
    }
    return newest.values().stream().flatMap(List::stream).toList();
  }

  /** The first list that will cover, where none has begun by a time; else null. */
  public static @Nullable IssuedList ahead(List<IssuedList> lists, Instant now) {
    List<IssuedList> whole = lists.stream().filter(list -> !list.isDelta()).toList();
    return of(whole, now).isEmpty()
        ? whole.stream().min(Comparator.comparing(IssuedList::thisUpdate)).orElse(null)
        : null;
  }
}
