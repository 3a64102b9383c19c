package io.bartizan.core.house;

import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;

/**
 * The listeners that an application added, told one after the other.
 *
 * <p>Whatever one throws changes nothing and keeps nothing from the next. It is logged with its
 * trace at most once a minute for each listener, with the count of failures since the last line,
 * for it may be a stranger who decides how often there is something to tell. Immutable but for that
 * count; thread-safe.
 *
 * @param <L> the listener's interface, whose name the log lines bear
 */
public final class Listeners<L> {

  private final Class<L> type;
  private final LongSupplier nanos;
  private final List<Told<L>> all;

  private Listeners(Class<L> type, LongSupplier nanos, List<Told<L>> all) {
    this.type = type;
    this.nanos = nanos;
    this.all = all;
  }

  /**
   * Nobody yet.
   *
   * @param <L> the listener's interface
   * @param type the interface, by whose name failures are logged
   * @return an empty list
   */
  public static <L> Listeners<L> none(Class<L> type) {
    return none(type, System::nanoTime);
  }

  /**
   * Nobody yet, with a clock for the minute between two log lines.
   *
   * @param <L> the listener's interface
   * @param type the interface, by whose name failures are logged
   * @param nanos the clock, in nanoseconds
   * @return an empty list
   */
  public static <L> Listeners<L> none(Class<L> type, LongSupplier nanos) {
    return new Listeners<>(type, nanos, List.of());
  }

  /**
   * These and one more, who is told last.
   *
   * @param listener whom to add
   * @return a longer list; this one stays
   * @throws NullPointerException if {@code listener} is null
   */
  public Listeners<L> and(L listener) {
    Told<L> last = new Told<>(Objects.requireNonNull(listener, "listener"), RareLog.by(nanos));
    return new Listeners<>(type, nanos, Stream.concat(all.stream(), Stream.of(last)).toList());
  }

  /**
   * Whether there is nobody to tell, so that what would be told need not be made.
   *
   * @return true if nothing was added
   */
  public boolean isEmpty() {
    return all.isEmpty();
  }

  /**
   * Tells each listener; never throws.
   *
   * @param call calls one method of the listener
   */
  @SuppressWarnings("CatchThrowable") // also errors, and checked exceptions thrown by Kotlin code
  public void tell(Consumer<? super L> call) {
    for (Told<L> one : all) {
      try {
        call.accept(one.listener);
      } catch (Throwable e) {
        failed(one, e);
      }
    }
  }

  private void failed(Told<L> one, Throwable cause) {
    long failures = one.failures.failed();
    if (failures > 0) {
      LoggerFactory.getLogger(type)
          .warn(
              "listener {} failed, {} times since the last such line",
              one.listener.getClass().getName(),
              failures,
              cause);
    }
  }

  /** How many failures of all listeners were not logged since their last line. */
  long unlogged() {
    return all.stream().mapToLong(one -> one.failures.unlogged()).sum();
  }

  /** One listener, and when its failures may be logged again. */
  private static final class Told<L> {
    final L listener;
    final RareLog failures;

    Told(L listener, RareLog failures) {
      this.listener = listener;
      this.failures = failures;
    }
  }
}
