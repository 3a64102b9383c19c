package io.bartizan.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The answer to give first, and whether another way of talking to Redis changes it.
 *
 * @param first coalescing, which is the default, if it can do it; else the way that can
 */
record CapacityAdvice(CapacityAnswer first, String sentence, List<String> changes) {
  /** What {@code PrepaidRateLimiter} documents: so often in its hold time, and the key is hot. */
  static final int HOT = 16;

  static final double HOLD_SECONDS = 0.5;

  static CapacityAdvice of(Wanted wanted, List<CapacityAnswer> answers) {
    CapacityAnswer usual = of(answers, LoadSubject.Mode.COALESCING);
    CapacityAnswer leased = of(answers, LoadSubject.Mode.LEASED);
    CapacityAnswer single = of(answers, LoadSubject.Mode.SINGLE);
    CapacityAnswer first =
        usual.isPossible() || (!leased.isPossible() && !single.isPossible())
            ? usual
            : leased.isPossible() ? leased : single;
    List<String> changes = new ArrayList<>();
    changes.add("Leasing: " + change(usual, leased) + ". " + heat(wanted));
    changes.add("Without coalescing: " + change(usual, single) + ".");
    return new CapacityAdvice(first, sentence(wanted, first), List.copyOf(changes));
  }

  private static CapacityAnswer of(List<CapacityAnswer> answers, LoadSubject.Mode mode) {
    return answers.stream().filter(answer -> answer.mode() == mode).findFirst().orElseThrow();
  }

  private static String change(CapacityAnswer usual, CapacityAnswer other) {
    if (!other.isPossible()) {
      return usual.isPossible() ? "can't do it" : "does not make it possible";
    }
    if (!usual.isPossible()) {
      return "makes it possible, with " + servers(other.servers());
    }
    String cores =
        CapacityAnswer.n(other.busyCores())
            + " cores busy instead of "
            + CapacityAnswer.n(usual.busyCores());
    return other.servers() == usual.servers()
        ? "changes nothing in the number of servers: " + cores
        : servers(other.servers()) + " instead of " + usual.servers() + ", " + cores;
  }

  private static String heat(Wanted wanted) {
    double often = wanted.hottestRate() / wanted.processes() * HOLD_SECONDS;
    return "The hottest key is asked for "
        + CapacityAnswer.n(often)
        + " times by a process in the hold time of "
        + HOLD_SECONDS
        + " s ("
        + CapacityAnswer.n(wanted.hottestRate())
        + " ÷ "
        + wanted.processes()
        + " × "
        + HOLD_SECONDS
        + "), "
        + (often < HOT
            ? "and a key gets lots from " + HOT + " on: none does."
            : "and gets lots, as every key does from " + HOT + " on.")
        + " Limits under 128 permits stay plain.";
  }

  private static String sentence(Wanted wanted, CapacityAnswer answer) {
    String wish =
        CapacityAnswer.n(wanted.rate())
            + " checks/s from "
            + wanted.processes()
            + (wanted.processes() == 1 ? " process" : " processes")
            + " over "
            + CapacityAnswer.n((double) wanted.keys())
            + " keys, 99 % within "
            + CapacityAnswer.n(wanted.p99Micros() / 1000.0)
            + " ms";
    if (!answer.isPossible()) {
      return wish + ": not with any number of Redis servers measured like this one.";
    }
    return wish
        + ": "
        + servers(answer.servers())
        + " with "
        + answer.cores()
        + (answer.cores() == 1 ? " core" : " cores")
        + " in all, "
        + answer.connections()
        + " connections and "
        + CapacityAnswer.size((double) answer.bytesToGive())
        + (answer.mode() == LoadSubject.Mode.LEASED ? ", with leased permits." : ".");
  }

  private static String servers(int many) {
    return many == 1 ? "one Redis server" : many + " Redis masters (a Cluster)";
  }

  Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("sentence", sentence);
    json.put("changes", changes);
    json.putAll(first.json());
    return json;
  }
}
