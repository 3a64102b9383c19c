package io.bartizan.ratelimit;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What requests hold as a subject, by accident and on purpose. */
public final class HostileKeys {

  private HostileKeys() {}

  /** Different texts that limiters have met or will meet. */
  public static List<String> subjects() {
    Set<String> subjects = new LinkedHashSet<>();
    for (String unit :
        List.of("k", "%", "=&", "\u0000", "\r\n", "\uD800", "\uDC00", "\u20AC", "}")) {
      for (int length : List.of(1, Key.MAX_CHARS - 1, Key.MAX_CHARS, Key.MAX_CHARS + 1, 70_000)) {
        subjects.add(unit.repeat(length / unit.length()));
      }
    }
    subjects.addAll(
        List.of("", " ", "\u007f", "\uFEFF", "\uD83D\uDD12", "\u00e9", "e\u0301", "sha256:"));
    String head = "k".repeat(2 * Key.MAX_CHARS);
    subjects.addAll(List.of(head + "a", head + "b", head + "\uD800", head + "\uD801", head + "?"));
    subjects.addAll(subjects.stream().map(Key::bounded).toList());
    subjects.addAll(subjects.stream().map(Key::bounded).toList());
    return List.copyOf(subjects);
  }
}
