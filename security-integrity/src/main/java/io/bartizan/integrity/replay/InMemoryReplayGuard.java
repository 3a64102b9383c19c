package io.bartizan.integrity.replay;

import io.bartizan.core.Health;
import io.bartizan.core.HealthSource;
import io.bartizan.core.SecretBytes;
import io.bartizan.core.house.Require;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/**
 * A guard in this JVM's memory, for one instance or for ids that only one instance sees.
 *
 * <p>It remembers at most a given number of ids, about 110 bytes each; ids past their end make
 * room, and when none is, the answer is {@link ReplayGuard.Use#UNDECIDED}: a full guard refuses, it
 * never forgets an id that could still be replayed. A use costs one SHA-256 and a logarithmic step
 * under the lock of one of up to 64 stripes, which is never held around a wait. Thread-safe.
 *
 * <pre>{@code
 * ReplayGuard once = InMemoryReplayGuard.of(1_000_000);
 * SignedValues resets =
 *     SignedValues.builder("password-reset", ring, Duration.ofMinutes(15)).withSingleUse(once).build();
 * }</pre>
 */
public final class InMemoryReplayGuard implements ReplayGuard, HealthSource {

  private static final int MAX_STRIPES = 64;
  private static final int MIN_IDS_A_STRIPE = 64;

  private final int maxIds;
  private final InstantSource clock;
  private final byte[] salt = SecretBytes.random(16).exposedCopy();
  private final List<ReplayStripe> stripes;
  private final AtomicInteger size = new AtomicInteger();
  private final AtomicLong lastSweep = new AtomicLong(Long.MIN_VALUE);

  private InMemoryReplayGuard(int maxIds, InstantSource clock) {
    this.maxIds = maxIds;
    this.clock = clock;
    int wanted = Integer.highestOneBit(Math.max(1, maxIds / MIN_IDS_A_STRIPE));
    this.stripes =
        IntStream.range(0, Math.min(MAX_STRIPES, wanted))
            .mapToObj(i -> new ReplayStripe(size, maxIds))
            .toList();
  }

  /**
   * A guard that remembers at most so many ids, by the system's clock.
   *
   * @param maxIds 1 to 100 000 000; the most values accepted within one validity
   * @return an empty, thread-safe guard
   * @throws IllegalArgumentException if {@code maxIds} is out of range
   */
  public static InMemoryReplayGuard of(int maxIds) {
    return builder(maxIds).build();
  }

  /**
   * A guard that remembers at most so many ids, with settings.
   *
   * @param maxIds 1 to 100 000 000; the most values accepted within one validity
   * @return a builder
   * @throws IllegalArgumentException if {@code maxIds} is out of range
   */
  public static Builder builder(int maxIds) {
    return new Builder(maxIds);
  }

  @Override
  public Use use(String scope, byte[] id, Instant until) {
    ByteBuffer hash = ByteBuffer.wrap(ReplayId.hash(salt, scope, id));
    long now = clock.millis();
    long end = until.isAfter(Instant.ofEpochMilli(Long.MAX_VALUE)) ? Long.MAX_VALUE : millis(until);
    if (end <= now) {
      return Use.UNDECIDED;
    }
    RememberedId remembered = new RememberedId(hash.getLong(), hash.getLong(), end);
    ReplayStripe stripe = stripes.get((int) (hash.getLong() & (stripes.size() - 1)));
    Use use = stripe.use(remembered, now);
    if (use != Use.UNDECIDED || lastSweep.getAndSet(now) == now) {
      return use;
    }
    stripes.forEach(each -> each.forget(now));
    return stripe.use(remembered, now);
  }

  private static long millis(Instant instant) {
    return instant.isBefore(Instant.EPOCH) ? 0 : instant.toEpochMilli();
  }

  /**
   * How many ids are remembered; some may be past their end.
   *
   * @return 0 to the maximum
   */
  public int size() {
    return size.get();
  }

  /**
   * Whether there is room.
   *
   * @return up; degraded from nine tenths; down when full, while everything is refused
   */
  @Override
  public Health health() {
    int now = size();
    String detail = now + " of " + maxIds + " ids remembered";
    if (now >= maxIds) {
      return Health.down(detail);
    }
    return now >= maxIds - maxIds / 10 ? Health.degraded(detail) : Health.up(detail);
  }

  @Override
  public String toString() {
    return "InMemoryReplayGuard[at most " + maxIds + " ids, refuses when full]";
  }

  /** The optional settings of {@link InMemoryReplayGuard}; not thread-safe. */
  public static final class Builder {
    private final int maxIds;
    private InstantSource clock = InstantSource.system();

    private Builder(int maxIds) {
      this.maxIds = Require.within("maxIds", maxIds, 1, 100_000_000);
    }

    /**
     * The clock; the system's unless set. It should be the verifier's, or ids may be forgotten
     * while the verifier still accepts them.
     *
     * @param source tells which ids are past their end
     * @return this builder
     * @throws NullPointerException if {@code source} is null
     */
    public Builder withClock(InstantSource source) {
      clock = Objects.requireNonNull(source, "clock");
      return this;
    }

    /**
     * The guard.
     *
     * @return an empty, thread-safe guard
     */
    public InMemoryReplayGuard build() {
      return new InMemoryReplayGuard(maxIds, clock);
    }
  }
}
