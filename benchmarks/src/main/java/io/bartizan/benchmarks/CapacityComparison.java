package io.bartizan.benchmarks;

import com.nimbusds.jose.util.JSONObjectUtils;
import io.bartizan.core.SafeText;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Two capacity runs side by side. A knee is known to a fifth; the rest moves by as much between
 * runs of one machine, so only a larger change is called one.
 *
 * @param isWorse whether a figure is worse by more than runs differ
 */
record CapacityComparison(List<String> lines, boolean isWorse) {
  static final double SAME = 1.25;

  private static final long MOST_BYTES = 64L << 20;
  private static final int MOST_CHARS = 1_000;
  private static final List<String> CONDITIONS =
      List.of("machine", "algorithm", "cluster", "servers", "tls", "sameMachine", "keys");

  static CapacityComparison of(Path old, Path now) throws IOException {
    return of(read(old), read(now));
  }

  static CapacityComparison of(Map<String, Object> old, Map<String, Object> now) {
    List<String> lines = new ArrayList<>();
    for (Map<String, Object> run : List.of(old, now)) {
      String stamp = String.valueOf(object(run, "judgement").get("stamp"));
      if (stamp.equals(RunJudgement.Stamp.UNUSABLE.toString())) {
        lines.add("warning: the run of " + run.get("date") + " is stamped \"" + stamp + "\"");
      }
    }
    List<String> names = new ArrayList<>(object(now, "wanted").keySet());
    for (String name : names) {
      differs(name, object(old, "wanted").get(name), object(now, "wanted").get(name), lines);
    }
    for (String name : CONDITIONS) {
      differs(name, old.get(name), now.get(name), lines);
    }
    boolean isWorse = false;
    for (Map<?, ?> after : ways(now)) {
      String mode = mode(after);
      Map<?, ?> before =
          ways(old).stream().filter(way -> mode.equals(mode(way))).findFirst().orElse(null);
      if (before == null) {
        lines.add(mode + ": in one run alone");
        continue;
      }
      isWorse |= figure(mode + ", knee in checks/s", before, after, "knee", true, lines);
      isWorse |=
          figure(
              mode + ", µs of Redis a check",
              before,
              after,
              "redisCpuMicrosPerCheck",
              false,
              lines);
      isWorse |= figure(mode + ", p99 in µs", before, after, "p99MicrosAtRate", false, lines);
    }
    for (Map<?, ?> before : ways(old)) {
      if (ways(now).stream().noneMatch(way -> mode(way).equals(mode(before)))) {
        lines.add(mode(before) + ": in one run alone");
      }
    }
    isWorse |= figure("bytes a key", old, now, "bytesPerKey", false, lines);
    // The files may be another's, and a terminal obeys control characters.
    return new CapacityComparison(
        lines.stream().map(line -> SafeText.of(line, MOST_CHARS)).toList(), isWorse);
  }

  private static String mode(Map<?, ?> way) {
    return String.valueOf(way.get("mode"));
  }

  private static void differs(
      String name, @Nullable Object old, @Nullable Object now, List<String> lines) {
    if (!Objects.equals(old, now)) {
      lines.add(
          "warning: " + name + " differs (" + old + ", then " + now + "): the runs are not alike");
    }
  }

  /** Whether it got worse. */
  private static boolean figure(
      String what,
      Map<?, ?> old,
      Map<?, ?> now,
      String name,
      boolean moreIsBetter,
      List<String> lines) {
    double before = number(old.get(name));
    double after = number(now.get(name));
    if (Double.isNaN(before) && Double.isNaN(after)) {
      return false;
    }
    double change = after / before;
    // A budget that is not kept any more, or a knee that is gone, is no number, and worse.
    boolean gone = Double.isNaN(after) || (moreIsBetter && after == 0 && before > 0);
    boolean came = Double.isNaN(before) || (moreIsBetter && before == 0 && after > 0);
    double worse = moreIsBetter ? 1 / change : change;
    String verdict =
        gone || (!came && worse > SAME)
            ? "worse"
            : came || worse < 1 / SAME ? "better" : "the same within what runs differ";
    lines.add(
        String.format(
            Locale.ROOT, "%s: %s, then %s: %s", what, words(before), words(after), verdict));
    return verdict.equals("worse");
  }

  private static String words(double value) {
    return Double.isNaN(value) ? "none within the budget" : CapacityAnswer.n(value);
  }

  private static double number(@Nullable Object value) {
    return value instanceof Number number ? number.doubleValue() : Double.NaN;
  }

  private static List<Map<?, ?>> ways(Map<String, Object> run) {
    List<Map<?, ?>> ways = new ArrayList<>();
    if (run.get("ways") instanceof List<?> list) {
      for (Object way : list) {
        if (way instanceof Map<?, ?> map) {
          ways.add(map);
        }
      }
    }
    return ways;
  }

  private static Map<String, Object> object(Map<String, Object> run, String name) {
    Map<String, Object> object = new LinkedHashMap<>();
    if (run.get(name) instanceof Map<?, ?> map) {
      map.forEach((key, value) -> object.put(String.valueOf(key), value));
    }
    return object;
  }

  private static Map<String, Object> read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IllegalStateException(file + ": no such file");
    }
    if (Files.size(file) > MOST_BYTES) {
      throw new IllegalStateException(file + ": too large for a capacity run");
    }
    try {
      Map<String, Object> run = JSONObjectUtils.parse(Files.readString(file));
      if (ways(run).isEmpty()) {
        throw new IllegalStateException(file + ": not the JSON of a capacity run");
      }
      return run;
    } catch (ParseException | CharacterCodingException e) {
      throw new IllegalStateException(file + ": not the JSON of a capacity run", e);
    }
  }
}
