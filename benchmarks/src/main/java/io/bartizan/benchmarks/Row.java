package io.bartizan.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * One claim of the scorecard: ours against a peer. Where there are several of ours the worst one
 * counts, where there are several peers the best one does.
 *
 * @param warmth how many times the usual warm-up both sides get; for operations of milliseconds
 */
record Row(
    String name,
    String what,
    Measure measure,
    double goal,
    Backing backing,
    int warmth,
    List<Side> ours,
    List<Side> peers) {

  /** The server that both sides of a row need. */
  enum Backing {
    NONE,
    REDIS,
    CLUSTER
  }

  Row {
    ours = List.copyOf(ours);
    peers = List.copyOf(peers);
    if (ours.isEmpty() || peers.isEmpty()) {
      throw new IllegalArgumentException("row " + name + " needs two sides");
    }
  }

  static Row of(String name, String what, Measure measure, double goal, Side ours, Side... peers) {
    return new Row(name, what, measure, goal, Backing.NONE, 1, List.of(ours), List.of(peers));
  }

  /** Returns the most threads that a side has. */
  int threads() {
    return Stream.concat(ours.stream(), peers.stream()).mapToInt(Side::threads).max().orElse(1);
  }

  Row on(Backing server) {
    return new Row(name, what, measure, goal, server, warmth, ours, peers);
  }

  Row warmed(int times) {
    return new Row(name, what, measure, goal, backing, times, ours, peers);
  }

  Row eachSide(UnaryOperator<Side> change) {
    return new Row(
        name,
        what,
        measure,
        goal,
        backing,
        warmth,
        ours.stream().map(change).toList(),
        peers.stream().map(change).toList());
  }

  /** Returns this row with each side told its own server. */
  Row placed(UnaryOperator<Side> our, UnaryOperator<Side> peer) {
    return new Row(
        name,
        what,
        measure,
        goal,
        backing,
        warmth,
        ours.stream().map(our).toList(),
        peers.stream().map(peer).toList());
  }

  /** Returns this row with other values for those of its parameters that are named with it. */
  Row sized(Map<String, String> sizes) {
    return eachSide(
        side -> {
          Side sized = side;
          for (String parameter : side.parameters().keySet()) {
            String size = sizes.get(name + "." + parameter);
            sized = size == null ? sized : sized.with(parameter, size);
          }
          return sized;
        });
  }

  /** Returns this row with the sides of another one too, each once. */
  Row with(Row other) {
    List<Side> more = new ArrayList<>(peers);
    for (Side side : Stream.concat(other.ours.stream(), other.peers.stream()).toList()) {
      if (Stream.concat(ours.stream(), more.stream()).noneMatch(side::runsAs)) {
        more.add(side);
      }
    }
    return new Row(name, what, measure, goal, backing, warmth, ours, more);
  }

  Row withWorstOf(List<Side> several) {
    return new Row(name, what, measure, goal, backing, warmth, several, peers);
  }
}
