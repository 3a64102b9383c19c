package io.bartizan.core;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What {@link HealthSource#all} gives. */
final class HealthOfAll implements HealthSource {

  private static final Logger LOG = LoggerFactory.getLogger(HealthOfAll.class);
  private static final int SMALLEST_SHARE = 200;

  private final Map<String, HealthSource> parts = new LinkedHashMap<>();

  private record Told(String name, Health health) {}

  HealthOfAll(Map<String, ? extends HealthSource> parts) {
    parts.forEach(
        (name, part) -> {
          if (name.isBlank()) {
            throw new IllegalArgumentException("the name of a part is blank");
          }
          this.parts.put(SafeText.of(name), Objects.requireNonNull(part, name));
        });
    if (this.parts.isEmpty()) {
      throw new IllegalArgumentException("there is no part whose health could be told");
    }
  }

  @Override
  public Health health() {
    List<Told> told = new ArrayList<>();
    parts.forEach(
        (name, part) -> {
          Health health = ask(name, part);
          if (health.status() != Health.Status.UP) {
            told.add(new Told(name, health));
          }
        });
    if (told.isEmpty()) {
      return Health.up(
          parts.size() == 1 ? "1 part is up" : "all " + parts.size() + " parts are up");
    }
    told.sort(Comparator.comparing((Told part) -> part.health.status()).reversed());
    int share = Math.max(SMALLEST_SHARE, Health.MAX_DETAIL_CHARS / told.size());
    return new Health(
        told.get(0).health.status(),
        told.stream()
            .map(part -> SafeText.of(part.name + ": " + part.health.detail(), share))
            .collect(Collectors.joining("; ")));
  }

  /** An error counts too: a probe that dies of one part tells nothing about the others. */
  private static Health ask(String name, HealthSource part) {
    try {
      return Objects.requireNonNull(part.health(), "health");
    } catch (Exception | Error e) {
      LOG.debug("the health of {} can't be asked", name, e);
      return Health.down("its health can't be asked: " + e.getClass().getSimpleName());
    }
  }

  @Override
  public String toString() {
    return "HealthSource" + parts.keySet();
  }
}
