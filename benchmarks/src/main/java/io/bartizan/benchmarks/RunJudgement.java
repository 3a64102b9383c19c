package io.bartizan.benchmarks;

import static java.util.stream.Collectors.joining;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Whether a run may be used for a plan, and why not. */
record RunJudgement(Stamp stamp, List<Finding> findings) {
  /** From the best to the worst. */
  enum Stamp {
    USABLE("usable"),
    CARE("use with care"),
    UNUSABLE("not for a plan");

    private final String words;

    Stamp(String words) {
      this.words = words;
    }

    @Override
    public String toString() {
      return words;
    }
  }

  /** One thing that is wrong with the run. */
  record Finding(Stamp stamp, String text) {}

  /**
   * What the machine and the server said during the run.
   *
   * @param cores of the machine with the load
   * @param gcShare of the run's time that the load's JVM collected garbage
   * @param idleCores what Redis used before the run began
   * @param maxMemory of Redis, 0 without a bound
   */
  record Facts(
      boolean sameMachine,
      int cores,
      double gcShare,
      double idleCores,
      long evicted,
      long maxMemory,
      long neededMemory,
      int processesWanted,
      int processesMeasured) {}

  /** Fewer, and load, server and their kernels take cores from one another. */
  private static final int CORES_FOR_BOTH = 8;

  private static final double LATE = 0.25;
  private static final long CHECKS_FOR_P99 = 1_000;

  /**
   * Judges.
   *
   * @param seconds length of a step
   */
  static RunJudgement of(List<LoadResult> steps, Wanted wanted, double seconds, Facts facts) {
    List<Finding> findings = new ArrayList<>();
    machine(facts, findings);
    List<LoadSubject> ways =
        steps.stream().map(LoadResult::subject).filter(LoadSubject::isOurs).distinct().toList();
    boolean several = ways.stream().map(LoadSubject::algorithm).distinct().count() > 1;
    List<OfAWay> ofWays = new ArrayList<>();
    for (LoadSubject way : ways) {
      String name = way.mode() + (several ? ", " + way.algorithm() : "");
      List<LoadResult> its = steps.stream().filter(step -> step.subject().equals(way)).toList();
      way(name, its, wanted, seconds, ofWays);
    }
    findings.addAll(together(ofWays));
    Stamp worst = findings.stream().map(Finding::stamp).max(Enum::compareTo).orElse(Stamp.USABLE);
    return new RunJudgement(worst, List.copyOf(findings));
  }

  /** One thing that is wrong with what was measured of one way. */
  private record OfAWay(Stamp stamp, String what, String way) {}

  /** One finding for all ways of which the same is wrong, and as bad as for the worst of them. */
  private static List<Finding> together(List<OfAWay> ofWays) {
    Map<String, List<OfAWay>> same = new LinkedHashMap<>();
    ofWays.forEach(one -> same.computeIfAbsent(one.what(), unused -> new ArrayList<>()).add(one));
    List<Finding> findings = new ArrayList<>();
    same.forEach(
        (what, ones) ->
            findings.add(
                new Finding(
                    ones.stream().map(OfAWay::stamp).max(Enum::compareTo).orElseThrow(),
                    what + ": " + ones.stream().map(OfAWay::way).collect(joining("; ")))));
    return findings;
  }

  private static void machine(Facts facts, List<Finding> findings) {
    if (facts.sameMachine()) {
      boolean few = facts.cores() < CORES_FOR_BOTH;
      add(
          findings,
          few ? Stamp.UNUSABLE : Stamp.CARE,
          "load and Redis share one machine of %d cores: what breaks first is the machine; run the"
              + " load elsewhere",
          facts.cores());
    }
    if (facts.gcShare() > 0.1) {
      add(
          findings,
          facts.gcShare() > 0.25 ? Stamp.UNUSABLE : Stamp.CARE,
          "too little memory for the load: %.0f %% of the time went into garbage collection",
          100 * facts.gcShare());
    }
    if (facts.evicted() > 0) {
      add(
          findings,
          Stamp.UNUSABLE,
          "too little memory for Redis: it evicted %d keys, which forgets what they had used",
          facts.evicted());
    }
    if (facts.maxMemory() > 0 && facts.neededMemory() > facts.maxMemory()) {
      add(
          findings,
          Stamp.CARE,
          "too little memory for Redis: this one may use %s, the answer needs %s",
          CapacityAnswer.size((double) facts.maxMemory()),
          CapacityAnswer.size((double) facts.neededMemory()));
    }
    if (facts.idleCores() > 0.05) {
      add(
          findings,
          facts.idleCores() > 0.2 ? Stamp.UNUSABLE : Stamp.CARE,
          "Redis was not idle before the run: %.0f %% of a core",
          100 * facts.idleCores());
    }
    if (facts.processesMeasured() < facts.processesWanted()) {
      add(
          findings,
          Stamp.CARE,
          "measured from %d processes, not %d",
          facts.processesMeasured(),
          facts.processesWanted());
    }
  }

