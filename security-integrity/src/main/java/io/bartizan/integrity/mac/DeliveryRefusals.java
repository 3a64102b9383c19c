package io.bartizan.integrity.mac;

import io.bartizan.core.Refusal;
import io.bartizan.integrity.replay.DeliveryGuard.Begin;
import java.util.function.Function;

/**
 * Why a message may not be begun.
 *
 * @param what the message is
 */
record DeliveryRefusals(String what) implements Function<Begin, Refusal> {

  @Override
  public Refusal apply(Begin begin) {
    return switch (begin) {
      case BEGUN -> throw new IllegalStateException("begun is no refusal");
      case BUSY -> Refusal.of(MacReason.IN_PROGRESS, what + " is being handled");
      case DUPLICATE ->
          Refusal.of(MacReason.DUPLICATE, what + " was handled before, in another form");
      case REPLAYED ->
          Refusal.of(MacReason.REPLAYED, what + " was handled before, the very same bytes");
      case UNDECIDED ->
          Refusal.of(
              MacReason.REPLAY_UNDECIDED,
              what + ": the guard can't tell whether it was handled before");
    };
  }
}
