package io.bartizan.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.ratelimit.count.Count;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What one more algorithm needs beside its class: a factory in {@link Limit}, a {@link Count}, a
 * line of {@link LimitText}, a share; its part of the script is asked for in the tests of redis.
 */
class AlgorithmsTest {

  private static final long NOW = 1_800_000_000_000_000L;

  @Test
  void algorithms_have_all_their_places() {
    List<String> missing = new ArrayList<>();
    for (Class<?> algorithm : Limit.class.getPermittedSubclasses()) {
      missing.addAll(missing(algorithm));
    }
    assertThat(missing).isEmpty();
  }

  private static List<String> missing(Class<?> algorithm) {
    List<String> missing = new ArrayList<>();
    String name = algorithm.getSimpleName();
    boolean factory =
        Arrays.stream(Limit.class.getDeclaredMethods())
            .filter(method -> Modifier.isStatic(method.getModifiers()))
            .filter(method -> Modifier.isPublic(method.getModifiers()))
            .anyMatch(method -> method.getReturnType() == algorithm);
    if (!factory) {
      missing.add("a static factory of Limit that returns " + name);
    }
    List<Limit> examples =
        LimiterContractTest.examples().stream().filter(algorithm::isInstance).toList();
    if (examples.isEmpty()) {
      missing.add("an example of " + name + " in LimiterContractTest.examples()");
    }
    for (Limit example : examples) {
      if (!counts(example)) {
        missing.add("a Count of " + example + " that counts its capacity and no more");
      }
      if (!isReadBack(example)) {
        missing.add("a line of LimitText that reads " + example + " back as " + name);
      }
      Limit share = example.named("shared").dividedBy(2);
      if (share.getClass() != algorithm
          || !share.name().equals("shared")
          || share.capacity() != (example.capacity() + 1) / 2) {
        missing.add("dividedBy of " + example + " that gives half of it, not " + share);
      }
    }
    return missing;
  }

  private static boolean counts(Limit limit) {
    Count count = limit.count(NOW);
    long free = count.remaining(NOW);
    if (free > 0) {
      count.charge(NOW, free);
    }
    return count.getClass().getPackageName().equals("io.bartizan.ratelimit.count")
        && count.capacity() == limit.capacity()
        && !count.fits(NOW, 1)
        && !limit.count(NOW).fits(NOW, limit.capacity() + 1);
  }

  private static boolean isReadBack(Limit limit) {
    try {
      return Limit.parse(limit.toString()).equals(limit)
          && Limits.parse(Limits.allOf(limit).toString()).equals(Limits.allOf(limit));
    } catch (IllegalArgumentException unread) {
      return false;
    }
  }
}