  private static void way(
      String name, List<LoadResult> steps, Wanted wanted, double seconds, List<OfAWay> findings) {
    TreeMap<Double, LoadResult> best = new TreeMap<>();
    for (LoadResult step : steps) {
      best.merge(step.asked(), step, (a, b) -> a.p99() <= b.p99() ? a : b);
    }
    double knee =
        steps.stream()
            .filter(step -> step.within(wanted.p99Micros()))
            .mapToDouble(LoadResult::asked)
            .max()
            .orElse(0);
    LoadResult at = best.get(knee);
    if (at == null) {
      boolean late = steps.stream().allMatch(step -> late(step, wanted));
      findings.add(
          late
              ? new OfAWay(
                  Stamp.UNUSABLE, "no rate kept the budget, and the sender was late at each", name)
              : new OfAWay(Stamp.CARE, "no rate kept the budget", name));
      return;
    }
    if (late(at, wanted)) {
      findings.add(
          new OfAWay(
              Stamp.UNUSABLE,
              "late sender at the knee (99 %), so the latency is the load's own",
              name + " by " + at.sendDelayP99() + " µs"));
    }
    List<LoadResult> broken = steps.stream().filter(step -> step.asked() > knee).toList();
    if (!broken.isEmpty() && broken.stream().allMatch(step -> late(step, wanted))) {
      findings.add(
          new OfAWay(
              Stamp.CARE,
              "above the knee it is the sender that was late, so Redis carries more than said",
              name));
    }
    if (at.asked() * seconds < CHECKS_FOR_P99) {
      findings.add(
          new OfAWay(
              Stamp.UNUSABLE,
              "too few checks in a step at the knee for a 99th percentile, lengthen --seconds",
              name + " " + Math.round(at.asked() * seconds)));
    }
    long slower = slowerThanHigherRates(best, knee, steps, wanted);
    if (slower > 0) {
      findings.add(
          new OfAWay(
              slower > 1 ? Stamp.UNUSABLE : Stamp.CARE,
              "latencies are not monotone, a lower rate was slower than a higher one, for the"
                  + " machine had pauses",
              name + " " + slower + " ×"));
    }
  }

  private static long slowerThanHigherRates(
      TreeMap<Double, LoadResult> best, double knee, List<LoadResult> steps, Wanted wanted) {
    long slower =
        steps.stream()
            .filter(step -> step.asked() < knee && !step.within(wanted.p99Micros()))
            .count();
    for (Map.Entry<Double, LoadResult> lower : best.headMap(knee).entrySet()) {
      LoadResult low = lower.getValue();
      LoadResult high = best.higherEntry(lower.getKey()).getValue();
      if (low.p99() > 1.5 * high.p99() && low.p99() > LATE * wanted.p99Micros()) {
        slower++;
      }
    }
    return slower;
  }

  private static boolean late(LoadResult step, Wanted wanted) {
    return step.sendDelayP99() > LATE * wanted.p99Micros();
  }

  private static void add(List<Finding> findings, Stamp stamp, String format, Object... figures) {
    findings.add(new Finding(stamp, String.format(Locale.ROOT, format, figures)));
  }

  Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("stamp", stamp.toString());
    json.put(
        "findings",
        findings.stream()
            .map(one -> Map.of("stamp", one.stamp().toString(), "text", one.text()))
            .toList());
    return json;
  }
}
