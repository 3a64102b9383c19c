package io.bartizan.integrity.attest.sigstore;

import java.time.Instant;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** When something of the trusted root is valid: both ends belong to it. */
record Window(Instant start, @Nullable Instant end) {

  static Window read(ProtoFields holder) {
    ProtoFields fields = holder.object("validFor");
    Instant start = fields.timeOrNull("start");
    if (start == null) {
      throw fields.refused("start is missing, and nothing is valid since ever");
    }
    Instant end = fields.timeOrNull("end");
    if (end != null && end.isBefore(start)) {
      throw fields.refused("end is before start");
    }
    return new Window(start, end);
  }

  boolean holds(Instant time) {
    return !time.isBefore(start) && (end == null || !time.isAfter(end));
  }

  boolean holdsAll(Collection<Instant> times) {
    return times.stream().allMatch(this::holds);
  }

  @Override
  public String toString() {
    return start + " to " + (end == null ? "open" : end);
  }
}
