package io.bartizan.spiffe;

import io.bartizan.core.Health;
import io.bartizan.core.HealthSource;
import io.bartizan.core.Refusal;
import io.bartizan.core.house.Require;
import io.bartizan.core.house.Span;
import io.bartizan.mtls.Identity;
import io.bartizan.mtls.PushedMaterial;
import io.bartizan.mtls.TrustAnchors;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * A SPIFFE Workload API client: identity (X.509-SVID) and trust bundles of this process, streamed
 * from the agent of its machine into mutual TLS.
 *
 * <p>Each response of the agent is complete and becomes one push of key, chain and bundles, so that
 * a rotation is never half; contexts built of {@link #identity()} and {@link #anchors()} have
 * reloaded when it is done; one that can't take it, since a file of its own is away, is given it
 * again. A bundle vouches for its own trust domain alone. A trust domain that is no longer in a
 * response is no longer trusted, on new and resumed connections. Open ones stay, and each is told
 * to {@link io.bartizan.mtls.TlsListener#noLongerAccepted}.
 *
 * <p>A response that can't be used is refused as a whole with a {@link WorkloadReason}, and the
 * last good one keeps serving. So it does when the stream ends, when the agent restarts and when it
 * says that there is no identity any more, until the certificate's own end; {@link #health()} and
 * that of every context are degraded meanwhile. The stream is opened again after 200 ms, doubling
 * to 30 s, half of it by chance; after {@code InvalidArgument} it is not, as the standard advises.
 *
 * <p>Thread-safe. Two daemon threads run until {@link #close()}.
 *
 * <pre>{@code
 * WorkloadApi agent = WorkloadApi.of("unix:///run/spire/agent.sock");
 * ServerTls server = ServerTls.of(agent.identity(), agent.anchors(), PeerPolicy.trustDomain("prod.example"));
 * ClientTls client = ClientTls.of(agent.identity(), agent.anchors(),
 *     PeerPolicy.spiffeId("spiffe://partner.example/ns/pay/sa/api"));
 * }</pre>
 *
 * <p>Source: the SPIFFE standards <i>Workload API</i>, <i>Workload Endpoint</i> and
 * <i>X509-SVID</i>.
 */
public final class WorkloadApi implements HealthSource, AutoCloseable {

  private final Endpoint endpoint;
  private final AgentChannel agent;
  private final WorkloadFeed feed;
  private final PushedMaterial pushed;
  private final boolean hasIdentity;
  private final String settings;

  private WorkloadApi(
      Builder builder, AgentChannel agent, WorkloadFeed feed, PushedMaterial pushed) {
    endpoint = builder.endpoint;
    hasIdentity = builder.hasIdentity;
    settings = builder.toString();
    this.agent = agent;
    this.feed = feed;
    this.pushed = pushed;
  }

  /**
   * Connects with all defaults and waits up to 30 s for the first material.
   *
   * @param address {@code unix:} and an absolute path, or {@code tcp:} with a loopback IP address
   *     and a port
   * @return the source, with material
   * @throws NullPointerException if {@code address} is null
   * @throws IllegalArgumentException if {@code address} is of another form
   * @throws WorkloadApiException if no usable material came in time, or this thread was interrupted
   */
  public static WorkloadApi of(String address) {
    return builder(address).build();
  }

  /**
   * A builder for what is optional.
   *
   * @param address as for {@link #of}
   * @return a builder
   * @throws NullPointerException if {@code address} is null
   * @throws IllegalArgumentException if {@code address} is of another form
   */
  public static Builder builder(String address) {
    return new Builder(Endpoint.parse(address));
  }

  /**
   * The address that the environment variable {@code SPIFFE_ENDPOINT_SOCKET} names, for {@link
   * #builder}. Nothing else of this library reads it.
   *
   * @return the variable's value
   * @throws IllegalStateException if it is not set
   */
  public static String addressFromEnvironment() {
    return Endpoint.ofEnvironment(System.getenv(Endpoint.VARIABLE));
  }

  /**
   * Key and chain of this process, for a builder of {@link io.bartizan.mtls.ServerTls} or {@link
   * io.bartizan.mtls.ClientTls}; each push replaces what is behind it.
   *
   * @return always the same instance
   * @throws IllegalStateException if no identity is asked for ({@link Builder#withoutIdentity})
   */
  public Identity identity() {
    if (!hasIdentity) {
      throw new IllegalStateException(
          "this source was built withoutIdentity(): use ClientTls.anonymous(anchors(), policy)");
    }
    return pushed.identity();
  }

  /**
   * The bundles, each bound to its trust domain, for a builder of {@link
   * io.bartizan.mtls.ServerTls} or {@link io.bartizan.mtls.ClientTls}; each push replaces what is
   * behind it.
   *
   * @return always the same instance
   */
  public TrustAnchors anchors() {
    return pushed.anchors();
  }

  /**
   * The SPIFFE ID of this process, by the newest response.
   *
   * @return such as {@code spiffe://prod.example/ns/pay/sa/api}; empty if no identity is asked for
   */
  public Optional<String> spiffeId() {
    return Optional.ofNullable(feed.last().spiffeId());
  }

  /**
   * The trust domains that have a usable bundle in the newest response, this process' own among
   * them. A peer of any other is refused.
   *
   * @return an immutable set of names such as {@code prod.example}
   */
  public Set<String> trustDomains() {
    return feed.last().trustDomains();
  }

  /**
   * Why nothing new comes at present: the refusal of the last response, or why the stream ended.
   *
   * @return a refusal whose reason is a {@link WorkloadReason}; empty once good material came again
   */
  public Optional<Refusal> fault() {
    return Optional.ofNullable(feed.fault());
  }

  /**
   * Whether the agent renews what serves: degraded while it does not, when a bundle can't be used
   * and when nothing came for longer than the greatest age; down after {@link #close()} and once
   * the certificate ended.
   *
   * @return a state whose detail is safe to log
   */
  @Override
  public Health health() {
    return feed.health();
  }

  /**
   * Ends the stream and the threads, and waits up to some seconds for that. What was pushed keeps
   * serving until its end, and the health of the contexts is degraded. Further calls do nothing.
   */
  @Override
  public void close() {
    feed.closed();
    agent.close();
  }

  /** Address, settings and health; never the key. */
  @Override
  public String toString() {
    return "WorkloadApi[" + endpoint + ", " + settings + ", " + feed.health() + "]";
  }

  /** Options for a source. Not thread-safe. */
  public static final class Builder {

    private static final Duration MIN_DEADLINE = Duration.ofMillis(10);
    private static final Duration MAX_DEADLINE = Duration.ofHours(1);
    private static final Duration MIN_AGE = Duration.ofSeconds(1);
    private static final Duration MAX_AGE = Duration.ofDays(366);

    private final Endpoint endpoint;
    private Duration firstDeadline = Duration.ofSeconds(30);
    private @Nullable Duration maxAge;
    private @Nullable String hint;
    private boolean hasIdentity = true;
    private InstantSource clock = InstantSource.system();

    Builder(Endpoint endpoint) {
      this.endpoint = endpoint;
    }

    /**
     * How long {@link #build} waits for the first usable material; 30 s by default. Meanwhile the
     * agent is asked again, also when it knows no identity yet.
     *
     * @param deadline 10 ms to 1 hour
     * @return this builder
     * @throws IllegalArgumentException if {@code deadline} is out of range
     */
    public Builder withFirstDeadline(Duration deadline) {
      firstDeadline = Require.within("deadline", deadline, MIN_DEADLINE, MAX_DEADLINE);
      return this;
    }

    /**
     * How long after the last response health is degraded, since an agent may hang without ending
     * the stream. By default three quarters of the life of the first SVID: agents renew at half of
     * it. Without an identity there is no default.
     *
     * @param age 1 second to 366 days
     * @return this builder
     * @throws IllegalArgumentException if {@code age} is out of range
     */
    public Builder withMaxAge(Duration age) {
      maxAge = Require.within("age", age, MIN_AGE, MAX_AGE);
      return this;
    }

    /**
     * Which identity to use of several: the first with this hint, an operator's word such as {@code
     * internal}. By default the first of all, which is the standard's default identity.
     *
     * @param word the hint, equal in every character
     * @return this builder
     * @throws IllegalArgumentException if {@code word} is empty
     */
    public Builder withHint(String word) {
      if (word.isEmpty()) {
        throw new IllegalArgumentException("word is empty, a hint has at least one character");
      }
      hint = word;
      return this;
    }

    /**
     * Asks for the bundles alone ({@code FetchX509Bundles}), for clients that show no certificate:
     * {@code ClientTls.anonymous(agent.anchors(), policy)}.
     *
     * @return this builder
     */
    public Builder withoutIdentity() {
      hasIdentity = false;
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
     * Connects and waits for the first material.
     *
     * @return the source, with material
     * @throws WorkloadApiException if no usable material came in time, or this thread was
     *     interrupted; nothing is left running
     */
    public WorkloadApi build() {
      InstantSource now = clock;
      String word = hint;
      WorkloadFeed feed =
          new WorkloadFeed(
              hasIdentity
                  ? message -> WorkloadMaterial.ofSvids(message, word, now)
                  : message -> WorkloadMaterial.ofBundles(message, now),
              now,
              maxAge);
      AgentChannel agent = new AgentChannel(endpoint.address());
      Backoff backoff =
          new Backoff(Backoff.LONGEST, () -> ThreadLocalRandom.current().nextDouble());
      AgentStream stream =
          new AgentStream(agent, hasIdentity ? "FetchX509SVID" : "FetchX509Bundles", backoff, feed);
      boolean done = false;
      try {
        agent.worker().execute(stream::open);
        PushedMaterial pushed = feed.await(firstDeadline);
        done = true;
        return new WorkloadApi(this, agent, feed, pushed);
      } finally {
        if (!done) {
          feed.closed();
          agent.close();
        }
      }
    }

    /** The settings that matter for safety. */
    @Override
    public String toString() {
      return (hasIdentity ? "identity and bundles" : "bundles alone")
          + (hint == null ? "" : " of hint \"" + hint + "\"")
          + ", first deadline "
          + Span.exact(firstDeadline)
          + ", maxAge "
          + (maxAge == null ? "by default" : Span.exact(maxAge));
    }
  }
}
