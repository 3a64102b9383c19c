package io.bartizan.ratelimit;

import java.util.List;

/** Each kind of limit as a text without numbers. */
public final class LimitKinds {

  private LimitKinds() {}

  /** Formats of a number of permits and a period, of which all can be had at once. */
  public static List<String> texts() {
    return List.of(
        "%d/%s fixed",
        "%d/%s from first request",
        "%1$d burst, %1$d/%2$s, in steps",
        "%1$d burst, %1$d/%2$s",
        "%d/%s sliding counter",
        "%d/%s sliding");
  }
}
