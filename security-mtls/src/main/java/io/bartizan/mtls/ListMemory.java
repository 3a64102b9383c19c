package io.bartizan.mtls;

import io.bartizan.mtls.x509.IssuedList;
import java.math.BigInteger;
import java.security.PublicKey;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The newest revocation list of each series that served so far, so that none goes back: an older
 * one, as a lagging copy or a restored volume gives it, would pardon whom the newer one named.
 *
 * <p>Only a list whose signature verified counts, or whoever can write a file once could keep out
 * all genuine lists that come later.
 */
record ListMemory(Map<String, Seen> series) {

  static final ListMemory NOTHING = new ListMemory(Map.of());

  /** How far a series has come, and the key that signed it. */
  private record Seen(Instant thisUpdate, @Nullable BigInteger number, @Nullable PublicKey key) {

    static Seen of(IssuedList list) {
      return new Seen(list.thisUpdate(), list.number(), list.signer());
    }

    Seen and(Seen other) {
      BigInteger more = other.number;
      return new Seen(
          other.thisUpdate.isAfter(thisUpdate) ? other.thisUpdate : thisUpdate,
          number == null ? more : more == null ? number : number.max(more),
          other.key == null ? key : other.key);
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

  /** The key that signed the series of a list so far; null if none is known. */
  @Nullable PublicKey signer(IssuedList list) {
    Seen seen = series.get(list.series());
    return seen == null ? null : seen.key();
  }

  /** What is known after lists have served: those of them count whose signature was verified. */
  ListMemory and(Iterable<List<IssuedList>> lists) {
    Map<String, Seen> all = new HashMap<>(series);
    for (List<IssuedList> ofIssuer : lists) {
      for (IssuedList list : ofIssuer) {
        if (list.signer() != null) {
          all.merge(list.series(), Seen.of(list), Seen::and);
        }
      }
    }
    return new ListMemory(all);
  }

  /**
   * Judges new lists; where one of a series is verified, only such ones speak for it.
   *
   * @throws TlsMaterialException if the newest of a series is older than what served
   */
  void refuseOlder(Iterable<List<IssuedList>> lists) {
    Map<String, Seen> found = new HashMap<>();
    Map<String, IssuedList> examples = new HashMap<>();
    for (List<IssuedList> ofIssuer : lists) {
      for (IssuedList list : ofIssuer) {
        Seen one = Seen.of(list);
        found.merge(
            list.series(),
            one,
            (before, unused) ->
                before.key() != null && one.key() == null
                    ? before
                    : before.key() == null && one.key() != null ? one : before.and(one));
        examples.putIfAbsent(list.series(), list);
      }
    }
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
        });
  }
}
