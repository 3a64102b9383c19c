package io.bartizan.integrity.replay;

import io.bartizan.core.house.Require;
import java.time.Duration;

/** The bounds of what {@link DeliveryGuard#begin} is given. */
final class HolderNames {

  private HolderNames() {}

  static void require(String holder, Duration lease) {
    int unused = Require.sized("holder", holder.length(), "characters", 1, 64);
    if (!holder.chars().allMatch(c -> c > ' ' && c <= '~')) {
      throw new IllegalArgumentException("holder has other than printable ASCII characters");
    }
    Duration unusedToo = Require.within("lease", lease, Duration.ofMillis(1), Duration.ofDays(1));
  }
}
