package io.bartizan.examples.gateway;

import io.bartizan.core.Health;
import io.bartizan.core.HealthSource;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Something that can't always be opened at the start: {@link #tryAgain} until it is. */
final class Attempt<T extends HealthSource> implements Supplier<T>, HealthSource, AutoCloseable {

  private final String name;
  private final Callable<T> opening;
  private final Consumer<T> closing;
  private volatile @Nullable String missing;
  private volatile @Nullable T value;

  Attempt(String name, Callable<T> opening, Consumer<T> closing) {
    this.name = name;
    this.opening = opening;
    this.closing = closing;
  }

  boolean wasTried() {
    return isOpen() || missing != null;
  }

  boolean isOpen() {
    return value != null;
  }

  /** Opens it if it is not open; called by one thread. */
  void tryAgain() {
    if (value == null) {
      try {
        value = opening.call();
      } catch (Exception | LinkageError e) {
        missing = Sentence.of(e);
      }
    }
  }

  /** What was opened; only once {@link #isOpen} is true. */
  @Override
  public T get() {
    T opened = value;
    if (opened == null) {
      throw new IllegalStateException(name + " is not open");
    }
    return opened;
  }

  /** That of what was opened, or why nothing is. */
  @Override
  public Health health() {
    T opened = value;
    String why = missing;
    return opened == null ? Health.down(why == null ? "was not tried yet" : why) : opened.health();
  }

  @Override
  public void close() {
    T opened = value;
    if (opened != null) {
      closing.accept(opened);
    }
  }
}
