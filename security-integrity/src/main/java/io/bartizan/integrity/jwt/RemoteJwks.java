package io.bartizan.integrity.jwt;

import io.bartizan.core.Health;
import io.bartizan.core.HealthSource;
import io.bartizan.core.Ticker;
import io.bartizan.core.house.Listeners;
import io.bartizan.core.house.Require;
import io.bartizan.core.house.Span;
import io.bartizan.integrity.IntegrityListener;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The keys of an issuer as a JWK set (JWKS), cached and refreshed. They come over HTTPS, from a
 * file that others replace, or from a {@link JwkSource}.
 *
 * <p>How it works: verification reads the last good set and never waits for it, as long as the
 * token names a key that is in it. A set older than the refresh time (or than its answer's {@code
 * Cache-Control} allows, if that is sooner) is fetched anew meanwhile, by the application's {@link
 * HttpClient} and its threads (or the source's). A token that names an unknown key may start a
 * fetch too, and waits for it; but there is one fetch at a time, and at most one in each interval
 * (from 1 second, doubled by each failure, to the interval that is set, while there are no keys),
 * so a flood of invented key ids costs the issuer nothing and callers with good tokens no time. Of
 * those who name unknown keys only 16 wait at once. If fetching fails, the last good set serves on
 * until it reaches its maximum age; then every token is refused. A token of an unknown key is
 * refused as {@link JwtReason#KEY_UNKNOWN} only if the last fetch brought the issuer's word; while
 * it fails or is on its way too long, as {@link JwtReason#KEYS_UNAVAILABLE}.
 *
 * <p>Left out of a set: secrets, private keys (whoever publishes one has lost it), weak and
 * malformed keys and keys for something else, one by one; the log, {@link #health}, {@link
 * #leftOut} and the listener say which and why. Thread-safe.
 *
 * <pre>{@code
 * RemoteJwks keys =
 *     RemoteJwks.builder(client, URI.create("https://issuer/jwks.json"))
 *         .withMaxAge(Duration.ofHours(1))
 *         .build();
 * }</pre>
 */
public final class RemoteJwks extends JwtKeys implements HealthSource, AutoCloseable {

  private final String name;
  private final @Nullable String issuer;
  private final CachedKeys.Limits limits;
  private final CachedKeys cache;

  private RemoteJwks(Builder builder) {
    name = builder.name;
    issuer = builder.discovers ? builder.name : null;
    limits = builder.limits();
    cache =
        new CachedKeys(
            name,
            limits,
            builder.transport(),
            builder.ticker,
            builder.listeners,
            builder.keyAddress != null);
  }

  /**
   * Keys at a URI, with all defaults.
   *
   * @param client the application's client, which follows no redirects, so that nobody but this URI
   *     is ever asked
   * @param uri where the issuer publishes its keys; {@code https} only
   * @return a source to close; keys are fetched anew after 5 minutes and believed for at most 1
   *     hour, with 30 seconds between two fetches, 5 seconds for each and at most 256 KiB
   * @throws IllegalArgumentException if the URI is not absolute {@code https}, holds a user name,
   *     or the client follows redirects
   */
  public static RemoteJwks of(HttpClient client, URI uri) {
    return builder(client, uri).build();
  }

  /**
   * Keys at a URI, with settings.
   *
   * @param client the application's client, as for {@link #of(HttpClient, URI)}
   * @param uri where the issuer publishes its keys; with {@link Builder#withDiscovery} the issuer
   * @return a builder, whose {@code build()} judges the URI
   * @throws IllegalArgumentException if the client follows redirects
   */
  public static Builder builder(HttpClient client, URI uri) {
    return new Builder(client, uri);
  }

  /**
   * Keys in a file that others replace, with all defaults.
   *
   * @param file a JWK set, which may come to be there later
   * @return a source to close; the file is read anew after 30 seconds, or for a token of an unknown
   *     key after 1 second, and believed for 1 hour after it was last read
   */
  public static RemoteJwks of(Path file) {
    return builder(file).build();
  }

  /**
   * Keys in a file that others replace, with settings.
   *
   * @param file a JWK set, which may come to be there later
   * @return a builder
   */
  public static Builder builder(Path file) {
    return new Builder(file.toString(), null, null, file)
        .withRefreshAfter(Duration.ofSeconds(30))
        .withMinInterval(Duration.ofSeconds(1));
  }

  /**
   * Keys from a source of the application's own, with all defaults.
   *
   * @param name what to call it in logs and metrics
   * @param source gets the set
   * @return a source to close, with the limits of {@link #of(HttpClient, URI)}
   * @throws IllegalArgumentException if the name is empty
   */
  public static RemoteJwks of(String name, JwkSource source) {
    return builder(name, source).build();
  }

  /**
   * Keys from a source of the application's own, with settings.
   *
   * @param name what to call it in logs and metrics
   * @param source gets the set
   * @return a builder
   * @throws IllegalArgumentException if the name is empty
   */
  public static Builder builder(String name, JwkSource source) {
    if (name.isEmpty()) {
      throw new IllegalArgumentException("name is empty");
    }
    return new Builder(name, null, Objects.requireNonNull(source, "source"), null);
  }

  /**
   * Fetches the keys if there are none, for an application that wants to start with them.
   *
   * @return whether there are keys now
   */
  public boolean load() {
    if (snapshot() == KeySnapshot.NONE) {
      boolean unused = awaitOthers();
    }
    return snapshot() != KeySnapshot.NONE;
  }

  @Override
  @Nullable String issuer() {
    return issuer;
  }

  @Override
  KeySnapshot snapshot() {
    return cache.snapshot();
  }

  @Override
  boolean awaitOthers() {
    return cache.awaitOthers();
  }

  @Override
  CompletableFuture<Boolean> othersArrive() {
    return cache.othersArrive();
  }

  /** Waits for the fetch that is on its way, if there is one; false if it does not end in time. */
  boolean awaitFetch(Duration limit) {
    return cache.awaitFetch(limit);
  }

  /**
   * Whether the keys are fresh. Needs no tokens to be true: keys that are due are fetched anew by
   * this call too, within the same least interval, and it never waits for them, so the next answer
   * tells what came. Asked at least once in each maximum age, a source that works is never other
   * than up after its first fetch.
   *
   * @return up while the last fetch succeeded; degraded while the last good set serves on after a
   *     failure, or where neither a token nor this call asked for longer than the maximum age,
   *     until the fetch that this call starts has ended; down without keys, or once fetching failed
   *     and they are older than the maximum
   */
  @Override
  public Health health() {
    return cache.health();
  }

  /** As {@link #health}, and fetches nothing. */
  Health state() {
    return cache.state();
  }

  boolean isFailing() {
    return cache.isFailing();
  }

  /** Ends: a fetch on its way is of no effect, and every token is refused from now on. */
  @Override
  public void close() {
    cache.close();
  }

  /** Where the keys come from and every limit. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "RemoteJwks[%s, refreshed after at most %s, believed for %s, %s between fetches, time-out %s,"
            + " at most %d bytes]",
        name,
        Span.exact(limits.refreshAfter()),
        Span.exact(limits.maxAge()),
        Span.exact(limits.minInterval()),
        Span.exact(limits.timeout()),
        limits.maxBytes());
  }

  /** The limits of a {@link RemoteJwks}. Not thread-safe. */
  public static final class Builder {

    private final String name;
    private final @Nullable HttpClient client;
    private final @Nullable JwkSource source;
    private final @Nullable Path file;
    private final Map<String, Supplier<String>> headers = new LinkedHashMap<>();
    private boolean discovers;
    private boolean plainOnLoopback;
    private boolean plain;
    private Duration refreshAfter = Duration.ofMinutes(5);
    private Duration maxAge = Duration.ofHours(1);
    private Duration minInterval = Duration.ofSeconds(30);
    private Duration timeout = Duration.ofSeconds(5);
    private int maxBytes = 256 * 1024;
    private Ticker ticker = Ticker.system();
    private Listeners<IntegrityListener> listeners = Listeners.none(IntegrityListener.class);
    private final Set<String> headerOrigins = new HashSet<>();
    private @Nullable Predicate<URI> keyAddress;

    private Builder(HttpClient client, URI uri) {
      this(uri.toString(), Objects.requireNonNull(client, "client"), null, null);
      if (client.followRedirects() != HttpClient.Redirect.NEVER) {
        throw new IllegalArgumentException(
            "client follows redirects " + client.followRedirects() + ", NEVER is accepted");
      }
    }

    private Builder(
        String name, @Nullable HttpClient client, @Nullable JwkSource source, @Nullable Path file) {
      this.name = name;
      this.client = client;
      this.source = source;
      this.file = file;
    }

    private CachedKeys.Limits limits() {
      return new CachedKeys.Limits(refreshAfter, maxAge, minInterval, timeout, maxBytes);
    }

    private KeyTransport transport() {
      if (client != null) {
        return new HttpKeys(
            client,
            URI.create(name),
            discovers,
            maxBytes,
            headers,
            headerOrigins,
            KeyAddress.accepted(plain, plainOnLoopback, keyAddress));
      }
      return source != null
          ? KeyTransport.of(source, maxBytes)
          : KeyTransport.of(Objects.requireNonNull(file, "file"), maxBytes);
    }

    /**
     * Reads {@code <uri>/.well-known/openid-configuration} first (OpenID Connect Discovery 1.0), at
     * each fetch: the URI is the issuer, the document must be of the very same issuer, and its
     * {@code jwks_uri} says where the keys are. {@link TrustedIssuer} then takes these keys for
     * that issuer alone.
     *
     * @return this
     */
    public Builder withDiscovery() {
      requireHttp("discovery");
      this.discovers = true;
      return this;
    }

    /**
     * A field of each request, such as a {@code User-Agent} that a gateway wants. With {@link
     * #withDiscovery} it goes to the issuer's origin and those of {@link #withHeadersAlsoTo} alone.
     *
     * @param field the field's name
     * @param value its value
     * @return this
     * @throws IllegalArgumentException if HTTP or the JDK's client allows no such field or value
     */
    public Builder withHeader(String field, String value) {
      HttpKeys.setField(HttpRequest.newBuilder(), field, value);
      return withHeader(field, () -> value);
    }

    /**
     * A field of each request whose value is asked for each time, such as an {@code Authorization}
     * that expires. A supplier that throws is a fetch that failed.
     *
     * @param field the field's name
     * @param value gives its value; must not wait for long
     * @return this
     * @throws IllegalArgumentException if HTTP or the JDK's client allows no such field
     */
    public Builder withHeader(String field, Supplier<String> value) {
      requireHttp("header");
      HttpRequest.Builder unused = HttpRequest.newBuilder().header(field, "x");
      headers.put(field, Objects.requireNonNull(value, "value"));
      return this;
    }

    /**
     * Sends the fields of {@link #withHeader} to another origin too, if an issuer's document names
     * it for the keys: Kubernetes may name the API server's own address.
     *
     * @param origin scheme, host and port; a path does not matter
     * @return this
     * @throws IllegalArgumentException if it is not an address that keys may come from
     */
    public Builder withHeadersAlsoTo(URI origin) {
      requireHttp("header");
      headerOrigins.add(HttpKeys.checkedOrigin(origin));
      return this;
    }

    /**
     * Takes {@code http} too where the URI's host is this machine ({@code localhost}, {@code
     * 127.0.0.1}, {@code [::1]}), for development and sidecars.
     *
     * @return this
     */
    public Builder plainHttpOnLoopback() {
      requireHttp("plain http");
      this.plainOnLoopback = true;
      return this;
    }

    /**
     * Takes {@code http} from any host: whoever is on the way there can put his own keys into the
     * set, and then sign tokens that this verifier believes.
     *
     * @return this
     */
    public Builder plainHttp() {
      requireHttp("plain http");
      this.plain = true;
      return this;
    }

    /** Of an issuer that a token named: no line in the log as long as its keys never came. */
    Builder ofNewIssuer(Predicate<URI> mayPublish) {
      this.keyAddress = mayPublish;
      return this;
    }

    private void requireHttp(String what) {
      if (client == null) {
        throw new IllegalArgumentException("a " + what + " is for keys at a URI, not for " + name);
      }
    }

    /**
     * After how long keys are fetched anew, while the old ones serve on. An answer whose {@code
     * Cache-Control} asks for less is fetched anew sooner, but never within the least interval; one
     * that allows more is not believed for longer.
     *
     * @param age 1 second to 1 day; 5 minutes unless set
     * @return this
     * @throws IllegalArgumentException if it is out of range
     */
    public Builder withRefreshAfter(Duration age) {
      this.refreshAfter =
          Require.within("refreshAfter", age, Duration.ofSeconds(1), Duration.ofDays(1));
      return this;
    }

    /**
     * How long keys are believed if they can't be fetched anew: so long can a key that the issuer
     * has withdrawn still verify.
     *
     * @param age 1 second to 7 days; 1 hour unless set
     * @return this
     * @throws IllegalArgumentException if it is out of range
     */
    public Builder withMaxAge(Duration age) {
      this.maxAge = Require.within("maxAge", age, Duration.ofSeconds(1), Duration.ofDays(7));
      return this;
    }

    /**
     * The least time between the starts of two fetches.
     *
     * @param interval 1 second to 1 hour; 30 seconds unless set
     * @return this
     * @throws IllegalArgumentException if it is out of range
     */
    public Builder withMinInterval(Duration interval) {
      this.minInterval =
          Require.within("minInterval", interval, Duration.ofSeconds(1), Duration.ofHours(1));
      return this;
    }

    /**
     * The most time for one fetch, from the connection to the last byte.
     *
     * @param limit 10 milliseconds to 1 minute; 5 seconds unless set
     * @return this
     * @throws IllegalArgumentException if it is out of range
     */
    public Builder withTimeout(Duration limit) {
      this.timeout = Require.within("timeout", limit, Duration.ofMillis(10), Duration.ofMinutes(1));
      return this;
    }

    /**
     * The largest set that is read.
     *
     * @param bytes 1024 to 4 194 304; 262 144 unless set
     * @return this
     * @throws IllegalArgumentException if it is out of range
     */
    public Builder withMaxBytes(int bytes) {
      this.maxBytes = Require.within("maxBytes", bytes, 1024, 1 << 22);
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
     * Who hears that keys changed or could not be fetched; nobody unless set.
     *
     * @param listener is called on a thread of the client
     * @return this
     */
    public Builder withListener(IntegrityListener listener) {
      listeners = listeners.and(listener);
      return this;
    }

    /**
     * The keys; the first fetch begins with the first token, with {@link RemoteJwks#load} or with
     * {@link RemoteJwks#health}.
     *
     * @return thread-safe; the application closes it when it stops
     * @throws IllegalArgumentException if keys would be too old before they may be fetched anew, or
     *     the URI is not absolute {@code https} or holds a user name
     */
    public RemoteJwks build() {
      String problem =
          client == null ? null : KeyAddress.problem(URI.create(name), plain, plainOnLoopback);
      if (problem != null) {
        throw new IllegalArgumentException(problem);
      }
      requireOlder("refreshAfter", refreshAfter);
      requireOlder("minInterval", minInterval);
      return new RemoteJwks(this);
    }

    private void requireOlder(String name, Duration other) {
      if (maxAge.compareTo(other) <= 0) {
        String age = "maxAge is " + Span.exact(maxAge) + ", more than ";
        throw new IllegalArgumentException(age + name + " " + Span.exact(other) + " is accepted");
      }
    }
  }
}
