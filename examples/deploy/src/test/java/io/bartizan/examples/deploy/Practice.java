package io.bartizan.examples.deploy;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * A row of the hardening table.
 *
 * @param name its first column in docs/operations/hardening.md
 * @param parts what it applies to: everything of a kind that is found, so that nothing new is
 *     forgotten
 * @param holds whether a part does as it says
 * @param loosened ways to undo it in a part, each of which must be seen
 */
record Practice(
    String name,
    Function<Deployed, List<Part>> parts,
    Predicate<Part> holds,
    List<Consumer<Part>> loosened) {

  @SafeVarargs
  @SuppressWarnings("varargs") // into List.of alone
  static Practice of(
      String name,
      Function<Deployed, List<Part>> parts,
      Predicate<Part> holds,
      Consumer<Part>... loosened) {
    return new Practice(name, parts, holds, List.of(loosened));
  }

  static Consumer<Part> with(String pointer, Object value) {
    return part -> part.put(pointer, value);
  }

  static Consumer<Part> without(String pointer) {
    return part -> part.drop(pointer);
  }

  List<String> faults(Deployed deployed) {
    return parts.apply(deployed).stream()
        .filter(part -> !holds.test(part))
        .map(Part::name)
        .toList();
  }

  @Override
  public String toString() {
    return name;
  }
}
