package io.bartizan.benchmarks.backtest;

import io.bartizan.core.SafeText;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.Locale;
import java.util.stream.Collectors;

/** Findings for a terminal; whatever came from the log is safe to print. */
final class FindingsText {
  private final PrintWriter out;
  private final Findings found;

  FindingsText(PrintWriter out, Findings found) {
    this.out = out;
    this.found = found;
  }

  void print(CallerKey key, int top) {
    LogReader reader = found.reader();
    line(
        "%,d lines read (%s), %,d requests of %,d callers (%s) replayed",
        reader.lines(), reader.format(), found.requests(), found.callers(), key);
    line(
        "from %s to %s, %,.0f lines/s",
        Ordering.instant(reader.spool().firstMicros()),
        Ordering.instant(reader.spool().lastMicros()),
        found.linesPerSecond());
    faults(reader.faults());
    given(top);
    algorithms();
    smallest();
    out.flush();
  }

  private void faults(Faults faults) {
    if (faults.total() == 0) {
      return;
    }
    line("");
    line("Left out, and not in any figure below: %,d lines", faults.total());
    for (Fault fault : Fault.values()) {
      if (faults.count(fault) > 0) {
        line("  %,12d  %s", faults.count(fault), fault.words());
        faults.samples(fault).forEach(sample -> line("                %s", sample));
      }
    }
  }

  private void given(int top) {
    Outcome given = found.given();
    line("");
    line("Limits as given: %s", given.limits());
    line("  refused %s", refused(given));
    if (given.refused() == 0) {
      return;
    }
    line(
        "  by limit: %s",
        given.refusedBy().entrySet().stream()
            .map(by -> String.format(Locale.ROOT, "%s %,d", by.getKey(), by.getValue()))
            .collect(Collectors.joining(", ")));
    Timeline when = given.refusals();
    int worst = when.worst();
    line(
        "  most in the %,d s from %s: %,d",
        when.widthSeconds(),
        Ordering.instant(when.startMicros() + worst * when.widthSeconds() * 1_000_000),
        when.counts().get(worst));
    line("");
    line("  %10s %10s  %-20s  %-20s  %s", "requests", "refused", "first", "last", "caller");
    for (int caller : found.perCaller().worst(top)) {
      line(
          "  %,10d %,10d  %-20s  %-20s  %s",
          found.reader().callers().requests(caller),
          found.perCaller().refused(caller),
          seconds(found.perCaller().first(caller)),
          seconds(found.perCaller().last(caller)),
          SafeText.of(found.reader().callers().name(caller), FindingsJson.NAME_CHARS));
    }
  }

  private void algorithms() {
    line("");
    line("The same limits as each algorithm");
    for (Findings.Compared one : found.algorithms()) {
      Outcome outcome = one.outcome();
      if (outcome == null) {
        line("  %-16s not possible: %s", one.algorithm().words(), one.whyNot());
      } else {
        line("  %-16s refused %s", one.algorithm().words(), refused(outcome));
        line("                   %s", outcome.limits());
      }
    }
  }

  private void smallest() {
    if (found.spare() == null) {
      return;
    }
    line("");
    line("The smallest limits that spare %s (one permit less does not)", found.spare());
    for (Search.Found one : found.smallest()) {
      Outcome with = one.with();
      if (with == null) {
        line(
            "  %-16s of %s: none, %s",
            one.family().algorithm().words(), one.family().period(), one.whyNot());
      } else {
        line("  %-26s refuses %s", with.limits().list().get(0), refused(with));
      }
    }
  }

  private String refused(Outcome outcome) {
    return String.format(
        Locale.ROOT,
        "%,d requests (%.3f %%), %,d callers (%.3f %%)",
        outcome.refused(),
        100.0 * outcome.refused() / found.requests(),
        outcome.callersRefused(),
        100.0 * outcome.callersRefused() / found.callers());
  }

  private static Instant seconds(long micros) {
    return Instant.ofEpochSecond(Math.floorDiv(micros, 1_000_000L));
  }

  private void line(String form, Object... values) {
    out.println(String.format(Locale.ROOT, form, values).stripTrailing());
  }
}
