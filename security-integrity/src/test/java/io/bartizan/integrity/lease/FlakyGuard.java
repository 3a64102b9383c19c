package io.bartizan.integrity.lease;

import io.bartizan.integrity.replay.DeliveryGuard;
import java.time.Duration;
import java.time.Instant;
import java.util.SplittableRandom;

/** Loses answers, before or after it has done what it was asked. */
public final class FlakyGuard implements DeliveryGuard {
  private final DeliveryGuard real;
  private final SplittableRandom random;
  public boolean fails;
  public int lostCompletions;
  boolean losesNextAnswer;

  public FlakyGuard(DeliveryGuard real, SplittableRandom random) {
    this.real = real;
    this.random = random;
  }

  @Override
  public Use use(String scope, byte[] id, Instant until) {
    return real.use(scope, id, until);
  }

  @Override
  public Begin begin(String scope, byte[] id, byte[] form, String holder, Duration lease) {
    if (losesNextAnswer) {
      losesNextAnswer = false;
      Begin unheard = real.begin(scope, id, form, holder, lease);
      return unheard == Begin.BEGUN ? Begin.UNDECIDED : unheard;
    }
    int fate = fails ? random.nextInt(8) : 2;
    if (fate == 0) {
      return Begin.UNDECIDED;
    }
    Begin begin = real.begin(scope, id, form, holder, lease);
    return fate == 1 ? Begin.UNDECIDED : begin;
  }

  @Override
  public boolean complete(String scope, byte[] id, byte[] form, String holder, Instant until) {
    if (fails && random.nextInt(4) == 0) {
      lostCompletions++;
      return false;
    }
    return real.complete(scope, id, form, holder, until);
  }

  @Override
  public boolean abandon(String scope, byte[] id, String holder) {
    return (!fails || random.nextInt(4) > 0) && real.abandon(scope, id, holder);
  }
}
