package io.bartizan.ratelimit;

import java.util.List;

/** What several limits say together, and which of them speaks. */
final class Together {

  private Together() {}

  static Decision decision(List<Decision> parts) {
    if (parts.isEmpty()) {
      throw new IllegalArgumentException("parts is empty, at least one is needed");
    }
    Decision speaker = parts.get(0);
    long least = Long.MAX_VALUE;
    long reset = 0;
    for (Decision part : parts) {
      least = Math.min(least, part.remaining());
      reset = Math.max(reset, part.resetAfterNanos());
      if (isMoreTelling(part, speaker)) {
        speaker = part;
      }
    }
    return new Decision(
        speaker.limit(),
        speaker.source(),
        speaker.isAllowed(),
        speaker.permits(),
        least,
        speaker.retryAfterNanos(),
        reset,
        List.copyOf(parts));
  }

  /** A refusal before all that allow, then the longest wait; else the fewest permits left. */
  private static boolean isMoreTelling(Decision part, Decision speaker) {
    if (part.isAllowed() != speaker.isAllowed()) {
      return speaker.isAllowed();
    }
    return part.isAllowed()
        ? part.remaining() < speaker.remaining()
        : part.retryAfterNanos() > speaker.retryAfterNanos();
  }
}
