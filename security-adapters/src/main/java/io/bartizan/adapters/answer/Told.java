package io.bartizan.adapters.answer;

import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.RateLimitFields;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The decisions of several limits on one request, told in one list of named policies: the tighter
 * first, and of two of one name the tighter alone, since clients tell policies apart by name.
 */
final class Told {

  private static final Comparator<Part> TIGHTER_FIRST =
      Comparator.comparing((Part part) -> !part.counted)
          .thenComparing(part -> part.decision.isAllowed())
          .thenComparingLong(part -> part.decision.remaining());

  private final List<Part> parts;

  private Told(List<Part> parts) {
    this.parts = parts;
  }

  /** What is told after one more decision; before it, another of these or nothing. */
  static Told of(@Nullable Object before, Decision decision) {
    List<Part> all = new ArrayList<>();
    if (before instanceof Told told) {
      all.addAll(told.parts);
    }
    boolean counted = RateLimitFields.of(decision).refusalStatus() != 503;
    decision.parts().forEach(part -> all.add(new Part(part, counted)));
    all.sort(TIGHTER_FIRST);
    Map<String, Part> named = new LinkedHashMap<>();
    all.forEach(part -> named.putIfAbsent(part.decision.limit().name(), part));
    return new Told(List.copyOf(named.values()));
  }

  /** Hands over {@code RateLimit-Policy}, and {@code RateLimit} of those that were counted. */
  void forEach(BiConsumer<String, String> consumer) {
    consumer.accept("RateLimit-Policy", joined(parts, RateLimitFields::policy));
    List<Part> counted = parts.stream().filter(Part::counted).toList();
    if (!counted.isEmpty()) {
      consumer.accept("RateLimit", joined(counted, RateLimitFields::state));
    }
  }

  private static String joined(List<Part> parts, Function<RateLimitFields, String> item) {
    return parts.stream()
        .map(part -> item.apply(RateLimitFields.of(part.decision)))
        .collect(Collectors.joining(", "));
  }

  /** One limit's own decision, and whether anybody counted. */
  private record Part(Decision decision, boolean counted) {}
}
