package io.bartizan.benchmarks.backtest;

import io.bartizan.benchmarks.ReportPage;
import io.bartizan.core.SafeText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Findings as JSON, which the page shows too; whatever came from the log is safe to print. */
final class FindingsJson {
  /** How much of a caller's name is shown. */
  static final int NAME_CHARS = 80;

  private FindingsJson() {}

  static Map<String, Object> of(Findings found, CallerKey key, String command, int top) {
    Map<String, Object> json =
        ReportPage.about("Backtest of rate limits on an access log", command);
    LogReader reader = found.reader();
    json.put("format", reader.format());
    json.put("key", SafeText.of(key.toString()));
    json.put("lines", reader.lines());
    json.put("requests", found.requests());
    json.put("callers", found.callers());
    json.put("first", Ordering.instant(reader.spool().firstMicros()).toString());
    json.put("last", Ordering.instant(reader.spool().lastMicros()).toString());
    json.put("leftOut", reader.faults().json());
    json.put("linesPerSecond", Math.floor(found.linesPerSecond()));
    json.put("given", given(found));
    json.put("worstCallers", worst(found, top));
    json.put("timeline", timeline(found));
    json.put("algorithms", found.algorithms().stream().map(one -> compared(one, found)).toList());
    Spare spare = found.spare();
    if (spare != null) {
      json.put("spare", spare.toString());
      json.put("smallest", found.smallest().stream().map(one -> smallest(one, found)).toList());
    }
    return json;
  }

  private static Map<String, Object> given(Findings found) {
    Outcome given = found.given();
    Map<String, Object> json = outcome(given, found);
    json.put("refusedBy", given.refusedBy());
    return json;
  }

  private static Map<String, Object> outcome(Outcome outcome, Findings found) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("limits", outcome.limits().toString());
    json.put("refused", outcome.refused());
    json.put("refusedShare", (double) outcome.refused() / found.requests());
    json.put("callersRefused", outcome.callersRefused());
    json.put("callersRefusedShare", (double) outcome.callersRefused() / found.callers());
    return json;
  }

  private static List<Object> worst(Findings found, int top) {
    PerCaller perCaller = found.perCaller();
    List<Object> json = new ArrayList<>();
    for (int caller : perCaller.worst(top)) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("caller", SafeText.of(found.reader().callers().name(caller), NAME_CHARS));
      one.put("requests", found.reader().callers().requests(caller));
      one.put("refused", perCaller.refused(caller));
      one.put("firstRefused", Ordering.instant(perCaller.first(caller)).toString());
      one.put("lastRefused", Ordering.instant(perCaller.last(caller)).toString());
      json.add(one);
    }
    return json;
  }

  private static Map<String, Object> timeline(Findings found) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("start", Ordering.instant(found.traffic().startMicros()).toString());
    json.put("stepSeconds", found.traffic().widthSeconds());
    json.put("requests", found.traffic().counts());
    json.put("refused", found.given().refusals().counts());
    return json;
  }

  private static Map<String, Object> compared(Findings.Compared compared, Findings found) {
    Outcome outcome = compared.outcome();
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("algorithm", compared.algorithm().words());
    if (outcome == null) {
      json.put("whyNot", compared.whyNot());
    } else {
      json.putAll(outcome(outcome, found));
      json.put("refusedOverTime", outcome.refusals().counts());
    }
    return json;
  }

  private static Map<String, Object> smallest(Search.Found one, Findings found) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("algorithm", one.family().algorithm().words());
    json.put("periodSeconds", one.family().period().toNanos() / 1e9);
    json.put("keepsRefill", one.family().refill() != null);
    Outcome with = one.with();
    if (one.limit() == null || with == null) {
      json.put("whyNot", one.whyNot());
      return json;
    }
    json.put("permits", one.limit().capacity());
    json.putAll(outcome(with, found));
    json.put("limits", one.limit().toString());
    Outcome less = one.oneLess();
    if (less != null) {
      Map<String, Object> oneLess = outcome(less, found);
      oneLess.put("limits", less.limits().list().get(0).toString());
      json.put("oneLess", oneLess);
    }
    return json;
  }
}
