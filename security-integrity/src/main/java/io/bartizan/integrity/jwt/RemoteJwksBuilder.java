package io.bartizan.integrity.jwt;

import io.bartizan.core.Ticker;
import io.bartizan.integrity.IntegrityListener;
import io.bartizan.integrity.listening.ContainedListener;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Objects;

/** The limits of a {@link RemoteJwks}. Not thread-safe. */
public final class RemoteJwksBuilder {

  final HttpClient client;
  final URI uri;
  Duration refreshAfter = Duration.ofMinutes(5);
  Duration maxAge = Duration.ofHours(1);
  Duration minInterval = Duration.ofSeconds(30);
  Duration timeout = Duration.ofSeconds(5);
  int maxBytes = 256 * 1024;
  Ticker ticker = Ticker.system();
  IntegrityListener listener = ContainedListener.nobody();

  RemoteJwksBuilder(HttpClient client, URI uri) {
    if (uri.getRawUserInfo() != null) {
      throw new IllegalArgumentException("uri has a user name or password, none is accepted");
    }
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
   * After how long keys are fetched anew, while the old ones serve on. An answer whose {@code
   * Cache-Control} asks for less is fetched anew sooner, but never within the least interval; one
   * that allows more is not believed for longer.
   *
   * @param age 1 second to 1 day; 5 minutes unless set
   * @return this
   * @throws IllegalArgumentException if it is out of range
   */
  public RemoteJwksBuilder withRefreshAfter(Duration age) {
    this.refreshAfter = within("refreshAfter", age, Duration.ofSeconds(1), Duration.ofDays(1));
    return this;
  }

  /**
   * How long keys are believed if they can't be fetched anew: so long can a key that the issuer has
   * withdrawn still verify.
   *
   * @param age 1 second to 7 days; 1 hour unless set
   * @return this
   * @throws IllegalArgumentException if it is out of range
   */
  public RemoteJwksBuilder withMaxAge(Duration age) {
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
  public RemoteJwksBuilder withMinInterval(Duration interval) {
    this.minInterval = within("minInterval", interval, Duration.ofSeconds(1), Duration.ofHours(1));
    return this;
  }

  /**
   * The most time for one fetch, from the connection to the last byte.
   *
   * @param limit 10 milliseconds to 1 minute; 5 seconds unless set
   * @return this
   * @throws IllegalArgumentException if it is out of range
   */
  public RemoteJwksBuilder withTimeout(Duration limit) {
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
  public RemoteJwksBuilder withMaxBytes(int bytes) {
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
  public RemoteJwksBuilder withTicker(Ticker monotonic) {
    this.ticker = Objects.requireNonNull(monotonic, "monotonic");
    return this;
  }

  /**
   * Who hears that keys changed or could not be fetched; nobody unless set.
   *
   * @param hears is called on a thread of the client
   * @return this
   */
  public RemoteJwksBuilder withListener(IntegrityListener hears) {
    this.listener = ContainedListener.of(hears);
    return this;
  }

  /**
   * The keys; the first fetch begins with the first token, or with {@link RemoteJwks#load}.
   *
   * @return thread-safe; the application closes it when it stops
   * @throws IllegalArgumentException if keys would be too old before they may be fetched anew
   */
  public RemoteJwks build() {
    if (maxAge.compareTo(refreshAfter) <= 0) {
      throw new IllegalArgumentException(
          "maxAge is " + maxAge + ", more than refreshAfter " + refreshAfter + " is accepted");
    }
    if (maxAge.compareTo(minInterval) <= 0) {
      throw new IllegalArgumentException(
          "maxAge is " + maxAge + ", more than minInterval " + minInterval + " is accepted");
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
