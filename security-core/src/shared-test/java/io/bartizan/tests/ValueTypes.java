package io.bartizan.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Checks {@code equals} and {@code hashCode} of value types: by groups of objects that must be
 * equal among themselves and to nothing of another group.
 *
 * <pre>{@code
 * ValueTypes.check()
 *     .equal(Digest.parseOci(oci), Digest.parseSri(sri)) // two spellings of one value
 *     .equal(Digest.sha256Of(bytes))                     // another value
 *     .holds()
 *     .coversAllOfTheApi();
 * }</pre>
 */
public final class ValueTypes {

  private final List<List<Object>> groups = new ArrayList<>();

  private ValueTypes() {}

  /** Begins without any group. */
  public static ValueTypes check() {
    return new ValueTypes();
  }

  /** Adds a value in one or more spellings, which must be distinct objects. */
  @CanIgnoreReturnValue
  public ValueTypes equal(Object... spellings) {
    groups.add(List.of(spellings));
    return this;
  }

  /** The groups hold; each type has two unequal values and one value twice. */
  @CanIgnoreReturnValue
  public ValueTypes holds() {
    for (List<Object> group : groups) {
      for (Object one : group) {
        alone(one);
        for (List<Object> other : groups) {
          for (Object two : other) {
            pair(one, two, group == other);
          }
        }
      }
    }
    for (Class<?> type : types()) {
      List<List<Object>> own =
          groups.stream().filter(group -> type.isInstance(group.get(0))).toList();
      assertThat(own).as("unequal values of " + type).hasSizeGreaterThan(1);
      assertThat(own).as("equal values of " + type).anyMatch(group -> group.size() > 1);
      Set<Integer> hashes =
          own.stream().map(group -> group.get(0).hashCode()).collect(Collectors.toSet());
      assertThat(hashes).as("hash codes of " + type).hasSizeGreaterThan(1);
      Set<Object> set = new HashSet<>();
      own.forEach(set::addAll);
      assertThat(set).as("a set of " + type).hasSameSizeAs(own);
    }
    return this;
  }

  /** Every type that this module's API compares by value has a group here. */
  @CanIgnoreReturnValue
  public ValueTypes coversAllOfTheApi() {
    Set<Class<?>> covered = new HashSet<>(types());
    List<String> missing = new ArrayList<>();
    for (Class<?> type : ExportedTypes.visible()) {
      if (isValue(type) && !covered.contains(type)) {
        missing.add(type.getName());
      }
    }
    assertThat(missing).as("value types of the API without a test of equals").isEmpty();
    return this;
  }

  private static boolean isValue(Class<?> type) {
    if (type.isEnum() || type.isInterface()) {
      return false;
    }
    if (type.isRecord()) {
      return true;
    }
    try {
      return type.getMethod("equals", Object.class).getDeclaringClass() == type;
    } catch (NoSuchMethodException e) {
      throw new AssertionError(e);
    }
  }

  private Set<Class<?>> types() {
    Set<Class<?>> types = new LinkedHashSet<>();
    groups.forEach(group -> types.add(group.get(0).getClass()));
    return types;
  }

  @SuppressWarnings({"EqualsWithItself", "SelfEquals", "EqualsNull"})
  private static void alone(Object one) {
    assertThat(one.equals(one)).as("%s and itself", one).isTrue();
    assertThat(one.equals(null)).as("%s and null", one).isFalse();
    assertThat(one.equals(new Object())).as("%s and an object", one).isFalse();
    assertThat(one.equals(one.toString())).as("%s and its text", one).isFalse();
    assertThat(one.hashCode()).as("hashes of %s", one).isEqualTo(one.hashCode());
  }

  private static void pair(Object one, Object two, boolean equal) {
    assertThat(one.equals(two)).as("%s and %s", one, two).isEqualTo(equal);
    if (equal) {
      assertThat(one.hashCode()).as("hashes of %s and %s", one, two).isEqualTo(two.hashCode());
    }
  }
}
