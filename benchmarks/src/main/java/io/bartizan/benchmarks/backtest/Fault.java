package io.bartizan.benchmarks.backtest;

import java.util.Locale;

/** Why a line of a log was not replayed. */
enum Fault {
  /** It is not of the format. */
  GARBLED("not of the format"),
  /** It has more bytes than a line may have. */
  TOO_LONG("longer than --max-line"),
  /** What names the caller is no UTF-8. */
  NOT_UTF8("caller is not UTF-8"),
  /** Its time is missing, can't be read or is outside 1970 to 2199. */
  NO_TIME("time is missing or can't be read"),
  /** It does not say who called. */
  NO_CALLER("caller is missing"),
  /** It takes several permits at once, which is not replayed. */
  WEIGHTED("permits is not 1"),
  /** The lines around it say that its time is wrong, or it is further off than a gap may be. */
  FAR_OFF("time is far from those around it (--gap)"),
  /** It is older than what was replayed already. */
  LATE("older than --unsorted allows"),
  /** There are as many callers as may be remembered, and this is another. */
  CROWDED("caller is beyond the first --max-callers"),
  /** The compressed file ends or breaks here. */
  BROKEN_OFF("the compressed file is broken from here on");

  private final String words;

  Fault(String words) {
    this.words = words;
  }

  /** What it is, for people. */
  String words() {
    return words;
  }

  /** Its name in JSON, such as {@code notUtf8}. */
  String jsonName() {
    String[] parts = name().toLowerCase(Locale.ROOT).split("_", -1);
    StringBuilder name = new StringBuilder(parts[0]);
    for (int i = 1; i < parts.length; i++) {
      name.append(Character.toUpperCase(parts[i].charAt(0))).append(parts[i].substring(1));
    }
    return name.toString();
  }
}
