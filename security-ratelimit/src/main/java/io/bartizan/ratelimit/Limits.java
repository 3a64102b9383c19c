package io.bartizan.ratelimit;

import io.bartizan.core.SafeText;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One or more rate limits that are decided together. A check passes all of them and is charged to
 * all, or it is refused and charged to none.
 *
 * <pre>{@code
 * Limits both = Limits.allOf(
 *     Limit.tokenBucket(100, Rate.per(50, ChronoUnit.SECONDS)).named("burst"),
 *     Limit.tokenBucket(10_000, Rate.per(10_000, ChronoUnit.DAYS)).named("daily"));
 * }</pre>
 *
 * <p>Immutable, compared by value.
 */
public final class Limits implements Plan {

  /** How many limits one check may be held against. */
  public static final int MAX_LIMITS = 8;

  private final List<Limit> list;

  /** The only limit, if it is a bucket whose state is one word. */
  private final @Nullable TokenBucket bucket;

  private Limits(List<Limit> list) {
    this.list = list;
    this.bucket =
        list.size() == 1 && list.get(0) instanceof TokenBucket only && !only.isStepped()
            ? only
            : null;
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
    return allOf(List.of(limits));
  }

  /**
   * Limits of which each must be kept.
   *
   * @param limits the limits; 1 to {@value #MAX_LIMITS}, with different names
   * @return all of them
   * @throws NullPointerException if {@code limits} or an element is null
   * @throws IllegalArgumentException if there are none or too many, or two have the same name
   */
  public static Limits allOf(List<? extends Limit> limits) {
    List<Limit> list = List.copyOf(limits);
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
    return new Limits(list);
  }

  /**
   * Reads limits from text, as from a configuration file: what {@link #toString()} prints, such as
   * {@code burst: 100 burst, 50/s; daily: 1000/day in UTC}, or one {@link Limit#parse limit}
   * without a name.
   *
   * @param text names and limits in words
   * @return all of them
   * @throws NullPointerException if {@code text} is null
   * @throws IllegalArgumentException if a limit has none of the forms, a number is outside its
   *     range, there are too many, or two have the same name
   */
  public static Limits parse(String text) {
    if (text.stripTrailing().endsWith(";")) {
      throw new IllegalArgumentException(
          "limits are \"" + SafeText.of(text) + "\"; a semicolon stands between two limits only");
    }
    List<Limit> limits = new ArrayList<>();
    for (String item : text.split(";", MAX_LIMITS + 1)) {
      int colon = item.lastIndexOf(':', Math.max(item.indexOf('/'), 0)); // zones may have one too
      Limit limit = Limit.parse(item.substring(colon + 1).trim());
      limits.add(colon < 0 ? limit : limit.named(item.substring(0, colon).trim()));
    }
    return allOf(limits);
  }

  /**
   * The same as {@link #parse}, under the name that configuration frameworks look for.
   *
   * @param text names and limits in words
   * @return all of them
   * @throws NullPointerException if {@code text} is null
   * @throws IllegalArgumentException as {@link #parse}
   */
  public static Limits valueOf(String text) {
    return parse(text);
  }

  /**
   * The limits in the order in which they are asked.
   *
   * @return 1 to {@value #MAX_LIMITS} limits with different names; unmodifiable
   */
  public List<Limit> list() {
    return list;
  }

  /**
   * These limits, for every key.
   *
   * @param key not looked at
   * @return this
   */
  @Override
  public Limits limitsOf(String key) {
    return this;
  }

  /** The only limit, if there is one and its state is one word. */
  @Nullable TokenBucket bucket() {
    return bucket;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other || (other instanceof Limits that && list.equals(that.list));
  }

  @Override
  public int hashCode() {
    return list.hashCode();
  }

  /**
   * The limits in words, such as {@code burst: 100 burst, 50/s; daily: 10000 burst, 10000/d}.
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
