package io.bartizan.integrity.jwt;

import io.bartizan.core.Health;
import io.bartizan.core.HealthSource;
import io.bartizan.core.SafeText;
import io.bartizan.core.Ticker;
import io.bartizan.core.VerificationException;
import io.bartizan.core.house.Listeners;
import io.bartizan.core.house.Require;
import io.bartizan.core.house.Span;
import io.bartizan.integrity.IntegrityListener;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The keys of issuers that appear at run time, such as the tenants of a provider, inside an
 * allowlist. The allowlist is a set, a predicate of the application, or a template.
 *
 * <p>How it works: a token's {@code iss}, which nobody has verified yet, chooses one of the allowed
 * issuers and nothing else; any other name, and any other spelling than scheme, host in small
 * letters, port and plain path, is refused as {@link JwtReason#ISSUER_MISMATCH} and nobody is
 * asked. A new issuer's discovery document is read, which must be of that very issuer, and then its
 * keys, from the same host, by the rules of {@link RemoteJwks}. They verify tokens of that issuer
 * and of no other.
 *
 * <p>Whoever can guess a template can name tenants that do not exist. So few new issuers are asked
 * at a time, one that failed is left alone for a while, and the others wait for their turn: next is
 * the name that tokens asked for most often, since an invented one is asked for once. Their tokens
 * are {@link JwtReason#KEYS_UNAVAILABLE} meanwhile. Issuers of whom a token has verified have
 * places of their own, which neither names that nobody answers for nor issuers without a token can
 * take. No call waits for longer than the time-out of one fetch, and at most 64 wait for new
 * issuers at once. Thread-safe.
 *
 * <pre>{@code
 * RemoteIssuers tenants = RemoteIssuers.of(client, issuer -> customers.hasIssuer(issuer));
 * JwtVerifier api = JwtVerifier.of(TrustedIssuer.of(tenants, JwsAlgorithm.RS256), "my-api");
 * }</pre>
 */
public final class RemoteIssuers extends JwtKeys implements HealthSource, AutoCloseable {

  private static final int MAX_WAITING = 64;

  private final IssuerAllowlist allowlist;
  private final Tenants.Limits limits;
  private final Tenants tenants;
  private final Semaphore waiting = new Semaphore(MAX_WAITING);
  private final AtomicInteger pending = new AtomicInteger();

  private RemoteIssuers(Builder builder) {
    allowlist = builder.allowlist;
    limits = new Tenants.Limits(builder.maxIssuers, builder.maxTried, builder.failedFor);
    tenants = new Tenants(limits, builder.ticker, builder.maker());
  }

  /**
   * Issuers that a template makes, with all defaults. The application must know that each tenant of
   * that provider is welcome, whoever opened it; else give a predicate.
   *
   * @param client the application's client, which follows no redirects
   * @param template an issuer with {@code {tenant}} once, as a whole segment of the path or as the
   *     first label of the host; a tenant is 1 to 64 letters, digits, {@code -} and {@code _}, and
   *     begins with a letter or digit
   * @return a source to close: 1000 issuers, 16 new ones at a time, and one that failed is left
   *     alone for 30 seconds
   * @throws IllegalArgumentException if the template is of another form or not {@code https}, or
   *     the client follows redirects
   */
  public static RemoteIssuers of(HttpClient client, String template) {
    return builder(client, template).build();
  }

  /**
   * Issuers that configuration lists, with all defaults.
   *
   * @param client the application's client, which follows no redirects
   * @param issuers all that are allowed; none is asked before a token names it
   * @return a source to close, with the limits of {@link #of(HttpClient, String)}
   * @throws IllegalArgumentException if there are none, one is of another spelling than {@code
   *     https}, host in small letters, port and plain path, or the client follows redirects
   */
  public static RemoteIssuers of(HttpClient client, Set<String> issuers) {
    return builder(client, issuers).build();
  }

  /**
   * Issuers that the application knows, with all defaults.
   *
   * @param client the application's client, which follows no redirects
   * @param allowed says whether an issuer is allowed; asked for each token that names a URI of the
   *     one plain spelling, so it must be quick, and it should know names and not patterns. It may
   *     change its mind: a name is refused from then on. If it throws, the token is {@link
   *     JwtReason#KEYS_UNAVAILABLE}
   * @return a source to close, with the limits of {@link #of(HttpClient, String)}
   * @throws IllegalArgumentException if the client follows redirects
   */
  public static RemoteIssuers of(HttpClient client, Predicate<String> allowed) {
    return builder(client, allowed).build();
  }

  /**
   * Issuers that a template makes, with settings.
   *
   * @param client the application's client, which follows no redirects
   * @param template as for {@link #of(HttpClient, String)}
   * @return a builder
   * @throws IllegalArgumentException if the template is of another form
   */
  public static Builder builder(HttpClient client, String template) {
    return new Builder(client, IssuerAllowlist.parse(template));
  }

  /**
   * Issuers that configuration lists, with settings.
   *
   * @param client the application's client, which follows no redirects
   * @param issuers as for {@link #of(HttpClient, Set)}
   * @return a builder
   * @throws IllegalArgumentException if there are none or one is of another spelling
   */
  public static Builder builder(HttpClient client, Set<String> issuers) {
    return new Builder(client, IssuerAllowlist.of(issuers));
  }

  /**
   * Issuers that the application knows, with settings.
   *
   * @param client the application's client, which follows no redirects
   * @param allowed as for {@link #of(HttpClient, Predicate)}
   * @return a builder
   */
  public static Builder builder(HttpClient client, Predicate<String> allowed) {
    return new Builder(client, IssuerAllowlist.of(allowed));
  }

  /**
   * Fetches the keys of an issuer if they are not there, for an application that knows some of its
   * tenants beforehand or has just met one; whatever failed before and however many others wait.
   *
   * @param issuer one of the allowed issuers
   * @return whether its keys are there now
   * @throws IllegalArgumentException if the issuer is not allowed
   */
  public boolean load(String issuer) {
    if (!allows(issuer)) {
      throw new IllegalArgumentException(
          "issuer is " + SafeText.of(issuer) + ", " + describe() + " are accepted");
    }
    try {
      return tenants.insist(issuer).keys.load();
    } catch (VerificationException e) {
      return false;
    }
  }

  /** The issuer with its keys; null if it is not allowed. */
  Tenants.@Nullable Tenant find(String issuer) {
    return allows(issuer) ? tenants.find(issuer) : null;
  }

  boolean allows(String issuer) {
    return allowlist.allows(issuer);
  }

  /** A token of this issuer verified. */
  void verified(Tenants.Tenant tenant) {
    tenants.verified(tenant);
  }

  private String describe() {
    return allowlist.description();
  }

  /** Waits for the keys of one of the issuers; of those who wait for a new one only so many. */
  boolean awaitOthers(JwtKeys keys) {
    if (keys.snapshot() != KeySnapshot.NONE) {
      return keys.awaitOthers();
    }
    if (!waiting.tryAcquire()) {
      return false;
    }
    try {
      return keys.awaitOthers();
    } finally {
      waiting.release();
    }
  }

  /** As {@link #awaitOthers(JwtKeys)}, waiting for nothing. */
  CompletableFuture<Boolean> othersArrive(JwtKeys keys) {
    if (pending.incrementAndGet() > JwksFetcher.MAX_PENDING) {
      pending.decrementAndGet();
      return CompletableFuture.completedFuture(false);
    }
    return keys.othersArrive().whenComplete((lastWord, problem) -> pending.decrementAndGet());
  }

  @Override
  String issuer() {
    return describe();
  }

  /** None: only the issuers have keys. */
  @Override
  KeySnapshot snapshot() {
    return KeySnapshot.NONE;
  }

  @Override
  boolean awaitOthers() {
    return true;
  }

  @Override
  CompletableFuture<Boolean> othersArrive() {
    return CompletableFuture.completedFuture(true);
  }

  /**
   * Whether the keys of the issuers that work are fresh. Names that nobody answers for are counted
   * and change no status, since whoever sends tokens can invent them.
   *
   * @return up while each one's last fetch succeeded; degraded while that of some did not; down
   *     once it is closed. The text has counts and one problem, whatever the number of issuers
   */
  @Override
  public Health health() {
    if (tenants.isClosed()) {
      return Health.down("closed");
    }
    long failing = tenants.failing();
    int[] counts = tenants.counts();
    String detail =
        counts[0]
            + " issuers with keys, "
            + counts[1]
            + " of them with a token"
            + (failing == 0 ? "" : ", " + failing + " of these not fresh")
            + tenants.failures();
    return failing == 0 ? Health.up(detail) : Health.degraded(detail);
  }

  /** Ends: every token of these issuers is refused from now on. */
  @Override
  public void close() {
    tenants.close();
  }

  /** What is allowed and every limit. */
  @Override
  public String toString() {
    return "RemoteIssuers["
        + SafeText.of(describe())
        + ", at most "
        + limits.maxIssuers()
        + ", "
        + limits.maxTried()
        + " new ones at a time, failed for "
        + Span.exact(limits.failedFor())
        + "]";
  }

  /** The limits of a {@link RemoteIssuers}. Not thread-safe. */
  public static final class Builder {

    private final HttpClient client;
    private final IssuerAllowlist allowlist;
    private int maxIssuers = 1_000;
    private int maxTried = 16;
    private Duration failedFor = Duration.ofSeconds(30);
    private final Set<String> keyHosts = new HashSet<>();
    private UnaryOperator<RemoteJwks.Builder> settings = keys -> keys;
    private Ticker ticker = Ticker.system();
    private Listeners<IntegrityListener> listeners = Listeners.none(IntegrityListener.class);

    private Builder(HttpClient client, IssuerAllowlist allowlist) {
      this.client = Objects.requireNonNull(client, "client");
      this.allowlist = allowlist;
    }

    /** Listeners hear of all issuers under the one name that configuration gave. */
    private Function<String, RemoteJwks> maker() {
      String name = allowlist.description();
      Listeners<IntegrityListener> told = listeners;
      UnaryOperator<RemoteJwks.Builder> changes = settings;
      Ticker clock = ticker;
      IntegrityListener renamed =
          new IntegrityListener() {
            @Override
            public void keysChanged(String source, int usable, List<String> leftOut) {
              told.tell(listener -> listener.keysChanged(name, usable, leftOut));
            }

            @Override
            public void keysFailed(String source, Health health) {
              told.tell(listener -> listener.keysFailed(name, health));
            }
          };
      Set<String> hosts = Set.copyOf(keyHosts);
      return issuer -> {
        URI uri = URI.create(issuer);
        RemoteJwks.Builder keys = RemoteJwks.builder(client, uri).withTicker(clock);
        if (changes.apply(keys) != keys) {
          throw new IllegalArgumentException("the settings of keys give another builder");
        }
        return keys.withDiscovery()
            .withListener(renamed)
            .ofNewIssuer(
                where ->
                    hosts.contains(where.getHost())
                        || String.valueOf(uri.getRawAuthority()).equals(where.getRawAuthority()))
            .build();
      };
    }

    /**
     * Another host that may publish keys, where it is not the issuer's own: a discovery document of
     * a run-time issuer may be written by somebody who wants requests sent elsewhere.
     *
     * @param host such as {@code www.googleapis.com}; small letters, at any port
     * @return this
     * @throws IllegalArgumentException if it is no host's name
     */
    public Builder withKeyHost(String host) {
      if (!host.matches("[a-z0-9]([a-z0-9.-]*[a-z0-9])?")) {
        throw new IllegalArgumentException(
            "host is " + SafeText.of(host) + ", a name of small letters, digits, . and -");
      }
      keyHosts.add(host);
      return this;
    }

    /**
     * The most issuers of whom a token has verified and whose keys are kept; beyond them the one
     * whose last token is longest ago is forgotten, and asked anew when it is named again. Besides
     * them keys of at most 256 issuers without such a token are kept.
     *
     * @param issuers 1 to 100 000; 1000 unless set. Each takes about 2 kB and 1 kB a key
     * @return this
     * @throws IllegalArgumentException if it is out of range
     */
    public Builder withMaxIssuers(int issuers) {
      this.maxIssuers = Require.within("maxIssuers", issuers, 1, 100_000);
      return this;
    }

    /**
     * The most new issuers whose keys are asked for at once. One that failed counts for a second
     * more, so that invented tenants cost the provider at most so many requests a second.
     *
     * @param issuers 1 to 1000; 16 unless set
     * @return this
     * @throws IllegalArgumentException if it is out of range
     */
    public Builder withMaxNewIssuers(int issuers) {
      this.maxTried = Require.within("maxNewIssuers", issuers, 1, 1_000);
      return this;
    }

    /**
     * For how long a new issuer whose keys could not be got is left alone; at most 10 000 names are
     * remembered.
     *
     * @param pause 1 second to 1 day; 30 seconds unless set
     * @return this
     * @throws IllegalArgumentException if it is out of range
     */
    public Builder withFailedFor(Duration pause) {
      this.failedFor =
          Require.within("failedFor", pause, Duration.ofSeconds(1), Duration.ofDays(1));
      return this;
    }

    /**
     * How each issuer's keys are fetched: time-out, ages, headers, plain http for development.
     *
     * @param changes changes the builder of one issuer's keys and returns the same; what it adds as
     *     a listener hears names that tokens chose
     * @return this
     */
    public Builder withKeySettings(UnaryOperator<RemoteJwks.Builder> changes) {
      this.settings = Objects.requireNonNull(changes, "changes");
      return this;
    }

    /**
     * The clock of ages and intervals.
     *
     * @param monotonic the JVM's unless set
     * @return this
     */
    public Builder withTicker(Ticker monotonic) {
      this.ticker = Objects.requireNonNull(monotonic, "monotonic");
      return this;
    }

    /**
     * Who hears that an issuer's keys changed or could not be fetched; nobody unless set.
     *
     * @param listener is told the template or {@code the application's issuers}, and never a name
     *     that a token chose
     * @return this
     */
    public Builder withListener(IntegrityListener listener) {
      listeners = listeners.and(listener);
      return this;
    }

    /**
     * The issuers; none is asked before a token names it, or {@link RemoteIssuers#load} does.
     *
     * @return thread-safe; the application closes it when it stops
     * @throws IllegalArgumentException if the template is not {@code https}, the client follows
     *     redirects, or the settings of keys contradict each other
     */
    public RemoteIssuers build() {
      maker().apply(allowlist.sample()).close(); // judged here, and not when a token comes
      return new RemoteIssuers(this);
    }
  }
}
