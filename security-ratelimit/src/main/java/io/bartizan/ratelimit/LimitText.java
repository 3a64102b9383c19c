package io.bartizan.ratelimit;

import io.bartizan.core.SafeText;
import io.bartizan.ratelimit.count.Micros;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Limits as people write them; whatever {@link Limit#toString} prints is read back as equal. */
final class LimitText {

  private static final String FORMS =
      "accepted are \"100 burst, 50/s[, in steps][, 10 at first]\", \"100/min sliding\","
          + " \"100/min sliding counter\", \"100/min fixed\", \"100/min from first request\","
          + " \"1000/day in Europe/Berlin\" and \"1000/month in UTC\","
          + " with periods such as us, ms, s, 10s, min, h and d";

  private static final int MAX_CHARS = 200;

  private static final String RATE =
      "(\\d{1,13}) ?/ ?(\\d{1,18})? ?(us|ms|s|sec|second|min|minute|h|hour|d|day)";
  private static final Pattern BUCKET =
      Pattern.compile("(\\d{1,13}) burst, ?" + RATE + "(, ?in steps)?(?:, ?(\\d{1,13}) at first)?");
  private static final Pattern WINDOW =
      Pattern.compile(RATE + " (sliding|sliding counter|fixed|from first request)");
  private static final Pattern BARE = Pattern.compile(RATE);
  private static final Pattern BARE_MONTH = Pattern.compile("\\d{1,13}/month");
  private static final Pattern WEEK = Pattern.compile("/ ?\\d{0,18} ?w(eek)?s?\\b");
  private static final Pattern UNIT = Pattern.compile("/ ?\\d{0,18} ?(m|mins|hr|hrs|secs)\\b");
  private static final Pattern NO_IN =
      Pattern.compile("(\\d{1,13}/(?:day|month)) ([A-Z][A-Za-z0-9/_+:-]{1,63})");
  private static final Pattern NO_REFILL = Pattern.compile("\\d{1,13} burst");
  private static final Pattern NO_COMMA = Pattern.compile("(\\d{1,13}) burst,? *(\\d.*)");
  private static final Pattern WORDS =
      Pattern.compile("(\\d{1,13}) ?(?:[a-z]+ )?(?:/|per) ?(seconds?|minutes?|hours?|days?)\\b");
  private static final Map<String, String> UNIT_WORDS =
      Map.of(
          "second", "s", "seconds", "s", "minute", "min", "minutes", "min", "hour", "h", "hours",
          "h", "day", "d", "days", "d");
  private static final Pattern CALENDAR =
      Pattern.compile("(\\d{1,13})/(day|month) in ([A-Za-z0-9/_+:-]{1,64})");

  private LimitText() {}

  static Limit parse(String text) {
    if (text.length() <= MAX_CHARS) {
      Matcher bucket = BUCKET.matcher(text);
      if (bucket.matches()) {
        return bucket(bucket);
      }
      Matcher window = WINDOW.matcher(text);
      if (window.matches()) {
        return window(window);
      }
      Matcher calendar = CALENDAR.matcher(text);
      if (calendar.matches()) {
        return calendar(calendar);
      }
    }
    throw new IllegalArgumentException(
        "limit is \"" + SafeText.of(text) + "\"; " + wish(text) + FORMS);
  }

  /** What was probably meant, where that can be told. */
  private static String wish(String text) {
    if (text.length() > MAX_CHARS) {
      return "";
    }
    Matcher bare = BARE.matcher(text);
    if (bare.matches()) {
      String calendar =
          bare.group(3).equals("day") && bare.group(2) == null
              ? "\"" + text + " in UTC\" for days of a calendar, "
              : "";
      return "this is a rate, which does not say what kind of limit is meant: write "
          + calendar
          + "\""
          + text
          + " sliding\", \""
          + text
          + " sliding counter\" or \""
          + text
          + " fixed\" for a window, or \""
          + bare.group(1)
          + " burst, "
          + text
          + "\" for a token bucket; ";
    }
    Matcher month = BARE_MONTH.matcher(text);
    if (month.matches()) {
      return "a month needs a time zone: write \"" + text + " in UTC\"; ";
    }
    if (WEEK.matcher(text).find()) {
      return "weeks are written as days, \"7d\"; ";
    }
    Matcher unit = UNIT.matcher(text);
    if (unit.find()) {
      return "\""
          + unit.group(1)
          + "\" is no period: minutes are \"min\", hours \"h\", seconds \"s\"; ";
    }
    Matcher zone = NO_IN.matcher(text);
    if (zone.matches()) {
      return "write \"" + zone.group(1) + " in " + zone.group(2) + "\"; ";
    }
    if (NO_REFILL.matcher(text).matches()) {
      return "how fast it refills is missing: write \"" + text + ", 50/s\"; ";
    }
    Matcher words = WORDS.matcher(text);
    if (words.find()) {
      return "a rate is written with a slash: \""
          + words.group(1)
          + "/"
          + UNIT_WORDS.get(words.group(2))
          + "\"; ";
    }
    Matcher comma = NO_COMMA.matcher(text);
    if (comma.matches()) {
      String rest = comma.group(2).replaceAll(",? +(in steps|\\d+ at first)", ", $1");
      String instead = comma.group(1) + " burst, " + rest;
      return instead.equals(text) ? "" : "a comma is missing: write \"" + instead + "\"; ";
    }
    return "";
  }

  private static Limit bucket(Matcher text) {
    long capacity = Long.parseLong(text.group(1));
    TokenBucket bucket = Limit.tokenBucket(capacity, rate(text, 2));
    if (text.group(5) != null) {
      bucket = bucket.inSteps();
    }
    String first = text.group(6);
    return first == null ? bucket : bucket.startingWith(Long.parseLong(first));
  }

  private static Limit window(Matcher text) {
    Rate rate = rate(text, 1);
    return switch (text.group(4)) {
      case "sliding" -> Limit.slidingWindow(rate);
      case "sliding counter" -> Limit.slidingWindowCounter(rate);
      case "fixed" -> Limit.fixedWindow(rate);
      default -> Limit.fixedWindow(rate).fromFirstRequest();
    };
  }

  private static Limit calendar(Matcher text) {
    long permits = Long.parseLong(text.group(1));
    ZoneId zone;
    try {
      zone = ZoneId.of(text.group(3));
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          "limit is \""
              + text.group()
              + "\", whose time zone is not known; ids such as Europe/Berlin, UTC and +02:00 are"
              + " accepted",
          e);
    }
    return text.group(2).equals("day")
        ? Limit.calendarDay(permits, zone)
        : Limit.calendarMonth(permits, zone);
  }

  private static Rate rate(Matcher text, int group) {
    String count = text.group(group + 1);
    String unit =
        switch (text.group(group + 2)) {
          case "sec", "second" -> "s";
          case "minute" -> "min";
          case "hour" -> "h";
          case "day" -> "d";
          default -> text.group(group + 2);
        };
    long micros =
        Rate.UNITS.stream()
            .filter(known -> known.getKey().equals(unit))
            .mapToLong(Map.Entry::getValue)
            .findFirst()
            .orElseThrow();
    long periods = count == null ? 1 : Long.parseLong(count);
    long longest = Micros.of(Rate.MAX_PERIOD);
    Duration period =
        periods > longest / micros
            ? Rate.MAX_PERIOD.plusDays(1)
            : Micros.duration(periods * micros);
    return Rate.per(Long.parseLong(text.group(group)), period);
  }
}
