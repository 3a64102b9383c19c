package io.bartizan.core.house;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class ListenersTest {

  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
  private final List<String> heard = new ArrayList<>();

  private final Listeners<Heard> none = Listeners.none(Heard.class, nanos::get);

  @Test
  void each_isToldInOrder_evenBesideBrokenOnes() {
    Listeners<Heard> all =
        none.and(word -> heard.add("first " + word))
            .and(broken(new StackOverflowError("broken")))
            .and(broken(new IllegalStateException("broken")))
            .and(word -> heard.add("last " + word));
    all.tell(one -> one.heard("word"));
    assertThat(heard).containsExactly("first word", "last word");
  }

  @Test
  void checkedException_ofALanguageWithoutThem_isContained() {
    none.and(word -> sneak(new Exception("checked"))).and(heard::add).tell(one -> one.heard("w"));
    assertThat(heard).containsExactly("w");
  }

  @Test
  void broken_isLoggedOnceAMinute_eachOnItsOwn() {
    Listeners<Heard> all = none.and(broken(new IllegalStateException("broken")));
    all.tell(one -> one.heard("a"));
    assertThat(all.unlogged()).isZero();
    for (int i = 0; i < 1000; i++) {
      all.tell(one -> one.heard("a"));
    }
    assertThat(all.unlogged()).isEqualTo(1000);
    nanos.addAndGet(Duration.ofMinutes(1).toNanos() - 1);
    all.tell(one -> one.heard("a"));
    assertThat(all.unlogged()).isEqualTo(1001);
    nanos.addAndGet(1);
    all.tell(one -> one.heard("a"));
    assertThat(all.unlogged()).isZero();
  }

  @Test
  void adding_leavesTheOriginal_andRefusesNull() {
    Listeners<Heard> one = none.and(heard::add);
    assertThat(none.isEmpty()).isTrue();
    assertThat(one.isEmpty()).isFalse();
    none.tell(each -> each.heard("x"));
    assertThat(heard).isEmpty();
    assertThatNullPointerException().isThrownBy(() -> none.and(null)).withMessage("listener");
  }

  private static Heard broken(Throwable cause) {
    return word -> sneak(cause);
  }

  @SuppressWarnings("unchecked")
  private static <X extends Throwable> void sneak(Throwable cause) throws X {
    throw (X) cause;
  }

  /** A listener of one method. */
  private interface Heard extends Consumer<String> {
    default void heard(String word) {
      accept(word);
    }
  }
}
