package io.bartizan.integrity.replay;

import io.bartizan.core.Health;
import io.bartizan.core.HealthSource;
import io.bartizan.core.SecretBytes;
import io.bartizan.core.Ticker;
import io.bartizan.core.house.Require;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A guard in this JVM's memory, for one instance or for ids that only one instance sees.
 *
 * <p>It remembers at most a given number of ids, about 130 bytes each; ids past their end make room
 * once it is needed, and when there is none, the answer is {@link ReplayGuard.Use#UNDECIDED}: a
 * full guard refuses, it never forgets an id that could still be replayed. A use costs one SHA-256
 * and a logarithmic step under the lock of one of up to 64 stripes, which is never held around a
 * wait. Thread-safe.
 *
 * <pre>{@code
 * ReplayGuard once = InMemoryReplayGuard.of(1_000_000);
 * SignedValues resets =
 *     SignedValues.builder("password-reset", ring, Duration.ofMinutes(15)).withSingleUse(once).build();
 * }</pre>
 */
public final class InMemoryReplayGuard implements DeliveryGuard, HealthSource {

  private static final int MAX_STRIPES = 64;
  private static final int MIN_IDS_A_STRIPE = 64;

  /** A hundred years: below what a clock of nanoseconds holds. */
  private static final long LONGEST_MILLIS = TimeUnit.DAYS.toMillis(36_500);

  private final int maxIds;
  private final InstantSource clock;
  private final @Nullable Ticker ticker;
  private final byte[] salt = SecretBytes.random(16).exposedCopy();
  private final List<ReplayStripe> stripes;
  private final AtomicInteger size = new AtomicInteger();
  private final AtomicLong lastSweep = new AtomicLong(Long.MIN_VALUE);

  private InMemoryReplayGuard(int maxIds, InstantSource clock, @Nullable Ticker ticker) {
    this.maxIds = maxIds;
    this.clock = clock;
    this.ticker = ticker;
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
    long now = clock.millis();
    long nanos = nanos();
    long end = end(until);
    if (end <= now) {
      return Use.UNDECIDED;
    }
    RememberedId remembered = remembered(scope, id, end, now, nanos, null, 0);
    ReplayStripe stripe = stripe(remembered);
    Use use = stripe.use(remembered, now, nanos);
    if (use == Use.UNDECIDED) {
      makeRoom(stripe, now, nanos);
      use = stripe.use(remembered, now, nanos);
    }
    return use;
  }

  @Override
  public Begin begin(String scope, byte[] id, byte[] form, String holder, Duration lease) {
    HolderNames.require(holder, lease);
    long now = clock.millis();
    long nanos = nanos();
    long end = now + Math.max(1, lease.toMillis());
    RememberedId held = remembered(scope, id, end, now, nanos, holder, form(scope, form));
    ReplayStripe stripe = stripe(held);
    Begin begin = stripe.begin(held, now, nanos);
    if (begin == Begin.UNDECIDED) {
      makeRoom(stripe, now, nanos);
      begin = stripe.begin(held, now, nanos);
    }
    return begin;
  }

  @Override
  public boolean complete(String scope, byte[] id, byte[] form, String holder, Instant until) {
    Objects.requireNonNull(holder, "holder");
    long now = clock.millis();
    long nanos = nanos();
    RememberedId done = remembered(scope, id, end(until), now, nanos, null, form(scope, form));
    ReplayStripe stripe = stripe(done);
    if (stripe.complete(done)) {
      return true;
    }
    makeRoom(stripe, now, nanos);
    return stripe.complete(done);
  }

  @Override
  public boolean abandon(String scope, byte[] id, String holder) {
    Objects.requireNonNull(holder, "holder");
    RememberedId held = remembered(scope, id, 0, 0, 0, holder, 0);
    stripe(held).abandon(held);
    return true;
  }

  /** Where the wall clock jumps, this clock says how long an id has been kept. */
  private long nanos() {
    return ticker == null ? 0 : ticker.nanos();
  }

  private RememberedId remembered(
      String scope, byte[] id, long end, long now, long nanos, @Nullable String holder, long form) {
    ByteBuffer hash = ByteBuffer.wrap(ReplayId.hash(salt, scope, id));
    long left = Math.min(Math.max(0, end - now), LONGEST_MILLIS);
    long endNanos = ticker == null ? 0 : nanos + TimeUnit.MILLISECONDS.toNanos(left);
    return new RememberedId(hash.getLong(), hash.getLong(), end, endNanos, holder, form);
  }

  private long form(String scope, byte[] form) {
    return ByteBuffer.wrap(ReplayId.hash(salt, scope, form)).getLong();
  }

  private ReplayStripe stripe(RememberedId id) {
    return stripes.get(id.hashCode() & (stripes.size() - 1));
  }

  /** Forgets what is past its end: of all stripes once in a millisecond, else of this one. */
  private void makeRoom(ReplayStripe own, long now, long nanos) {
    if (lastSweep.getAndSet(now) == now) {
      own.forget(now, nanos);
    } else {
      stripes.forEach(each -> each.forget(now, nanos));
    }
  }

  private static long end(Instant until) {
    return until.isAfter(Instant.ofEpochMilli(Long.MAX_VALUE)) ? Long.MAX_VALUE : millis(until);
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
   * Whether there is room. Ids past their end don't count: they make room once it is needed.
   *
   * @return up; degraded from nine tenths; down when full, while everything is refused
   */
  @Override
  public Health health() {
    int most = maxIds - maxIds / 10;
    int kept = size();
    if (kept >= most) {
      long now = clock.millis();
      long nanos = nanos();
      kept = stripes.stream().mapToInt(each -> each.kept(now, nanos)).sum();
    }
    String detail = kept + " of " + maxIds + " ids remembered";
    if (kept >= maxIds) {
      return Health.down(detail);
    }
    return kept >= most ? Health.degraded(detail) : Health.up(detail);
  }

  @Override
  public String toString() {
    return "InMemoryReplayGuard[at most " + maxIds + " ids, refuses when full]";
  }

  /** The optional settings of {@link InMemoryReplayGuard}; not thread-safe. */
  public static final class Builder {
    private final int maxIds;
    private InstantSource clock = InstantSource.system();
    private @Nullable Ticker ticker = Ticker.system();

    private Builder(int maxIds) {
      this.maxIds = Require.within("maxIds", maxIds, 1, 100_000_000);
    }

    /**
     * The wall clock; the system's unless set. It should be the verifier's, or ids may be forgotten
     * while the verifier still accepts them. With a clock of one's own only that one counts, unless
     * {@link #withTicker} is called afterwards.
     *
     * @param source tells which ids are past their end
     * @return this builder
     * @throws NullPointerException if {@code source} is null
     */
    public Builder withClock(InstantSource source) {
      clock = Objects.requireNonNull(source, "clock");
      ticker = null;
      return this;
    }

    /**
     * The clock that never jumps; the JVM's unless set. An id is forgotten when its end has passed
     * by both clocks, and a lease is over by this one alone.
     *
     * @param monotonic tells how long ids have been kept
     * @return this builder
     * @throws NullPointerException if {@code monotonic} is null
     */
    public Builder withTicker(Ticker monotonic) {
      ticker = Objects.requireNonNull(monotonic, "monotonic");
      return this;
    }

    /**
     * The guard.
     *
     * @return an empty, thread-safe guard
     */
    public InMemoryReplayGuard build() {
      return new InMemoryReplayGuard(maxIds, clock, ticker);
    }
  }
}
