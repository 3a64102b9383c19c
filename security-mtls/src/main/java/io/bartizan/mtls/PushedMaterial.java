package io.bartizan.mtls;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.bartizan.core.Health;
import io.bartizan.core.HealthSource;
import io.bartizan.core.SafeText;
import io.bartizan.core.house.Require;
import io.bartizan.core.house.Span;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collections;
import java.util.Objects;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Identity and trust anchors that a process gets pushed, as from a SPIFFE Workload API or a secret
 * store, and no file holds.
 *
 * <p>Both are pushed together and taken together, so that a generation never has the key of one
 * push and the anchors of another. Every {@link MutualTls} that was built of {@link #identity()} or
 * {@link #anchors()} reloads within {@link #push}; what can't be used leaves the last good
 * generation serving, which log, {@link TlsListener} and {@link MutualTls#health()} tell. A context
 * is held weakly: as long as the application holds it, its {@code SSLContext} or a manager of it.
 * Thread-safe.
 *
 * <pre>{@code
 * PushedMaterial pushed = PushedMaterial.of(Identity.of(key, chain), TrustAnchors.of(roots).forTrustDomain("prod.example"));
 * ServerTls server = ServerTls.of(pushed.identity(), pushed.anchors(), PeerPolicy.trustDomain("prod.example"));
 * pushed.push(Identity.of(nextKey, nextChain), TrustAnchors.of(nextRoots).forTrustDomain("prod.example"));
 * }</pre>
 */
public final class PushedMaterial implements HealthSource {

  private static final Logger LOG = LoggerFactory.getLogger("io.bartizan.mtls");

  private static final int MAX_WHY = 200;

  /** How long a push waits, for all contexts together, until reloads that are under way end. */
  private static final Duration MAX_WAIT = Duration.ofSeconds(10);

  private final Identity identity = Identity.pushed(this);
  private final TrustAnchors anchors = TrustAnchors.pushed(this);
  private final InstantSource clock;
  private final @Nullable Duration maxAge;
  private final Set<Follower> users =
      Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));
  private final AtomicLong pushes = new AtomicLong();
  private volatile Push last;
  private volatile @Nullable Stall stall;

  /** What is built of the material. */
  interface Follower {
    /**
     * A reload whose fault is told by log, listener and health alone; false if there was one, or if
     * another reload did not end within {@code patience}, which then reads again.
     */
    boolean reloadQuietly(Duration patience);
  }

  /** What came together. */
  record Push(long number, Identity identity, TrustAnchors anchors, Instant at) {}

  /** Why nothing comes any more. */
  private record Stall(String why, Instant since) {}

  private PushedMaterial(Builder builder) {
    clock = builder.clock;
    maxAge = builder.maxAge;
    last = new Push(0, builder.identity, builder.anchors, clock.instant());
  }

  /**
   * With all defaults: the material has no greatest age but its certificates' own.
   *
   * @param identity the first key and chain
   * @param anchors the first anchors
   * @return material to build contexts of
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if an argument is pushed itself
   */
  public static PushedMaterial of(Identity identity, TrustAnchors anchors) {
    return builder(identity, anchors).build();
  }

  /**
   * A builder for what is optional.
   *
   * @param identity the first key and chain
   * @param anchors the first anchors
   * @return a builder
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if an argument is pushed itself
   */
  public static Builder builder(Identity identity, TrustAnchors anchors) {
    return new Builder(identity, anchors);
  }

  private static void refusePushed(Identity identity, TrustAnchors anchors) {
    Objects.requireNonNull(identity, "identity");
    Objects.requireNonNull(anchors, "anchors");
    if (!identity.feeds().isEmpty() || !anchors.feeds().isEmpty()) {
      throw new IllegalArgumentException(
          "identity is "
              + identity
              + " and anchors are "
              + anchors
              + ", what is pushed itself is not accepted");
    }
  }

  /**
   * The identity of the last push, for a builder of {@link ServerTls} or {@link ClientTls}.
   *
   * @return always the same instance
   */
  public Identity identity() {
    return identity;
  }

  /**
   * The anchors of the last push, for a builder of {@link ServerTls} or {@link ClientTls}. Which of
   * them are bound to a trust domain, each push says.
   *
   * @return always the same instance
   */
  public TrustAnchors anchors() {
    return anchors;
  }

  /**
   * Replaces identity and anchors and reloads every context that was built of them, in this thread;
   * it waits for a reload of theirs that is under way, 10 seconds for all together, and not at all
   * if this thread is interrupted: a context whose reload hangs longer reports {@link
   * MaterialReason#RELOAD_BUSY} and takes the push when that ends. Chains and anchors may have 4
   * MiB together. The same material pushed again publishes nothing, and says that the source is
   * alive.
   *
   * @param next key and chain
   * @param nextAnchors who may vouch for peers
   * @return whether every context could use it; one that could not keeps its last good generation,
   *     and its health says why
   * @throws NullPointerException if an argument is null; nothing is replaced
   * @throws IllegalArgumentException if an argument is pushed itself; nothing is replaced
   */
  @CanIgnoreReturnValue
  public boolean push(Identity next, TrustAnchors nextAnchors) {
    return push(next, nextAnchors, MAX_WAIT);
  }

  /** {@code patience} is for all contexts together. */
  @CanIgnoreReturnValue
  boolean push(Identity next, TrustAnchors nextAnchors, Duration patience) {
    refusePushed(next, nextAnchors);
    last = new Push(pushes.incrementAndGet(), next, nextAnchors, clock.instant());
    Stall before = stall;
    stall = null;
    if (before != null) {
      LOG.info("material is pushed again; its source was stalled since {}", before.since());
    }
    boolean all = true;
    long end = System.nanoTime() + patience.toNanos();
    for (Follower user : users.toArray(Follower[]::new)) {
      all &= user.reloadQuietly(Duration.ofNanos(Math.max(0, end - System.nanoTime())));
    }
    return all;
  }

  /**
   * Says that nothing comes any more, as when the connection to the source is lost: health is
   * degraded until the next push. What was pushed keeps serving.
   *
   * @param why for log and health, safe to show; 200 characters are kept
   * @throws NullPointerException if {@code why} is null
   */
  public void stalled(String why) {
    String safe = SafeText.of(why, MAX_WHY);
    Stall before = stall;
    stall = new Stall(safe, before == null ? clock.instant() : before.since());
    if (before == null) {
      LOG.warn("the source of pushed material is stalled: {}", safe);
    }
  }

  /**
   * When the last push came.
   *
   * @return by the clock of the builder
   */
  public Instant pushedAt() {
    return last.at();
  }

  /**
   * Whether the source is alive: degraded once {@link #stalled} was said or the last push is older
   * than the greatest age, until the next push. It is part of the health of every context.
   *
   * @return a state whose detail is safe to log
   */
  @Override
  public Health health() {
    Instant now = clock.instant();
    Duration age = Duration.between(last.at(), now);
    String state = "pushed material of age " + Span.rough(age);
    Stall stalled = stall;
    if (stalled != null) {
      return Health.degraded(
          state + "; its source is stalled since " + stalled.since() + ": " + stalled.why());
    }
    return maxAge != null && age.compareTo(maxAge) > 0
        ? Health.degraded(
            state + ", at most " + Span.exact(maxAge) + " is expected between two pushes")
        : Health.up(state);
  }

  /** Health in words; never the key. */
  @Override
  public String toString() {
    return "PushedMaterial["
        + last.identity()
        + ", "
        + last.anchors()
        + ", "
        + (maxAge == null ? "any age" : "at most " + Span.exact(maxAge) + " old")
        + "]";
  }

  Push last() {
    return last;
  }

  /** Whether nothing was pushed since; by number, since two pushes may be equal. */
  boolean isLast(Push one) {
    return last.number() == one.number();
  }

  /** From now on each push reloads these; a push that they have missed does so at once. */
  void reloads(Follower user) {
    users.add(user);
    boolean unused = user.reloadQuietly(MAX_WAIT);
  }

  void release(Follower user) {
    users.remove(user);
  }

  /** Options for pushed certificates and keys. Not thread-safe. */
  public static final class Builder {

    private static final Duration MIN_AGE = Duration.ofSeconds(1);
    private static final Duration MAX_AGE = Duration.ofDays(366);

    private final Identity identity;
    private final TrustAnchors anchors;
    private InstantSource clock = InstantSource.system();
    private @Nullable Duration maxAge;

    Builder(Identity identity, TrustAnchors anchors) {
      refusePushed(identity, anchors);
      this.identity = identity;
      this.anchors = anchors;
    }

    /**
     * How long after the last push health is degraded, since the source may have died in silence.
     *
     * @param age 1 second to 366 days; half the life of a certificate suits a source that renews
     * @return this builder
     * @throws IllegalArgumentException if {@code age} is out of range
     */
    public Builder withMaxAge(Duration age) {
      maxAge = Require.within("age", age, MIN_AGE, MAX_AGE);
      return this;
    }

    /**
     * Takes the wall time from elsewhere, for tests.
     *
     * @param source the clock
     * @return this builder
     * @throws NullPointerException if {@code source} is null
     */
    public Builder withClock(InstantSource source) {
      clock = Objects.requireNonNull(source, "source");
      return this;
    }

    /**
     * Nothing is loaded or checked before a context is built of it.
     *
     * @return material to build contexts of
     */
    public PushedMaterial build() {
      return new PushedMaterial(this);
    }
  }
}
