package io.bartizan.integrity.listening;

import io.bartizan.core.Health;
import io.bartizan.core.Refusal;
import io.bartizan.integrity.IntegrityListener;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.LoggerFactory;

/**
 * A listener whose exceptions reach nobody.
 *
 * <p>The verdict stands before it is told, so a listener's fault must neither refuse what was
 * accepted nor hide why something was refused. The first failure is logged and no other, for
 * whoever sends refused tokens would else fill the log.
 */
public final class ContainedListener implements IntegrityListener {

  private static final IntegrityListener NOBODY = new IntegrityListener() {};

  private final IntegrityListener listener;
  private final AtomicBoolean broken = new AtomicBoolean();

  private ContainedListener(IntegrityListener listener) {
    this.listener = listener;
  }

  /**
   * A listener that can't disturb.
   *
   * @param listener what the application gave
   * @return tells it and swallows what it throws
   * @throws NullPointerException if it is null
   */
  public static IntegrityListener of(IntegrityListener listener) {
    return new ContainedListener(Objects.requireNonNull(listener, "listener"));
  }

  /**
   * For verifiers to which no listener was given.
   *
   * @return hears and does nothing
   */
  public static IntegrityListener nobody() {
    return NOBODY;
  }

  @Override
  public void accepted(Kind kind, String name) {
    tell(to -> to.accepted(kind, name));
  }

  @Override
  public void refused(Kind kind, String name, Refusal refusal) {
    tell(to -> to.refused(kind, name, refusal));
  }

  @Override
  public void keysChanged(String source, int usable, int leftOut) {
    tell(to -> to.keysChanged(source, usable, leftOut));
  }

  @Override
  public void keysFailed(String source, Health health) {
    tell(to -> to.keysFailed(source, health));
  }

  /** Any exception: languages without checked ones throw them from where Java could not. */
  private void tell(Consumer<IntegrityListener> call) {
    try {
      call.accept(listener);
    } catch (Exception e) {
      if (broken.compareAndSet(false, true)) {
        LoggerFactory.getLogger(IntegrityListener.class)
            .warn(
                "listener {} failed; its later failures are not logged",
                listener.getClass().getName(),
                e);
      }
    }
  }
}
