package io.bartizan.integrity.jwt;

import io.bartizan.core.Health;
import io.bartizan.core.Ticker;
import io.bartizan.integrity.json.JsonValue;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys that an issuer publishes as a JWK set over HTTPS.
 *
 * <p>How it works: verification reads the last good set and never waits for it, as long as the
 * token names a key that is in it. A set older than the refresh time is fetched anew meanwhile, by
 * the application's {@link HttpClient} and its threads. A token that names an unknown key may start
 * a fetch too, and waits for it; but there is one fetch at a time, and at most one in each interval
 * (from 1 second, doubled by each failure, to the interval that is set, while there are no keys),
 * so a flood of invented key ids costs the issuer nothing and callers with good tokens no time. Of
 * those who name unknown keys only {@value #MAX_WAITING} wait at once. If fetching fails, the last
 * good set serves on until it reaches its maximum age; then every token is refused.
 *
 * <p>Left out of a fetched set: secrets, private keys (whoever publishes one has lost it), weak
 * keys and keys for something else; {@link #health} tells how many. Thread-safe.
 *
 * <pre>{@code
 * RemoteJwks keys =
 *     RemoteJwks.of(client, URI.create("https://issuer/jwks.json"))
 *         .withMaxAge(Duration.ofHours(1))
 *         .build();
 * }</pre>
 */
public final class RemoteJwks extends JwtKeys implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(RemoteJwks.class);
  private static final int MAX_WAITING = 16;
  private static final int MAX_KEYS = 100;

  /** A set and when it was got. */
  private record Fetched(KeySnapshot keys, long atNanos, int leftOut) {}

  private final HttpClient client;
  private final URI uri;
  private final long refreshNanos;
  private final long maxAgeNanos;
  private final long intervalNanos;
  private final Duration timeout;
  private final int maxBytes;
  private final Ticker ticker;

  private final AtomicReference<@Nullable CompletableFuture<Boolean>> flight =
      new AtomicReference<>();
  private final AtomicInteger waiting = new AtomicInteger();
  private volatile @Nullable Fetched fetched;
  private volatile long nextFetchNanos;
  private volatile int failures;
  private volatile String lastProblem = "nothing was fetched yet";
  private volatile boolean closed;

  private RemoteJwks(Builder builder) {
    this.client = builder.client;
    this.uri = builder.uri;
    this.refreshNanos = builder.refreshAfter.toNanos();
    this.maxAgeNanos = builder.maxAge.toNanos();
    this.intervalNanos = builder.minInterval.toNanos();
    this.timeout = builder.timeout;
    this.maxBytes = builder.maxBytes;
    this.ticker = builder.ticker;
    this.nextFetchNanos = ticker.nanos();
  }

  /**
   * Keys at a URI.
   *
   * @param client the application's client, which follows no redirects, so that nobody but this URI
   *     is ever asked
   * @param uri where the issuer publishes its keys; {@code https} only
   * @return a builder; unless set otherwise keys are fetched anew after 5 minutes and believed for
   *     at most 1 hour, with 30 seconds between two fetches, 5 seconds for each and at most 256 KiB
   * @throws IllegalArgumentException if the URI is not absolute {@code https} or the client follows
   *     redirects
   */
  public static Builder of(HttpClient client, URI uri) {
    return new Builder(client, uri);
  }

  /**
   * Fetches the keys if there are none, for an application that wants to start with them.
   *
   * @return whether there are keys now
   */
  public boolean load() {
    if (snapshot() == KeySnapshot.NONE) {
      awaitOthers();
    }
    return snapshot() != KeySnapshot.NONE;
  }

  @Override
  KeySnapshot snapshot() {
    Fetched last = fetched;
    if (last == null || closed) {
      return KeySnapshot.NONE;
    }
    long age = ticker.nanos() - last.atNanos;
    if (age >= refreshNanos && mayFetch()) {
      CompletableFuture<Boolean> unused = fetch();
    }
    return age < maxAgeNanos ? last.keys : KeySnapshot.NONE;
  }

  @Override
  void awaitOthers() {
    CompletableFuture<Boolean> running = flight.get();
    if (running == null) {
      if (closed || !mayFetch()) {
        return;
      }
      running = fetch();
    }
    boolean first = fetched == null && failures == 0;
    if (waiting.incrementAndGet() <= MAX_WAITING || first) {
      boolean unused = await(running, timeout);
    }
    waiting.decrementAndGet();
  }

  /** Waits for the fetch that is on its way, if there is one; false if it does not end in time. */
  boolean awaitFetch(Duration limit) {
    CompletableFuture<Boolean> running = flight.get();
    return running == null || await(running, limit);
  }

  private static boolean await(CompletableFuture<Boolean> running, Duration limit) {
    try {
      Boolean unused = running.get(limit.toNanos(), TimeUnit.NANOSECONDS);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } catch (TimeoutException | ExecutionException e) {
      return false;
    }
  }

  private boolean mayFetch() {
    return flight.get() == null && ticker.nanos() - nextFetchNanos >= 0;
  }

  /** One at a time; whoever comes second gets the first one's. */
  private CompletableFuture<Boolean> fetch() {
    CompletableFuture<Boolean> mine = new CompletableFuture<>();
    CompletableFuture<Boolean> running = flight.compareAndExchange(null, mine);
    if (running != null) {
      return running;
    }
    if (ticker.nanos() - nextFetchNanos < 0) { // another's began and ended since we asked
      flight.set(null);
      mine.complete(false);
      return mine;
    }
    nextFetchNanos = ticker.nanos() + pause();
    HttpRequest request =
        HttpRequest.newBuilder(uri)
            .timeout(timeout)
            .header("Accept", "application/jwk-set+json, application/json")
            .build();
    CompletableFuture<HttpResponse<byte[]>> answer;
    try {
      answer = client.sendAsync(request, BoundedBody.handler(maxBytes));
    } catch (RuntimeException e) {
      answer = CompletableFuture.failedFuture(e);
    }
    CompletableFuture<HttpResponse<byte[]>> cancellable = answer;
    var unused =
        answer
            .copy()
            .thenApply(HttpResponse::body)
            .orTimeout(timeout.toNanos(), TimeUnit.NANOSECONDS)
            .handle(
                (body, problem) -> {
                  cancellable.cancel(true);
                  boolean good = problem == null ? accept(body) : failed(problem);
                  flight.set(null);
                  return mine.complete(good);
                });
    return mine;
  }

  /** With keys the full interval; without, from one second on, twice as long at each failure. */
  private long pause() {
    if (fetched != null) {
      return intervalNanos;
    }
    return Math.min(intervalNanos, TimeUnit.SECONDS.toNanos(1L << Math.min(failures, 10)));
  }

  private boolean accept(byte[] body) {
    List<KeyMaterial> keys = new ArrayList<>();
    int leftOut = 0;
    try {
      List<JsonValue> published = JwkReader.keys(JwkReader.parse(body, maxBytes));
      if (published.size() > MAX_KEYS) {
        throw new IllegalArgumentException("the set has more than " + MAX_KEYS + " keys");
      }
      for (JsonValue value : published) {
        KeyMaterial key = readOrNull(value);
        if (key == null) {
          leftOut++;
        } else if (keys.stream().noneMatch(key::isSameAs)) {
          keys.add(key);
        }
      }
    } catch (IllegalArgumentException e) {
      return failed(e);
    }
    if (closed) {
      return false;
    }
    if (keys.isEmpty()) {
      return failed(new IllegalArgumentException("the set has no usable key"));
    }
    Fetched before = fetched;
    KeySnapshot now = new KeySnapshot(keys, true);
    KeySnapshot kept = before != null && before.keys.hasSameKeysAs(now) ? before.keys : now;
    fetched = new Fetched(kept, ticker.nanos(), leftOut);
    if (kept == now) {
      LOG.info("keys from {} changed: {} usable, {} left out", uri, keys.size(), leftOut);
    }
    failures = 0;
    return true;
  }

  private static @Nullable KeyMaterial readOrNull(JsonValue value) {
    try {
      KeyMaterial key = JwkReader.read(value);
      return key == null || key.isSecret() ? null : key;
    } catch (IllegalArgumentException e) {
      LOG.debug("a key of a fetched set is left out: {}", e.getMessage());
      return null;
    }
  }

  private boolean failed(Throwable problem) {
    Throwable cause = problem instanceof CompletionException ? problem.getCause() : problem;
    lastProblem =
        cause instanceof TimeoutException
            ? "no answer within " + timeout
            : cause == null
                ? "unknown"
                : cause.getClass().getSimpleName() + ": " + cause.getMessage();
    int row = failures + 1;
    failures = row;
    if (!closed && row == 1) {
      LOG.warn("keys could not be fetched from {}: {}", uri, Health.down(lastProblem).detail());
    }
    return false;
  }

  /**
   * Whether the keys are fresh.
   *
   * @return up while the last fetch succeeded, degraded while the last good set serves on, down
   *     without keys
   */
  public Health health() {
    Fetched last = fetched;
    if (closed) {
      return Health.down("closed");
    }
    if (last == null) {
      return Health.down("no keys: " + lastProblem);
    }
    long age = ticker.nanos() - last.atNanos;
    String state =
        last.keys.keys.size()
            + " keys, "
            + Duration.ofSeconds(TimeUnit.NANOSECONDS.toSeconds(age))
            + " old, "
            + last.leftOut
            + " left out";
    if (age >= maxAgeNanos) {
      return Health.down(state + ", older than the maximum: " + lastProblem);
    }
    return failures == 0 ? Health.up(state) : Health.degraded(state + ": " + lastProblem);
  }

  /** Ends: a fetch on its way is of no effect, and every token is refused from now on. */
  @Override
  public void close() {
    closed = true;
    fetched = null;
  }

  /** Where the keys come from and every limit. */
  @Override
  public String toString() {
    return "RemoteJwks["
        + uri
        + ", refreshed after "
        + Duration.ofNanos(refreshNanos)
        + ", believed for "
        + Duration.ofNanos(maxAgeNanos)
        + ", "
        + Duration.ofNanos(intervalNanos)
        + " between fetches, time-out "
        + timeout
        + ", at most "
        + maxBytes
        + " bytes]";
  }

  /** The limits of a {@link RemoteJwks}. Not thread-safe. */
  public static final class Builder {

    private final HttpClient client;
    private final URI uri;
    private Duration refreshAfter = Duration.ofMinutes(5);
    private Duration maxAge = Duration.ofHours(1);
    private Duration minInterval = Duration.ofSeconds(30);
    private Duration timeout = Duration.ofSeconds(5);
    private int maxBytes = 256 * 1024;
    private Ticker ticker = Ticker.system();

    private Builder(HttpClient client, URI uri) {
      if (!"https".equalsIgnoreCase(uri.getScheme()) || uri.getHost() == null) {
        throw new IllegalArgumentException("uri is " + uri + ", an absolute https URI is accepted");
      }
      if (client.followRedirects() != HttpClient.Redirect.NEVER) {
        throw new IllegalArgumentException(
            "client follows redirects " + client.followRedirects() + ", NEVER is accepted");
      }
      this.client = client;
      this.uri = uri;
    }

    /**
     * After how long keys are fetched anew, while the old ones serve on.
     *
     * @param age 1 second to 1 day; 5 minutes unless set
     * @return this
     * @throws IllegalArgumentException if it is out of range
     */
    public Builder withRefreshAfter(Duration age) {
      this.refreshAfter = within("refreshAfter", age, Duration.ofSeconds(1), Duration.ofDays(1));
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
      this.maxAge = within("maxAge", age, Duration.ofSeconds(1), Duration.ofDays(7));
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
          within("minInterval", interval, Duration.ofSeconds(1), Duration.ofHours(1));
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
      this.timeout = within("timeout", limit, Duration.ofMillis(10), Duration.ofMinutes(1));
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
      if (bytes < 1024 || bytes > 1 << 22) {
        throw new IllegalArgumentException(
            "maxBytes is " + bytes + ", 1024 to " + (1 << 22) + " are accepted");
      }
      this.maxBytes = bytes;
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
     * The keys; the first fetch begins with the first token, or with {@link RemoteJwks#load}.
     *
     * @return thread-safe; the application closes it when it stops
     * @throws IllegalArgumentException if keys would be too old before they are fetched anew
     */
    public RemoteJwks build() {
      if (maxAge.compareTo(refreshAfter) <= 0) {
        throw new IllegalArgumentException(
            "maxAge is " + maxAge + ", more than refreshAfter " + refreshAfter + " is accepted");
      }
      return new RemoteJwks(this);
    }

    private static Duration within(String name, Duration value, Duration least, Duration most) {
      if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
        throw new IllegalArgumentException(
            name + " is " + value + ", " + least + " to " + most + " is accepted");
      }
      return value;
    }
  }
}
