package io.bartizan.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Rule G7 for one module: whatever a listener throws changes no outcome and keeps nothing from the
 * next listener, wherever listeners can be added.
 */
public abstract class ListenerContract {

  /**
   * One type that tells listeners.
   *
   * @param <L> the listener's interface
   * @param type the type whose builder takes listeners
   * @param listener the interface
   * @param scene does what listeners are told of
   */
  public record Teller<L>(Class<?> type, Class<L> listener, Scene<L> scene) {}

  /**
   * Does what listeners are told of.
   *
   * @param <L> the listener's interface
   */
  @FunctionalInterface
  public interface Scene<L> {
    /**
     * Builds the object, adds the listeners in their order, and uses it.
     *
     * @param listeners whom to add
     * @return what came out, to be compared
     */
    Object play(List<L> listeners) throws Exception;
  }

  /** Every type of the module that tells listeners. */
  protected abstract List<Teller<?>> tellers();

  @TestFactory
  Stream<DynamicTest> what_listeners_throw_changes_nothing_and_keeps_nothing_from_the_next() {
    return tellers().stream()
        .map(teller -> dynamicTest(teller.type().getName(), () -> tell(teller)));
  }

  @Test
  void every_builder_that_takes_listeners_is_tried() {
    Set<String> takers =
        ExportedTypes.visible().stream()
            .filter(type -> type.getEnclosingClass() != null)
            .filter(
                type ->
                    Stream.of(type.getMethods())
                        .anyMatch(method -> method.getName().equals("withListener")))
            .map(type -> type.getEnclosingClass().getName())
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(takers).isNotEmpty();
    assertThat(tellers())
        .extracting(teller -> teller.type().getName())
        .containsExactlyInAnyOrderElementsOf(takers);
  }

  private static <L> void tell(Teller<L> teller) throws Exception {
    Object alone = teller.scene().play(List.of());
    List<String> first = Collections.synchronizedList(new ArrayList<>());
    List<String> last = Collections.synchronizedList(new ArrayList<>());
    List<L> listeners =
        List.of(
            listener(teller.listener(), first, null),
            listener(teller.listener(), new ArrayList<>(), new StackOverflowError("on purpose")),
            listener(teller.listener(), new ArrayList<>(), new IllegalStateException("on purpose")),
            listener(teller.listener(), last, null));
    assertThat(teller.scene().play(listeners)).isEqualTo(alone);
    Eventually.within(
        Duration.ofSeconds(20),
        "all are told",
        () -> !first.isEmpty() && first.size() == last.size());
    assertThat(last).containsExactlyInAnyOrderElementsOf(first);
  }

  private static <L> L listener(Class<L> type, List<String> heard, Throwable thrown) {
    Object proxy =
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> {
              if (method.getDeclaringClass() == Object.class) {
                return ofObject(type, self, method, arguments);
              }
              heard.add(method.getName());
              if (thrown != null) {
                throw thrown;
              }
              return null;
            });
    return type.cast(proxy);
  }

  private static Object ofObject(Class<?> type, Object self, Method method, Object[] arguments) {
    return switch (method.getName()) {
      case "equals" -> self == arguments[0];
      case "hashCode" -> System.identityHashCode(self);
      default -> type.getSimpleName();
    };
  }
}
