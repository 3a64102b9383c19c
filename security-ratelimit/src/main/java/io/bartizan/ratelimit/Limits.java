package io.bartizan.ratelimit;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * One or more limits that are decided together: a check passes all of them and is charged to all,
 * or it is refused and charged to none.
 *
 * <pre>{@code
 * Limits both = Limits.allOf(
 *     Limit.tokenBucket(100, Rate.per(50, ChronoUnit.SECONDS)).named("burst"),
 *     Limit.tokenBucket(10_000, Rate.per(10_000, ChronoUnit.DAYS)).named("daily"));
 * }</pre>
 *
 * @param list the limits in the order in which they are asked; 1 to 8, with different names
 */
public record Limits(List<Limit> list) {

  /** How many limits one check may be held against. */
  public static final int MAX_LIMITS = 8;

  /**
   * Limits that are decided together.
   *
   * @param list the limits; 1 to {@value #MAX_LIMITS}, with different names
   * @throws NullPointerException if {@code list} or an element is null
   * @throws IllegalArgumentException if there are none or too many, or two have the same name
   */
  public Limits {
    list = List.copyOf(list);
    if (list.isEmpty() || list.size() > MAX_LIMITS) {
      throw new IllegalArgumentException(
          list.size() + " limits were given, 1 to " + MAX_LIMITS + " are accepted");
    }
    Set<String> names = new HashSet<>();
    for (Limit limit : list) {
      if (!names.add(limit.name())) {
        throw new IllegalArgumentException(
            "two limits are named \"" + limit.name() + "\", different names are needed");
      }
    }
  }

  /**
   * Limits of which each must be kept.
   *
   * @param limits the limits; 1 to {@value #MAX_LIMITS}, with different names
   * @return all of them
   * @throws NullPointerException if an element is null
   * @throws IllegalArgumentException if there are none or too many, or two have the same name
   */
  public static Limits allOf(Limit... limits) {
    return new Limits(List.of(limits));
  }

  /**
   * The limits in words.
   *
   * @return for each its name and its text
   */
  @Override
  public String toString() {
    return list.stream()
        .map(limit -> limit.name() + ": " + limit)
        .collect(Collectors.joining("; "));
  }
}
