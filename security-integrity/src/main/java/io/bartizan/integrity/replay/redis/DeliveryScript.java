package io.bartizan.integrity.replay.redis;

import io.bartizan.core.house.Require;
import io.bartizan.integrity.replay.DeliveryGuard.Begin;
import java.time.Duration;

/**
 * The steps of a delivery on one key. Its value is {@code h} and the holder while it is handled,
 * {@code d} and a hash of the form once it is done. {@code ARGV}: the holder's value, the form,
 * milliseconds.
 */
final class DeliveryScript {

  /** 1 begun, 2 busy, 3 done in another form, 4 done in this form. */
  static final String BEGIN =
      "local v = redis.call('GET', KEYS[1]) "
          + "if (not v) or v == ARGV[1] then "
          + "redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[3]) return 1 end "
          + "if string.sub(v, 1, 1) == 'h' then return 2 end "
          + "if v == 'd' .. ARGV[2] then return 4 end return 3";

  /** Whoever holds it now: what was handled was handled. The first end stays. */
  static final String COMPLETE =
      "local v = redis.call('GET', KEYS[1]) "
          + "if v and string.sub(v, 1, 1) ~= 'h' then return 1 end "
          + "redis.call('SET', KEYS[1], 'd' .. ARGV[2], 'PX', ARGV[3]) return 1";

  static final String ABANDON =
      "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end return 1";

  private DeliveryScript() {}

  /** The value of a key that this holder holds; refuses what is out of range. */
  static String held(String holder, Duration lease) {
    int unused = Require.sized("holder", holder.length(), "characters", 1, 64);
    Duration unusedToo = Require.within("lease", lease, Duration.ofMillis(1), Duration.ofDays(1));
    if (!holder.chars().allMatch(c -> c > ' ' && c <= '~')) {
      throw new IllegalArgumentException("holder has other than printable ASCII characters");
    }
    return "h" + holder;
  }

  static Begin begin(long answer) {
    return switch ((int) answer) {
      case 1 -> Begin.BEGUN;
      case 2 -> Begin.BUSY;
      case 3 -> Begin.DUPLICATE;
      case 4 -> Begin.REPLAYED;
      default -> Begin.UNDECIDED;
    };
  }
}
